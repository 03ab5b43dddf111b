package config

import (
	"fmt"
	"reflect"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/rosterd/rosterd/internal/source"
)

// decoder carries a YAML tree into structs by their tags. It goes on after
// every fault, and what is not written keeps its default.
type decoder struct {
	file   string
	types  []source.Type
	forms  map[reflect.Type]form
	places map[string]*yaml.Node // path -> the key, or the item, that stands there
	faults Faults
	unread Faults // those of the decoding itself, before anything was judged by its meaning
}

func newDecoder(file string, types []source.Type) *decoder {
	return &decoder{file: file, types: types, forms: forms(), places: map[string]*yaml.Node{}}
}

// fault notes what is expected where n stands.
func (d *decoder) fault(n *yaml.Node, at, format string, args ...any) {
	d.faults = append(d.faults, Fault{File: d.file, Line: n.Line, Column: n.Column, Key: at, Detail: fmt.Sprintf(format, args...)})
}

// value decodes one node of any kind.
func (d *decoder) value(n *yaml.Node, at string, target reflect.Value, r rules) {
	switch {
	case !d.plain(n, at):
		return
	case isNull(n):
		d.fault(n, at, "is empty; write a value or remove the key")
		return
	}
	if form, ok := d.forms[target.Type()]; ok {
		form.decode(d, n, at, target, r)
		return
	}
	switch target.Kind() {
	case reflect.Struct:
		d.object(n, at, closed, target)
	case reflect.Map:
		d.table(n, at, target)
	case reflect.Slice:
		d.list(n, at, target, r)
	default:
		d.scalar(n, at, target, r)
	}
}

// plain refuses what makes a YAML file mean something else than it looks like.
func (d *decoder) plain(n *yaml.Node, at string) bool {
	switch {
	case n.Kind == yaml.AliasNode, n.Anchor != "":
		d.fault(n, at, "anchors and aliases are not used here; write the value itself")
	case n.Style&yaml.TaggedStyle != 0:
		d.fault(n, at, "tags (!) are not used here; write the value alone")
	default:
		return true
	}
	return false
}

// What becomes of keys that the structs do not have.
const (
	closed = false // a fault
	open   = true  // nothing: what else belongs here is not known
)

// object decodes a mapping whose keys are the settings of all the structs together.
func (d *decoder) object(n *yaml.Node, at string, more bool, structs ...reflect.Value) {
	settings := settingsOf(structs...)
	entries, ok := d.entries(n, at)
	if !ok {
		return
	}
	written := map[string]entry{}
	for _, e := range entries {
		written[e.name] = e
	}
	for _, s := range settings {
		e, ok := written[s.key]
		switch {
		case ok:
			d.value(e.value, e.at, s.target, s.rules)
		case s.rules.required:
			d.fault(n, join(at, s.key), "is missing")
		}
		delete(written, s.key)
	}
	if more {
		return
	}
	for _, e := range written {
		d.fault(e.key, e.at, "is no key of this section; %s", suggest(e.name, keysOf(settings)))
	}
}

// table decodes a mapping whose keys people choose.
func (d *decoder) table(n *yaml.Node, at string, target reflect.Value) {
	entries, ok := d.entries(n, at)
	if !ok {
		return
	}
	table := reflect.MakeMapWithSize(target.Type(), len(entries))
	for _, e := range entries {
		item := reflect.New(target.Type().Elem()).Elem()
		d.value(e.value, e.at, item, rules{})
		table.SetMapIndex(reflect.ValueOf(e.name).Convert(target.Type().Key()), item)
	}
	target.Set(table)
}

// list decodes a sequence.
func (d *decoder) list(n *yaml.Node, at string, target reflect.Value, r rules) {
	if n.Kind != yaml.SequenceNode {
		d.fault(n, at, "expected a list")
		return
	}
	if least, err := strconv.Atoi(r.min); err == nil && len(n.Content) < least {
		d.fault(n, at, "expected a list of at least %d", least)
	}
	list := reflect.MakeSlice(target.Type(), len(n.Content), len(n.Content))
	for i, item := range n.Content {
		place := at + "[" + strconv.Itoa(i) + "]"
		d.places[place] = item
		d.value(item, place, list.Index(i), rules{})
	}
	target.Set(list)
}

// entry is one key of a mapping and its value.
type entry struct {
	name, at   string
	key, value *yaml.Node
}

// entries returns the pairs of a mapping, without those whose keys cannot be
// used; ok is false when n is no mapping. Of a key written twice the first
// stays, and the second is a fault: one of them would go unnoticed.
func (d *decoder) entries(n *yaml.Node, at string) (list []entry, ok bool) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, at, "expected keys with values")
		return nil, false
	}
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name, place := key.Value, join(at, key.Value)
		switch {
		case key.Tag == "!!merge":
			d.fault(key, at, "merge keys (<<) are not used here; write the keys themselves")
		case key.Kind != yaml.ScalarNode || isNull(key) || !isKey(name):
			d.fault(key, at, "expected a key of 1 to %d characters, without line breaks", maxKey)
		case !d.plain(key, place):
		case first[name] > 0:
			d.fault(key, place, "is written twice, first at line %d", first[name])
		default:
			first[name] = key.Line
			d.places[place] = key
			list = append(list, entry{name, place, key, value})
		}
	}
	return list, true
}

// join appends a key to a path.
func join(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}
