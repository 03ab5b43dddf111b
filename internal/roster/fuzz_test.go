package roster_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
)

// What is cleaned once is clean, in every script, and nothing is added to it.
func FuzzText(f *testing.F) {
	f.Add(" Ann\u00a0 Lee\u200b")
	f.Fuzz(func(t *testing.T, text string) {
		for name, form := range map[string]func(string) string{"Clean": roster.Clean, "CollapseSpace": roster.CollapseSpace} {
			once := form(text)
			if twice := form(once); twice != once {
				t.Errorf("%s(%q) = %q, and of that %q", name, text, once, twice)
			}
			if len(once) > len(text) {
				t.Errorf("%s(%q) = %q, which is longer", name, text, once)
			}
		}
		if got := roster.Clean(text); !strings.Contains(text, got) {
			t.Errorf("Clean(%q) = %q, which is no part of it", text, got)
		}
	})
}

// A date that is read is written as it was.
func FuzzParseDate(f *testing.F) {
	f.Add(canary.BirthDate)
	f.Fuzz(func(t *testing.T, text string) {
		date, err := roster.ParseDate(text)
		if (err == nil) == date.IsZero() {
			t.Fatalf("%q is %q and the error %v", text, date, err)
		}
		if err == nil && date.String() != text {
			t.Errorf("%q became %q", text, date)
		}
		standard, standardErr := time.Parse(time.DateOnly, text)
		if believed := standardErr == nil && standard.Year() > 0; believed != (err == nil) {
			t.Errorf("%q is the error %v, the standard library says %v", text, err, standardErr)
		}
	})
}

// A state that is read has one of the codes, which is read as itself.
func FuzzStateCode(f *testing.F) {
	f.Add("US-ny")
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := roster.StateCode(text)
		if ok != (code != "") || ok && !slices.Contains(roster.States(), code) {
			t.Fatalf("%q is %q, %t", text, code, ok)
		}
		if again, stillOK := roster.StateCode(code); ok && (again != code || !stillOK) {
			t.Errorf("%q became %q and then %q", text, code, again)
		}
	})
}

// An address that is valid is sent as it is, fits the line, and has no part that
// a mail header would read otherwise.
func FuzzEmail(f *testing.F) {
	f.Add(" Bird@Canary.Example\u00a0")
	f.Fuzz(func(t *testing.T, text string) {
		address := roster.Email(text)
		if again := roster.Email(address); again != address {
			t.Errorf("%q became %q and then %q", text, address, again)
		}
		if roster.ValidEmail(address) != roster.ValidEmail(roster.Clean(text)) || !strings.EqualFold(address, roster.Clean(text)) {
			t.Errorf("%q became %q, which is another address", text, address)
		}
		if !roster.ValidEmail(address) {
			return
		}
		if len(address) > 254 || strings.Count(address, "@") != 1 || strings.ContainsAny(address, " \r\n\t<>,;:\"\\()") {
			t.Errorf("%q is taken", address)
		}
	})
}

// A member that is valid can be sent: every text of it is UTF-8 without control
// characters and within the limits. What is wrong is said without the value.
func FuzzValidate(f *testing.F) {
	f.Add("E-1", "Zoë", "O'Neil", canary.Phone, canary.Mail, canary.Street, canary.City, "IL", canary.ZIP, "pln_1", 1987)
	f.Fuzz(func(t *testing.T, ref, first, last, phone, email, street, city, state, zip, plan string, year int) {
		born, _ := roster.NewDate(year, time.June, 5)
		m := roster.Member{
			ReferenceID: ref, FirstName: first, LastName: last, DateOfBirth: born, Phone: phone, Email: email, PlanID: plan,
			Address: roster.Address{Line1: street, City: city, State: state, ZIP: zip},
		}
		problems := roster.Validate(&m, roster.Today(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), time.UTC))
		for _, problem := range problems {
			if !strings.Contains("|reference_id|first_name|last_name|date_of_birth|phone|email|address_line_1|city|state|zipcode|plan|", "|"+problem.Field+"|") {
				t.Errorf("a problem with %q", problem.Field)
			}
			canary.Text(t, "a problem", problem.Detail)
		}
		if len(problems) > 0 {
			return
		}
		for _, text := range []string{ref, first, last, phone, email, street, city, state, zip} {
			if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\r\n\x7f\u0085") || utf8.RuneCountInString(text) > 255 {
				t.Errorf("%q is taken", text)
			}
		}
		if born.Year() < 1900 || len(phone) != 10 || len(state) != 2 || len(zip) != 5 && len(zip) != 10 {
			t.Errorf("born in %d, with %q, %q and %q, is taken", born.Year(), phone, state, zip)
		}
	})
}
