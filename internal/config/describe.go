package config

import (
	"maps"
	"reflect"
	"slices"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/mapping"
)

// describeFields names the targets, so that an editor can.
func describeFields(d *describer, _ reflect.Value, _ rules) *schema {
	field := d.describe(reflect.ValueOf(new(mapping.Field)).Elem(), rules{})
	return &schema{Type: "object", Names: &schema{Enum: mapping.Targets()}, Additional: field}
}

// describeField is the schema of what decodeField takes.
func describeField(d *describer, target reflect.Value, _ rules) *schema {
	column := d.describe(reflect.ValueOf(new(string)).Elem(), rules{min: "1"})
	section := d.object(target)
	section.MinProps = 1
	return &schema{AnyOf: []*schema{column, section}}
}

// describeRule is the schema of what decodeRule takes.
func describeRule(d *describer, _ reflect.Value, _ rules) *schema {
	return &schema{
		Type:       "object",
		Properties: map[string]*schema{"cel": d.describe(reflect.ValueOf(new(string)).Elem(), rules{min: "1", doc: "An expression over row that gives true or false."})},
		Additional: d.describe(reflect.ValueOf(new([]string)).Elem(), rules{min: "1"}),
		MinProps:   1,
	}
}

// describeWaiting is the schema of what decodeWaiting takes.
func describeWaiting(d *describer, _ reflect.Value, _ rules) *schema {
	var either []*schema
	for _, unit := range []string{"days", "months"} {
		section := d.object(reflect.ValueOf(new(waiting)).Elem())
		delete(section.Properties, map[string]string{"days": "months", "months": "days"}[unit])
		section.Required = []string{unit}
		either = append(either, section)
	}
	return &schema{AnyOf: append([]*schema{{Const: wordNone}}, either...), Default: wordNone}
}

// describeSource has one section for each type of source.
func describeSource(d *describer, _ reflect.Value, _ rules) *schema {
	var each []*schema
	for _, kind := range d.types {
		common := Source{MaxAge: defaultMaxAge}
		section := d.object(reflect.ValueOf(&common).Elem(), reflect.ValueOf(&common.Mapping).Elem(), reflect.ValueOf(kind.New()).Elem())
		section.Title = kind.Name
		section.Properties["type"] = &schema{Const: kind.Name, Description: kind.About}
		names := slices.Sorted(maps.Keys(kind.Presets))
		section.Properties["preset"].Type, section.Properties["preset"].Enum = nil, append([]string{""}, names...)
		section.AnyOf = []*schema{{Required: []string{"fields"}}, {Required: []string{"join"}}}
		if len(names) > 0 {
			section.AnyOf = append(section.AnyOf, &schema{Required: []string{"preset"}})
		}
		if kind.Completes {
			section.AnyOf = []*schema{{Required: []string{"join"}}}
		}
		each = append(each, section)
	}
	return &schema{OneOf: each}
}

// describeSender has one section for each type of sender.
func describeSender(d *describer, _ reflect.Value, _ rules) *schema {
	var each []*schema
	for _, kind := range alert.Types() {
		common := newSender()
		section := d.object(reflect.ValueOf(&common).Elem(), reflect.ValueOf(kind.New()).Elem())
		section.Title = kind.Name
		section.Properties["type"] = &schema{Const: kind.Name, Description: kind.About}
		each = append(each, section)
	}
	return &schema{OneOf: each}
}
