package config

import (
	"fmt"
	"reflect"

	"github.com/rosterd/rosterd/internal/source"
)

// Key is one key that a type of source brings.
type Key struct {
	Name     string `json:"name"` // with dots into sections
	Required bool   `json:"required"`
	Default  string `json:"default"` // as it would be written; "" for none
	About    string `json:"about"`
}

// Keys lists the keys that a type of source brings, in their order, beside those
// that every source has.
func Keys(kind source.Type) []Key {
	return keysBelow("", reflect.ValueOf(kind.New()).Elem())
}

func keysBelow(at string, section reflect.Value) []Key {
	var keys []Key
	for _, s := range settingsOf(section) {
		name := join(at, s.key)
		secret := s.target.Type() == reflect.TypeFor[source.Secret]()
		if s.target.Kind() == reflect.Struct && !secret {
			keys = append(keys, keysBelow(name, s.target)...)
			continue
		}
		key := Key{Name: name, Required: s.rules.required, About: s.rules.doc}
		if !s.target.IsZero() {
			key.Default = fmt.Sprint(s.target.Interface())
		}
		keys = append(keys, key)
	}
	return keys
}
