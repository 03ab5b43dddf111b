package mapping_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Whatever stands in the cells, whoever can be sent is valid, a problem repeats
// no cell, and a row of what was read is read as the same.
func FuzzRow(f *testing.F) {
	f.Add("E-1", "Zoe\u0308  Ann", "O\u2019Neil", "1 Cage\r\nStreet", canary.City, "illinois", "62701.0", canary.Mail, "active")
	day := today(f)
	binding, columns := bind(f, census(), mapping.Eligibility{}, ann())
	f.Fuzz(func(t *testing.T, ref, first, last, street, city, state, zip, mail, status string) {
		row := with(ann(), "reference_id", ref, "first_name", first, "last_name", last, "address_line_1", street,
			"city", city, "state", state, "zipcode", zip, "email", mail, "status", status)
		p := binding.Person(record(columns, row), 7, day)
		for _, problem := range append(p.Problems, p.Notes...) {
			canary.Text(t, "a problem", problem.Field+" "+problem.Detail)
		}
		if !p.Sendable() {
			return
		}
		m := p.Member
		if problems := roster.Validate(&m, day); len(problems) > 0 {
			t.Fatalf("whoever is sendable has %v", problems)
		}
		again := binding.Person(record(columns, with(row, "reference_id", m.ReferenceID, "first_name", m.FirstName,
			"last_name", m.LastName, "address_line_1", m.Address.Line1, "city", m.Address.City, "state", m.Address.State,
			"zipcode", m.Address.ZIP, "email", m.Email)), 7, day)
		if again.Member != m {
			t.Errorf("read %+v, and of that %+v", m, again.Member)
		}
	})
}

// Any text is an expression that gives a text in bounded time, or a fault that
// repeats nothing of it; and what cannot be computed is a problem that repeats
// no cell.
func FuzzExpression(f *testing.F) {
	f.Add(`row.last_name != "" ? row.last_name : row["first_name"]`, canary.GivenName)
	day := today(f)
	f.Fuzz(func(t *testing.T, text, cell string) {
		cfg := census()
		cfg.Fields["first_name"] = mapping.Field{CEL: text}
		began := time.Now()
		mapper, err := mapping.New("hq", cfg, mapping.Eligibility{}, vocabulary())
		if err != nil {
			wantOwnWords(t, err, text)
			return
		}
		binding, err := mapper.Bind(mapping.Targets())
		if err != nil {
			if _, ok := errors.AsType[*source.Fault](err); !ok {
				t.Errorf("error is a %T", err)
			}
			return // it names a column that there is not
		}
		p := binding.Person(record(mapping.Targets(), with(ann(), "last_name", cell, "first_name", cell)), 7, day)
		for _, problem := range p.Problems {
			canary.Text(t, "a problem", problem.Detail)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

// FuzzRule is FuzzExpression for the rules, which give true or false.
func FuzzRule(f *testing.F) {
	f.Add(`double(row.status) >= 30.0`, "40")
	day := today(f)
	f.Fuzz(func(t *testing.T, text, cell string) {
		cfg := census()
		cfg.Include = mapping.Rule{CEL: text}
		mapper, err := mapping.New("hq", cfg, mapping.Eligibility{}, vocabulary())
		if err != nil {
			wantOwnWords(t, err, text)
			return
		}
		binding, err := mapper.Bind(mapping.Targets())
		if err != nil {
			return
		}
		p := binding.Person(record(mapping.Targets(), with(ann(), "status", cell)), 7, day)
		if len(p.Problems) > 0 && p.Sendable() {
			t.Error("somebody with a problem is sendable")
		}
		for _, problem := range p.Problems {
			canary.Text(t, "a problem", problem.Detail)
		}
	})
}

// wantOwnWords asserts that an error repeats nothing of a text of some length.
func wantOwnWords(t *testing.T, err error, text string) {
	t.Helper()
	canary.Text(t, "an error", err.Error())
	if !utf8.ValidString(err.Error()) {
		t.Error("the error is no text")
	}
	for _, foreign := range []string{"\x00", "\u200b", "…"} {
		if strings.Contains(text, foreign) && strings.Contains(err.Error(), foreign) {
			t.Errorf("the error repeats %q", foreign)
		}
	}
}
