package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// schema is the part of JSON Schema 2020-12 that the file needs.
type schema struct {
	Dialect     string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        any                `json:"type,omitempty"` // a word or several
	Const       any                `json:"const,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	OneOf       []*schema          `json:"oneOf,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Names       *schema            `json:"propertyNames,omitempty"`
	Additional  any                `json:"additionalProperties,omitempty"` // false or a *schema
	MinProps    int                `json:"minProperties,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	MinItems    int                `json:"minItems,omitempty"`
	MaxItems    *int               `json:"maxItems,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	Default     any                `json:"default,omitempty"`
}

// Schema returns the JSON Schema (2020-12) of the file for a build with these
// types of sources: the same bytes whenever it is called. It says what single
// values can be; what only the whole file shows is left to Load. The error is
// a setting of a type that neither the schema nor the decoder knows.
func Schema(types []source.Type) ([]byte, error) {
	d := &describer{types: types, forms: forms()}
	file := Defaults()
	root := d.describe(reflect.ValueOf(&file).Elem(), rules{})
	if d.err != nil {
		return nil, d.err
	}
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	root.Title = "rosterd.yaml"
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // people read it
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("encode schema: %w", err)
	}
	return text.Bytes(), nil
}

// describer turns structs and their defaults into a schema, as decoder turns a
// tree into structs.
type describer struct {
	types []source.Type
	forms map[reflect.Type]form
	err   error // the first type that has no description
}

// describe returns the schema of one setting, whose present value is its default.
func (d *describer) describe(target reflect.Value, r rules) *schema {
	var s *schema
	if form, ok := d.forms[target.Type()]; ok {
		s = form.schema(d, target, r)
	} else {
		s = d.plain(target, r)
	}
	s.Description = r.doc
	return s
}

func (d *describer) plain(target reflect.Value, r rules) *schema {
	switch target.Kind() {
	case reflect.Struct:
		return d.object(target)
	case reflect.Map:
		item := d.describe(reflect.New(target.Type().Elem()).Elem(), rules{})
		return &schema{Type: "object", Additional: item}
	case reflect.Slice:
		least, _ := strconv.Atoi(r.min)
		item := d.describe(reflect.New(target.Type().Elem()).Elem(), rules{})
		return &schema{Type: "array", Items: item, MinItems: least}
	case reflect.Bool:
		return &schema{Type: "boolean", Default: target.Bool()}
	case reflect.Int:
		return r.orNone(&schema{Type: "integer", Minimum: number(r.min), Maximum: number(r.max)}, target.Interface())
	case reflect.Float64:
		return r.orNone(&schema{Type: "number", Minimum: number(r.min), Maximum: number(r.max)}, target.Interface())
	case reflect.String:
		return describeText(target, r)
	}
	if d.err == nil {
		d.err = fmt.Errorf("describe setting: no way to write a %s", target.Type())
	}
	return &schema{}
}

// object describes a section that has the settings of all the structs.
func (d *describer) object(structs ...reflect.Value) *schema {
	s := &schema{Type: "object", Properties: map[string]*schema{}, Additional: false}
	for _, setting := range settingsOf(structs...) {
		if s.Properties[setting.key] != nil && d.err == nil {
			d.err = fmt.Errorf("describe setting: two settings of one section are called %s", setting.key)
		}
		s.Properties[setting.key] = d.describe(setting.target, setting.rules)
		if setting.rules.required {
			s.Required = append(s.Required, setting.key)
		}
	}
	return s
}

// describeText describes a text. Where any text will do, a plain number or
// true is text too, as it is to the decoder.
func describeText(target reflect.Value, r rules) *schema {
	s := &schema{Enum: r.enum, Pattern: r.pattern}
	if target.String() != "" {
		s.Default = target.String()
	}
	if r.enum != nil {
		return s
	}
	s.Type = []string{"string", "number", "boolean"}
	if s.MinLength, _ = strconv.Atoi(r.min); s.MinLength > 0 && s.Pattern == "" {
		s.Pattern = `\S` // not blank
	}
	s.MaxLength, _ = strconv.Atoi(r.max)
	return s
}

// orNone adds the word none where it can be written, and the default.
func (r rules) orNone(s *schema, fallback any) *schema {
	if r.none {
		s = &schema{AnyOf: []*schema{s, {Const: wordNone}}}
	}
	s.Default = fallback
	return s
}

func number(text string) *float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &n
}

// durationPattern is what time.ParseDuration takes, without a sign.
const durationPattern = `^(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$`

func describeDuration(_ *describer, target reflect.Value, r rules) *schema {
	zero := 0.0
	length := time.Duration(target.Int())
	s := r.orNone(&schema{Type: "string", Pattern: durationPattern}, brief(length))
	if length == 0 {
		s.Default = nil
	}
	if least, err := time.ParseDuration(r.min); err != nil || least == 0 {
		s.Type, s.Minimum, s.Maximum = []string{"string", "integer"}, &zero, &zero
	}
	return s
}

// brief writes a duration as people do: 2h, not 2h0m0s.
func brief(length time.Duration) string {
	text := length.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
