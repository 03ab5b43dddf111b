package roster_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
)

func TestValidateTakesAValidMember(t *testing.T) {
	today := date(t, "2026-11-22")
	members := map[string]func(*roster.Member){
		"as it is":                 func(*roster.Member) {},
		"without the optional":     func(m *roster.Member) { m.Email, m.Address.Line2 = "", "" },
		"accents and apostrophes":  func(m *roster.Member) { m.FirstName, m.LastName = "José", "O'Neil-Smith" },
		"another alphabet":         func(m *roster.Member) { m.FirstName, m.LastName = "Nguyễn", "李" },
		"formula-like text":        func(m *roster.Member) { m.Address.Line1 = "=1+1" },
		"255 letters of two bytes": func(m *roster.Member) { m.LastName = strings.Repeat("é", 255) },
		"born today":               func(m *roster.Member) { m.DateOfBirth = today },
		"120 years old":            func(m *roster.Member) { m.DateOfBirth = date(t, "1906-11-22") },
		"a long ZIP code":          func(m *roster.Member) { m.Address.ZIP = "62701-1234" },
		"id of 255 bytes":          func(m *roster.Member) { m.ReferenceID = strings.Repeat("9", 255) },
		"an id with an exponent":   func(m *roster.Member) { m.ReferenceID = "1E5" },
	}
	for name, change := range members {
		t.Run(name, func(t *testing.T) {
			m := bird(t)
			change(&m)
			if problems := roster.Validate(&m, today); len(problems) > 0 {
				t.Errorf("problems: %+v", problems)
			}
		})
	}
}

func TestValidateNamesTheField(t *testing.T) {
	tests := []struct {
		name, field, detail string
		change              func(*roster.Member)
	}{
		{"no id", "reference_id", "blank", func(m *roster.Member) { m.ReferenceID = "" }},
		{"long id", "reference_id", "longer", func(m *roster.Member) { m.ReferenceID = strings.Repeat("9", 256) }},
		{"blanks around the id", "reference_id", "blanks around", func(m *roster.Member) { m.ReferenceID = "E-1 " }},
		{"an id with a newline", "reference_id", "control", func(m *roster.Member) { m.ReferenceID = "E\n1" }},
		{"an id that a spreadsheet rounded", "reference_id", "spreadsheet", func(m *roster.Member) { m.ReferenceID = "1.23457E+11" }},
		{"no first name", "first_name", "blank", func(m *roster.Member) { m.FirstName = "" }},
		{"a dash for a first name", "first_name", "no letter", func(m *roster.Member) { m.FirstName = "-" }},
		{"long last name", "last_name", "longer", func(m *roster.Member) { m.LastName = strings.Repeat("é", 256) }},
		{"control character", "last_name", "control", func(m *roster.Member) { m.LastName = "Test\x1bbird" }},
		{"not UTF-8", "last_name", "lost", func(m *roster.Member) { m.LastName = "Jos\xe9" }},
		{"a replacement character", "last_name", "lost", func(m *roster.Member) { m.LastName = "Jos\ufffd" }},
		{"no birth date", "date_of_birth", "blank", func(m *roster.Member) { m.DateOfBirth = roster.Date{} }},
		{"born before 1900", "date_of_birth", "1900", func(m *roster.Member) { m.DateOfBirth = date(t, "1899-12-31") }},
		{"born tomorrow", "date_of_birth", "future", func(m *roster.Member) { m.DateOfBirth = date(t, "2026-11-23") }},
		{"a day over 120", "date_of_birth", "120", func(m *roster.Member) { m.DateOfBirth = date(t, "1906-11-21") }},
		{"no phone", "phone", "blank", func(m *roster.Member) { m.Phone = "" }},
		{"nine digits", "phone", "ten digits", func(m *roster.Member) { m.Phone = "202555014" }},
		{"punctuation", "phone", "ten digits", func(m *roster.Member) { m.Phone = "202-555-01" }},
		{"an area code of 1", "phone", "ten digits", func(m *roster.Member) { m.Phone = "1025550143" }},
		{"an e-mail address that is none", "email", "e-mail", func(m *roster.Member) { m.Email = "canary" }},
		{"no street", "address_line_1", "blank", func(m *roster.Member) { m.Address.Line1 = "" }},
		{"control character in the second line", "address_line_2", "control", func(m *roster.Member) { m.Address.Line2 = "a\tb" }},
		{"no city", "city", "blank", func(m *roster.Member) { m.Address.City = "" }},
		{"no state", "state", "blank", func(m *roster.Member) { m.Address.State = "" }},
		{"a state in lower case", "state", "not a state", func(m *roster.Member) { m.Address.State = "il" }},
		{"no ZIP code", "zipcode", "blank", func(m *roster.Member) { m.Address.ZIP = "" }},
		{"four digits", "zipcode", "12345", func(m *roster.Member) { m.Address.ZIP = "2134" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := bird(t)
			tt.change(&m)
			problems := roster.Validate(&m, date(t, "2026-11-22"))
			if len(problems) != 1 || problems[0].Kind != roster.InvalidRow || problems[0].Field != tt.field || !strings.Contains(problems[0].Detail, tt.detail) {
				t.Errorf("problems: %+v", problems)
			}
		})
	}
}

func TestValidateListsEverythingAtOnce(t *testing.T) {
	var fields []string
	for _, problem := range roster.Validate(&roster.Member{}, date(t, "2026-11-22")) {
		fields = append(fields, problem.Field)
		if wants := map[bool]roster.Kind{true: roster.UnmappedPlan, false: roster.InvalidRow}[problem.Field == "plan"]; problem.Kind != wants {
			t.Errorf("%s is %s", problem.Field, problem.Kind)
		}
	}
	want := []string{"reference_id", "first_name", "last_name", "date_of_birth", "phone", "address_line_1", "city", "state", "zipcode", "plan"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
