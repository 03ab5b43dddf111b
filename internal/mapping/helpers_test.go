package mapping_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

// today is the day on which all tests of rows take place.
func today(t testing.TB) roster.Date { return date(t, "2026-11-22") }

// date parses YYYY-MM-DD; "" is no date.
func date(t testing.TB, text string) roster.Date {
	t.Helper()
	if text == "" {
		return roster.Date{}
	}
	d, err := roster.ParseDate(text)
	if err != nil {
		t.Fatalf("date %q: %v", text, err)
	}
	return d
}

// census is a configuration in which every target is a column of its own name.
func census() mapping.Config {
	fields := map[string]mapping.Field{}
	for _, target := range mapping.Targets() {
		fields[target] = mapping.Field{Column: target}
	}
	return mapping.Config{
		Fields:     fields,
		Include:    mapping.Rule{Values: map[string][]string{"status": {"active", "leave"}}},
		Terminated: mapping.Rule{Values: map[string][]string{"status": {"terminated"}}},
	}
}

// ann is a valid row of census.
func ann() map[string]string {
	return map[string]string{
		"reference_id": "E-1", "first_name": canary.GivenName, "last_name": canary.FamilyName,
		"date_of_birth": canary.BirthDate, "phone": "(202) 555-0143", "email": "canary@Example.COM",
		"address_line_1": canary.Street, "address_line_2": "", "city": canary.City,
		"state": "IL", "zipcode": "62701", "plan": "GOLD", "group": "Tier 1",
		"status": "active", "hire_date": "2020-01-15", "termination_date": "",
	}
}

// with returns a row with some cells replaced.
func with(row map[string]string, cells ...string) map[string]string {
	row = maps.Clone(row)
	for i := 0; i < len(cells); i += 2 {
		row[cells[i]] = cells[i+1]
	}
	return row
}

func vocabulary() mapping.Vocabulary {
	return mapping.Vocabulary{
		Plans:  map[string]string{"gold": "pln_gold"},
		Groups: map[string]string{" Tier 1 ": "mol_seg_001"},
	}
}

// bind compiles and binds; columns are those of the row.
func bind(t testing.TB, cfg mapping.Config, e mapping.Eligibility, row map[string]string) (*mapping.Binding, []string) {
	t.Helper()
	mapper, err := mapping.New("hq", cfg, e, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	columns := slices.Sorted(maps.Keys(row))
	binding, err := mapper.Bind(columns)
	if err != nil {
		t.Fatal(err)
	}
	return binding, columns
}

// person maps one row.
func person(t testing.TB, cfg mapping.Config, e mapping.Eligibility, row map[string]string) roster.Person {
	t.Helper()
	binding, columns := bind(t, cfg, e, row)
	return binding.Person(record(columns, row), 7, today(t))
}

// record is the row's values in the order of the columns.
func record(columns []string, row map[string]string) []string {
	values := make([]string, len(columns))
	for i, column := range columns {
		values[i] = row[column]
	}
	return values
}
