package config

import (
	"reflect"
	"strings"
)

// setting is one key that a section can have, and where its value goes.
type setting struct {
	key    string
	target reflect.Value
	rules  rules
}

// rules are what the tags of a setting say about its value:
//
//	| tag      | meaning                                                             |
//	| -------- | ------------------------------------------------------------------- |
//	| required | the key must be written                                             |
//	| min, max | of a number or duration; of the length of a word, text or list      |
//	| none     | the word none may stand instead of a number: no limit               |
//	| enum     | the words it can be, with commas between                            |
//	| pattern  | a regular expression of what it can be, and expect: in plain words  |
//	| doc      | what it is for                                                      |
type rules struct {
	required, none  bool
	min, max        string
	enum            []string
	pattern, expect string
	doc             string
}

// settingsOf lists the keys of the structs, in their order, those of an inline
// field as if they were their own. Fields without a yaml tag, or with the tag -,
// are no settings.
func settingsOf(structs ...reflect.Value) []setting {
	var list []setting
	for _, s := range structs {
		for i := range s.NumField() {
			field := s.Type().Field(i)
			key, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			if option == "inline" {
				list = append(list, settingsOf(s.Field(i))...)
				continue
			}
			if key == "" || key == "-" {
				continue
			}
			tag := field.Tag + " " + foreign(s.Type().String()+"."+key)
			list = append(list, setting{key, s.Field(i), rulesOf(tag)})
		}
	}
	return list
}

func rulesOf(tag reflect.StructTag) rules {
	r := rules{
		required: tag.Get("required") == "true",
		none:     tag.Get("none") == "true",
		min:      tag.Get("min"),
		max:      tag.Get("max"),
		pattern:  tag.Get("pattern"),
		expect:   tag.Get("expect"),
		doc:      tag.Get("doc"),
	}
	if words := tag.Get("enum"); words != "" {
		r.enum = strings.Split(words, ",")
	}
	return r
}

// foreign returns the tags of settings whose structs belong to another package
// and know nothing of this one.
func foreign(setting string) reflect.StructTag {
	return map[string]reflect.StructTag{
		"mapping.Config.fields":              `doc:"Target -> where it comes from: a column, or {column, format}, {value}, {cel, format}."`,
		"mapping.Config.include":             `doc:"Whom the rows cover at all; without it everybody."`,
		"mapping.Config.terminated":          `doc:"What an explicit termination looks like."`,
		"mapping.Field.column":               `doc:"The column's name; case, blanks around and remarks in parentheses do not matter."`,
		"mapping.Field.format":               `doc:"How the column, or the expression, writes dates, such as MM/DD/YYYY."`,
		"mapping.Field.value":                `doc:"The same for every row."`,
		"mapping.Field.cel":                  `doc:"An expression over row that gives a text."`,
		"mapping.Eligibility.time_zone":      `min:"1" doc:"The employer's time zone, an IANA name: it decides which day it is."`,
		"mapping.Eligibility.waiting_period": `doc:"Between hire and coverage: none, {days: 30} or {months: 1}, each optionally with then: first_of_month."`,
		"mapping.Eligibility.coverage_ends":  `enum:"termination_date,end_of_month" doc:"When coverage ends after a termination."`,
	}[setting]
}

// keysOf returns the keys of the settings.
func keysOf(settings []setting) []string {
	keys := make([]string, len(settings))
	for i, s := range settings {
		keys[i] = s.key
	}
	return keys
}
