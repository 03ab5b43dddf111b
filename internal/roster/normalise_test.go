package roster_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/roster"
)

func TestClean(t *testing.T) {
	tests := []struct{ name, cell, want string }{
		{"nothing to do", "Ann Lee", "Ann Lee"},
		{"blanks and tabs", " \tAnn \r\n", "Ann"},
		{"no-break space", "\u00a0Ann\u00a0", "Ann"},
		{"zero-width characters", "\u200bAnn\u200d\ufeff", "Ann"},
		{"inside is left alone", "Ann\u00a0 Lee", "Ann\u00a0 Lee"},
		{"letters at the ends", "Élodié", "Élodié"},
		{"nothing but blanks", " \u00a0\u200b ", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := roster.Clean(tt.cell); got != tt.want {
				t.Errorf("Clean(%q) = %q, want %q", tt.cell, got, tt.want)
			}
		})
	}
}

func TestCollapseSpace(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing to do", "Ann Lee", "Ann Lee"},
		{"two blanks", "Ann  Lee", "Ann Lee"},
		{"two lines", "1 Cage\r\nStreet", "1 Cage Street"},
		{"no-break space", "Ann\u00a0Lee", "Ann Lee"},
		{"ends", " Ann ", "Ann"},
		{"one end", "Ann ", "Ann"},
		{"letters of any language", "Nguyễn  Thị", "Nguyễn Thị"},
		{"only blanks", "   ", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := roster.CollapseSpace(tt.text); got != tt.want {
				t.Errorf("CollapseSpace(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestStatesAreThe62(t *testing.T) {
	states := roster.States()
	if len(states) != 62 || !slices.IsSorted(states) || len(slices.Compact(states)) != 62 {
		t.Fatalf("%d states, sorted %v", len(states), slices.IsSorted(states))
	}
	for _, code := range states {
		if got, ok := roster.StateCode(code); !ok || got != code {
			t.Errorf("StateCode(%q) = %q, %v", code, got, ok)
		}
		if got, ok := roster.StateCode(" " + strings.ToLower(code)); !ok || got != code {
			t.Errorf("in lower case, StateCode(%q) = %q, %v", code, got, ok)
		}
	}
}

func TestStateCode(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"a name", "New York", "NY"},
		{"a name in capitals", "WEST VIRGINIA", "WV"},
		{"a name with two blanks", "north  carolina", "NC"},
		{"a name that is part of another", "Virginia", "VA"},
		{"the state", "Washington", "WA"},
		{"the capital", "Washington, D.C.", "DC"},
		{"the district", "District of Columbia", "DC"},
		{"a code with dots", "N.Y.", "NY"},
		{"the ISO form", "US-ca", "CA"},
		{"a territory", "Puerto Rico", "PR"},
		{"islands", "U.S. Virgin Islands", "VI"},
		{"the forces", "Armed Forces Europe", "AE"},
		{"a province", "ON", ""},
		{"a beginning", "Calif", ""},
		{"a code that is none", "ZZ", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, ok := roster.StateCode(tt.text); got != tt.want || ok != (tt.want != "") {
				t.Errorf("StateCode = %q, %v; want %q", got, ok, tt.want)
			}
		})
	}
}

func TestZIP(t *testing.T) {
	tests := []struct {
		name, text, state, want string
		restored                bool
	}{
		{"five digits", "62701", "IL", "62701", false},
		{"nine with a hyphen", "62701-1234", "IL", "62701-1234", false},
		{"nine in a row", "627011234", "IL", "62701-1234", false},
		{"nine with a blank", "62701 1234", "IL", "62701-1234", false},
		{"nine with blanks around the hyphen", "62701 - 1234", "IL", "62701-1234", false},
		{"the float of a spreadsheet", "62701.0", "IL", "62701", false},
		{"a lost zero", "2134", "MA", "02134", true},
		{"a lost zero of a float", "2134.0", "MA", "02134", true},
		{"a lost zero before nine", "2134-0001", "MA", "02134-0001", true},
		{"a lost zero before nine in a row", "21340001", "MA", "02134-0001", true},
		{"two lost zeros", "601", "PR", "00601", true},
		{"two lost zeros in New York", "501", "NY", "00501", true},
		{"a zero that is there", "02134", "MA", "02134", false},
		{"a zero that the state does not prove", "2134", "CA", "2134", false},
		{"a zero of the neighbour", "2134", "CT", "2134", false},
		{"a zero without a state", "2134", "", "2134", false},
		{"Vermont's gap that is Massachusetts", "5501", "VT", "5501", false},
		{"Andover", "5501", "MA", "05501", true},
		{"letters", "K1A 0B1", "IL", "K1A 0B1", false},
		{"six digits", "627011", "IL", "627011", false},
		{"two digits", "12", "PR", "12", false},
		{"a hyphen and nothing", "62701-", "IL", "62701-", false},
		{"a short extension", "62701-12", "IL", "62701-12", false},
		{"zeros", "00000", "IL", "00000", false},
		{"nothing", "", "IL", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, restored := roster.ZIP(tt.text, tt.state)
			if got != tt.want || restored != tt.restored {
				t.Errorf("ZIP(%q, %q) = %q, %v; want %q, %v", tt.text, tt.state, got, restored, tt.want, tt.restored)
			}
		})
	}
}

// Every prefix that is restored belongs to one state only, so the wrong state
// can never make a ZIP code out of a typing error.
func TestLostZerosAreRestoredInOneStateOnly(t *testing.T) {
	restored := map[string]string{}
	for _, state := range roster.States() {
		for n := 100; n <= 9999; n++ {
			text := strings.TrimLeft(string([]byte{'0' + byte(n/1000), '0' + byte(n/100%10), '0' + byte(n/10%10), '0' + byte(n%10)}), "0")
			if zip, ok := roster.ZIP(text, state); ok {
				if other := restored[zip]; other != "" {
					t.Fatalf("%s is restored in %s and in %s", zip, other, state)
				}
				if !roster.ValidZIP(zip) || !strings.HasSuffix(zip, text) {
					t.Fatalf("%s became %s", text, zip)
				}
				restored[zip] = state
			}
		}
	}
	if len(restored) < 7000 {
		t.Errorf("only %d codes are restored", len(restored))
	}
}

func FuzzZIP(f *testing.F) {
	for _, text := range []string{"62701", "2134", "601", "62701-1234", "627011234", "62701 1234", ".0", "é1234", "12345678é"} {
		f.Add(text, "MA")
	}
	f.Fuzz(func(t *testing.T, text, state string) {
		zip, restored := roster.ZIP(text, state)
		if restored && !roster.ValidZIP(zip) {
			t.Errorf("restored %q to %q, which is none", text, zip)
		}
		if again, more := roster.ZIP(zip, state); roster.ValidZIP(zip) && (again != zip || more) {
			t.Errorf("%q became %q and then %q", text, zip, again)
		}
		keep := func(s string) string {
			return strings.TrimLeft(strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, s), "0")
		}
		if whole := strings.TrimSuffix(roster.Clean(text), ".0"); keep(zip) != keep(whole) {
			t.Errorf("%q became %q: other digits", text, zip)
		}
	})
}

func TestEmail(t *testing.T) {
	if got := roster.Email(" Ann.Lee@Example.COM\u00a0"); got != "Ann.Lee@example.com" {
		t.Errorf("Email = %q: only the domain is lowered", got)
	}
	for _, foreign := range []string{"ann@\u0130stanbul.example", "ann@\u212aind.example"} {
		if got := roster.Email(foreign); got != foreign || roster.ValidEmail(got) {
			t.Errorf("Email(%q) = %q, which may be somebody else's", foreign, got)
		}
	}
	tests := []struct {
		name, address string
		valid         bool
	}{
		{"plain", "ann@example.com", true},
		{"plus and dots", "ann.b.lee+x@mail.example.co.uk", true},
		{"apostrophe", "o'neil@example.com", true},
		{"digits in the domain", "ann@4you.com", true},
		{"nothing", "", false},
		{"no at", "ann.example.com", false},
		{"two ats", "ann@lee@example.com", false},
		{"nothing before", "@example.com", false},
		{"no dot in the domain", "ann@localhost", false},
		{"an address of numbers", "ann@192.168.0.1", false},
		{"a literal", "ann@[1.2.3.4]", false},
		{"a display name", "Ann Lee <ann@example.com>", false},
		{"a blank", "ann lee@example.com", false},
		{"quotes", `"ann"@example.com`, false},
		{"two addresses", "ann@example.com;lee@example.com", false},
		{"two dots", "ann..lee@example.com", false},
		{"a dot in front", ".ann@example.com", false},
		{"a dot at the end", "ann@example.com.", false},
		{"a hyphen in front of the domain", "ann@-example.com", false},
		{"an underscore in the domain", "ann@exa_mple.com", false},
		{"a control character", "ann\x00@example.com", false},
		{"letters that mail does not take everywhere", "änn@example.com", false},
		{"65 characters before the at", strings.Repeat("a", 65) + "@example.com", false},
		{"255 characters", "a@" + strings.Repeat(strings.Repeat("b", 62)+".", 4) + "c", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := roster.ValidEmail(tt.address); got != tt.valid {
				t.Errorf("ValidEmail = %v", got)
			}
		})
	}
}
