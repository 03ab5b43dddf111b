package source_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/source"
)

func TestCanonicalForgivesWhatMeansNothing(t *testing.T) {
	for _, test := range []struct{ name, column, want string }{
		{"plain", "employee id", "employee id"},
		{"case", "Employee ID", "employee id"},
		{"case of other alphabets", "ÉTAT Ñ", "état ñ"},
		{"blanks around", "\t Employee ID \r\n", "employee id"},
		{"blanks inside", "Employee \n  ID", "employee id"},
		{"no-break spaces", "\u00a0Employee\u00a0ID\u202f", "employee id"},
		{"a byte order mark", "\ufeffEmployee ID", "employee id"},
		{"a byte order mark behind blanks", " \ufeff Employee ID", "employee id"},
		{"an asterisk", "Employee ID*", "employee id"},
		{"asterisks and blanks", "Employee ID * *", "employee id"},
		{"a remark", "Employee ID (required)", "employee id"},
		{"a remark and an asterisk", "Employee ID * (required)", "employee id"},
		{"an asterisk behind a remark", "Employee ID (required)*", "employee id"},
		{"two remarks", "Start (MM/DD/YYYY) (optional)", "start"},
		{"a remark within a remark", "Start (date (MM/DD/YYYY))", "start"},
		{"nothing", "", ""},
		{"nothing but what is forgiven", " * \u00a0", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := source.Canonical(test.column); got != test.want {
				t.Errorf("Canonical(%q) = %q, want %q", test.column, got, test.want)
			}
		})
	}
}

func TestCanonicalKeepsApartWhatDiffers(t *testing.T) {
	for _, test := range []struct{ name, column, want string }{
		{"a remark in the middle", "Phone (home) number", "phone (home) number"},
		{"an asterisk in front", "*Phone", "*phone"},
		{"nothing but a remark", "(Phone)", "(phone)"},
		{"an open parenthesis", "Phone (home", "phone (home"},
		{"a closing parenthesis", "Phone home)", "phone home)"},
		{"underscores", "employee_id", "employee_id"},
		{"square brackets", "Phone [home]", "phone [home]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := source.Canonical(test.column); got != test.want {
				t.Errorf("Canonical(%q) = %q, want %q", test.column, got, test.want)
			}
		})
	}
}

func FuzzCanonical(f *testing.F) {
	for _, name := range []string{"Employee ID * (required)", "\ufeff\ufeffid", "a (b (c))", "a(b)(c) * ", "(a)", "İ*", "* (x)"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once := source.Canonical(name)
		if twice := source.Canonical(once); twice != once {
			t.Errorf("Canonical(%q) = %q, and of that %q", name, once, twice)
		}
	})
}
