package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/text/unicode/norm"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

// The verdict of the library is kept for all numbers that begin alike. That it
// is theirs is asked anew here: for every area code, the exchanges that are
// special anywhere (N11, 555, the first of a hundred) and some of all others.
func TestNumbersThatBeginAlikeHaveOneVerdict(t *testing.T) {
	binding, columns := bind(t, census(), mapping.Eligibility{}, ann())
	row, day := with(ann()), today(t)
	valid := 0
	for area := 200; area < 1000; area++ {
		for exchange := range 1000 {
			special := exchange%100 == 0 || exchange%100 == 11 || exchange == 555
			if !special && (exchange+area)%97 != 0 {
				continue
			}
			row["phone"] = fmt.Sprintf("%03d%03d%04d", area, exchange, (area*7+exchange*13)%10_000)
			want, _ := library(row["phone"])
			got := binding.Person(record(columns, row), 1, day).Member.Phone
			if got != want {
				t.Fatalf("%s is %q, the library says %q", row["phone"], got, want)
			}
			if got != "" {
				valid++
			}
		}
	}
	if valid < 5_000 {
		t.Errorf("%d numbers are valid: not much of a sample", valid)
	}
}

// Names and addresses are what collapsing and composing make of them, in
// whatever way that is done.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"", "Ann", "Ann Lee", "Ann  Lee", "Zoe\u0308", "Zoë Lee", " \u00a0Ann\u200b", "a\tb", "\u1100\u1161", "Ann\x7f", "Jos\xe9", "o\u02ff", "o\u0300", "Zo\u00eb\u0085", "\u0344"} {
		f.Add(text)
	}
	binding, columns := bind(f, census(), mapping.Eligibility{}, ann())
	day := today(f)
	f.Fuzz(func(t *testing.T, text string) {
		p := binding.Person(record(columns, with(ann(), "city", text, "address_line_2", text)), 1, day)
		want := norm.NFC.String(strings.Join(strings.Fields(roster.Clean(text)), " "))
		if p.Member.Address.City != want || p.Member.Address.Line2 != want {
			t.Errorf("%q became %q, want %q", text, p.Member.Address.City, want)
		}
	})
}

// Dates in the usual form are read on a way of their own. With dots in it, the
// same form goes the way of all others, and must lead to the same date.
func FuzzUsualDate(f *testing.F) {
	for _, text := range []string{"1987-06-05", "1987-6-5", "1987-06-05T00:00:00", "0000-00-00", "0987-06-05", "1987-02-29", "-000000000", "00000000", "T", "0T"} {
		f.Add(text)
	}
	usual, shifted := census(), census()
	shifted.Fields["date_of_birth"] = mapping.Field{Column: "date_of_birth", Format: "YYYY.MM.DD"}
	one, columns := bind(f, usual, mapping.Eligibility{}, ann())
	other, _ := bind(f, shifted, mapping.Eligibility{}, ann())
	day := today(f)
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, ".") || strings.Count(text, "-") != 2 {
			return
		}
		dotted := strings.ReplaceAll(text, "-", ".")
		a := one.Person(record(columns, with(ann(), "date_of_birth", text)), 1, day)
		b := other.Person(record(columns, with(ann(), "date_of_birth", dotted)), 1, day)
		if a.Member.DateOfBirth != b.Member.DateOfBirth || len(a.Problems) != len(b.Problems) {
			t.Errorf("%q is %s, %q is %s", text, a.Member.DateOfBirth, dotted, b.Member.DateOfBirth)
		}
	})
}

// A person who is kept keeps nothing of a row alive: its text may be much larger.
func TestAPersonHasTextsOfItsOwn(t *testing.T) {
	binding, columns := bind(t, census(), mapping.Eligibility{}, ann())
	for _, status := range []string{"active", "terminated", "other"} {
		values := record(columns, with(ann(), "status", status, "group", "mol_seg_002", "plan", "pln_other"))
		p := binding.Person(values, 1, today(t))
		p.Own()
		if p.ReferenceID != "E-1" {
			t.Errorf("%s: reference_id %q", status, p.ReferenceID)
		}
		m := &p.Member
		for _, text := range []string{
			p.ReferenceID, p.Group, m.ReferenceID, m.FirstName, m.LastName, m.Phone, m.Email, m.PlanID,
			m.Address.Line1, m.Address.Line2, m.Address.City, m.Address.State, m.Address.ZIP,
		} {
			if shared := slices.ContainsFunc(values, func(value string) bool {
				return text != "" && unsafe.StringData(value) == unsafe.StringData(text)
			}); shared {
				t.Errorf("%s: %q is a part of the row", status, text)
			}
		}
	}
}
