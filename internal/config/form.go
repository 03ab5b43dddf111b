package config

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/source"
)

// form is how a type is written that is not simply a word, a list or a section.
type form struct {
	decode func(d *decoder, n *yaml.Node, at string, target reflect.Value, r rules)
	schema func(s *describer, target reflect.Value, r rules) *schema
}

// forms lists the types with a form of their own.
func forms() map[reflect.Type]form {
	return map[reflect.Type]form{
		reflect.TypeFor[time.Duration]():            {decodeDuration, describeDuration},
		reflect.TypeFor[map[string]mapping.Field](): {decodeFields, describeFields},
		reflect.TypeFor[mapping.Field]():            {decodeField, describeField},
		reflect.TypeFor[mapping.Rule]():             {decodeRule, describeRule},
		reflect.TypeFor[mapping.Waiting]():          {decodeWaiting, describeWaiting},
		reflect.TypeFor[Source]():                   {decodeSource, describeSource},
		reflect.TypeFor[Sender]():                   {decodeSender, describeSender},
	}
}

func decodeDuration(d *decoder, n *yaml.Node, at string, target reflect.Value, r rules) {
	if !setDuration(n, target, r) {
		d.fault(n, at, "%s", r.expectation(target))
	}
}

// decodeFields takes any key: the mapping knows its targets, and says which one
// was probably meant. Fields that a preset brings stay where none is written.
func decodeFields(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	ready, _ := target.Interface().(map[string]mapping.Field) // of a preset
	d.table(n, at, target)
	written, ok := target.Interface().(map[string]mapping.Field)
	if !ok || len(ready) == 0 {
		return
	}
	both := maps.Clone(ready)
	maps.Copy(both, written)
	target.Set(reflect.ValueOf(both))
}

// decodeField takes a plain word as the column.
func decodeField(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	var field mapping.Field
	switch n.Kind {
	case yaml.ScalarNode:
		d.value(n, at, reflect.ValueOf(&field.Column).Elem(), rules{min: "1"})
	case yaml.MappingNode:
		d.object(n, at, closed, reflect.ValueOf(&field).Elem())
	default:
		d.fault(n, at, "expected a column, or {column, format}, {value} or {cel, format}")
	}
	target.Set(reflect.ValueOf(field))
}

// decodeRule takes the key cel as an expression and every other as a list of values.
func decodeRule(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	entries, ok := d.entries(n, at)
	if !ok {
		return
	}
	var rule mapping.Rule
	for _, e := range entries {
		if e.name == "cel" {
			d.value(e.value, e.at, reflect.ValueOf(&rule.CEL).Elem(), rules{min: "1"})
			continue
		}
		var values []string
		d.value(e.value, e.at, reflect.ValueOf(&values).Elem(), rules{min: "1"})
		if rule.Values == nil {
			rule.Values = map[string][]string{}
		}
		rule.Values[e.name] = values
	}
	if len(n.Content) == 0 {
		d.fault(n, at, "expected a list of values for a field, or cel")
	}
	target.Set(reflect.ValueOf(rule))
}

// waiting is how a waiting period is written, where it is not the word none.
type waiting struct {
	Days   int    `yaml:"days" min:"0" max:"366" doc:"Days after the hire date."`
	Months int    `yaml:"months" min:"0" max:"12" doc:"Months after the hire date."`
	Then   string `yaml:"then" enum:"first_of_month" doc:"And then from the next first of a month on."`
}

func decodeWaiting(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	if n.Kind == yaml.ScalarNode && n.Value == wordNone {
		target.SetZero()
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fault(n, at, "expected none, {days: 30} or {months: 1}, each optionally with then: first_of_month")
		return
	}
	var w waiting
	d.object(n, at, closed, reflect.ValueOf(&w).Elem())
	_, days := d.places[join(at, "days")]
	_, months := d.places[join(at, "months")]
	if days == months {
		d.fault(n, at, "expected either days or months; {days: 0, then: first_of_month} is the first of a month after the hire date")
	}
	target.Set(reflect.ValueOf(mapping.Waiting{Days: w.Days, Months: w.Months, FirstOfMonth: w.Then != ""}))
}

// decodeSource decodes the common keys, those of the mapping and those of the
// type as one section. Which type it is must be known first; while it is not,
// no key beside the common ones can be judged.
func decodeSource(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	s := Source{MaxAge: defaultMaxAge}
	sections := []reflect.Value{reflect.ValueOf(&s).Elem(), reflect.ValueOf(&s.Mapping).Elem()}
	name := scalarAt(n, "type")
	kind, known := typeNamed(d.types, name)
	if !known {
		d.object(n, at, open, sections...)
		if where, written := d.places[join(at, "type")]; written {
			d.fault(where, join(at, "type"), "is no type of source; %s", suggest(name, typeNames(d.types)))
		}
	} else {
		s.Settings = kind.New()
		d.preset(n, at, kind, &s.Mapping)
		d.object(n, at, closed, append(sections, reflect.ValueOf(s.Settings).Elem())...)
	}
	target.Set(reflect.ValueOf(s))
}

// preset decodes what a preset brings, before what is written beside it.
func (d *decoder) preset(n *yaml.Node, at string, kind source.Type, m *mapping.Config) {
	name := scalarAt(n, "preset")
	if name == "" {
		return
	}
	text, known := kind.Presets[name]
	if !known {
		names := slices.Sorted(maps.Keys(kind.Presets))
		d.fault(keyAt(n, "preset"), join(at, "preset"), "is no preset of this type; %s", suggest(name, names))
		return
	}
	root, err := parseDocument("preset "+name, []byte(text))
	if err != nil {
		d.fault(n, join(at, "preset"), "cannot be read, which is a fault of this build")
		return
	}
	own := newDecoder("preset "+name, d.types)
	own.object(root, "", closed, reflect.ValueOf(m).Elem())
	d.faults = append(d.faults, own.faults...)
}

// keyAt returns the value of a key, n itself where there is none.
func keyAt(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return n
}

// scalarAt returns the text of a key's value, "" where there is none.
func scalarAt(n *yaml.Node, key string) string {
	if n.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key && n.Content[i+1].Kind == yaml.ScalarNode {
			return n.Content[i+1].Value
		}
	}
	return ""
}

// decodeSender decodes the common keys and those of the type as one section.
func decodeSender(d *decoder, n *yaml.Node, at string, target reflect.Value, _ rules) {
	s := newSender()
	common := reflect.ValueOf(&s).Elem()
	name := scalarAt(n, "type")
	kind, known := senderNamed(name)
	if !known {
		d.object(n, at, open, common)
		if where, written := d.places[join(at, "type")]; written {
			d.fault(where, join(at, "type"), "is no type of sender; %s", suggest(name, senderNames()))
		}
	} else {
		s.Settings = kind.New()
		d.object(n, at, closed, common, reflect.ValueOf(s.Settings).Elem())
	}
	target.Set(reflect.ValueOf(s))
}

func senderNamed(name string) (alert.Type, bool) {
	for _, t := range alert.Types() {
		if t.Name == name {
			return t, true
		}
	}
	return alert.Type{}, false
}

func senderNames() []string {
	var names []string
	for _, t := range alert.Types() {
		names = append(names, t.Name)
	}
	return names
}

func typeNamed(types []source.Type, name string) (source.Type, bool) {
	for _, t := range types {
		if t.Name == name {
			return t, true
		}
	}
	return source.Type{}, false
}

func typeNames(types []source.Type) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = t.Name
	}
	return names
}
