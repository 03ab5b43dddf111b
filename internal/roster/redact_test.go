package roster_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/roster"
)

// somebody is somebody with everything that makes hiding hard.
func somebody() roster.Member {
	born, _ := roster.NewDate(1985, time.March, 7)
	return roster.Member{
		ReferenceID: "E1001", FirstName: "Zoë-Ann", LastName: "O'Kanarý", DateOfBirth: born,
		Phone: "2025550143", Email: "zkanary85@example.org", PlanID: "pln_gold",
		Address: roster.Address{Line1: "12 Birdcage Walk", Line2: "Apt 4", City: "Düneburg", State: "MA", ZIP: "02134"},
	}
}

func TestRedact(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing to hide", "invalid phone number", "invalid phone number"},
		{"a sentence", "Coverage ended before this request", "Coverage ended before this request"},
		{"in title case", "Invalid Phone Number", "Invalid Phone Number"},
		{"fields and ids of the API", "Invalid plan_id for member", "Invalid plan_id for member"},
		{"empty", "", ""},

		{"first name", "Zoë-Ann is locked", "[…] is locked"},
		{"first name without its accent", "member zoe is locked", "member […] is locked"},
		{"first name with its accent apart", "member zoe\u0308 is locked", "member […] is locked"},
		{"second first name", "member ann is locked", "member […] is locked"},
		{"last name in capitals", "member O'KANARÝ is locked", "member […] is locked"},
		{"last name without marks, small", "member okanary is locked", "member […] is locked"},
		{"last name in part", "member kanary is locked", "member […] is locked"},
		{"last name first", "O'Kanarý, Zoë-Ann: locked", "[…] locked"},
		{"initial", "Z. Kanary is locked", "[…] is locked"},
		{"in a user name", "user zkanary is locked", "user […] is locked"},
		{"in JSON", `{"first_name":"zoe","last_name":"kanary"} refused`, "[…] refused"},
		{"with invisible letters between", "member kan\u200bary is locked", "member […] is locked"},
		{"umlaut written as two letters", "no home in dueneburg", "no home in […]"},
		{"umlaut left out", "no home in dneburg", "no home in […]"},
		{"somebody else", "already covered as spouse of Robin Canarylast here", "already covered as spouse of […] here"},
		{"somebody else at the start", "Robin Canarylast is covered", "[…] is covered"},
		{"somebody else before a colon", "Canarylast: covered", "[…] covered"},
		{"somebody else in capitals", "CANARYLAST covered", "[…] covered"},
		{"somebody else in another script", "covered as 金絲雀", "covered as […]"},

		{"phone", "call 2025550143 first", "call […] first"},
		{"phone with punctuation", "call (202) 555-0143 first", "call […] first"},
		{"phone in parts", "call +1 202 555 01 43 first", "call […] first"},
		{"phone in digits of another script", "call ٢٠٢ first", "call […] first"},
		{"date", "born 1985-03-07 is wrong", "born […] is wrong"},
		{"date, American", "born 3/7/85 is wrong", "born […] is wrong"},
		{"date with a month", "born March 7, 1985 is wrong", "born […] is wrong"},
		{"date with a small month", "born 7 march 1985 is wrong", "born […] is wrong"},
		{"date with a short month", "born 7. mar is wrong", "born […] is wrong"},
		{"date at the start", "March 7 is wrong", "[…] is wrong"},
		{"no date", "may be wrong", "may be wrong"},
		{"e-mail", "mail to zkanary85@example.org failed", "mail to […] failed"},
		{"e-mail with a name", "mail to Robin Canarylast <robin@example.org> failed", "mail to […] failed"},
		{"street and number", "no home at 12 birdcage walk", "no home at […]"},
		{"city and ZIP", "no home at Düneburg, MA 02134-1234", "no home at […]"},
		{"ZIP in part", "no home at 021**", "no home at […]"},

		{"control characters", "line\none\x1b[31m two\x00three", "line one […] two three"},
		{"invalid UTF-8", "line\xff\xfetwo", "line two"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := roster.Redact(test.text, somebody()); got != test.want {
				t.Errorf("%q became %q, want %q", test.text, got, test.want)
			}
		})
	}
	t.Run("long text is cut between characters", func(t *testing.T) {
		got := roster.Redact(strings.Repeat("… ", 500), somebody())
		if n := utf8.RuneCountInString(got); n > 200 || !utf8.ValidString(got) {
			t.Errorf("%d characters, valid: %v", n, utf8.ValidString(got))
		}
	})
	t.Run("a name is not cut in two and shown", func(t *testing.T) {
		for length := range 2000 {
			got := roster.Redact(strings.Repeat("1", length)+" kanary", somebody())
			if strings.Contains(got, "k") {
				t.Fatalf("after %d characters: %q", length, got)
			}
		}
	})
	t.Run("nobody known", func(t *testing.T) {
		if got := roster.Redact("Invalid plan for member", roster.Member{}); got != "Invalid plan for member" {
			t.Errorf("became %q", got)
		}
	})
}

// Whatever surrounds the values of a member, none of them comes through.
func FuzzRedact(f *testing.F) {
	for _, seed := range []string{"", "member ", "(", "x\u200b", "É", "<", "…", "\xff", "12", "\x1b[31m"} {
		f.Add(seed, " is locked")
	}
	about := somebody()
	values := []string{"zoe", "Kanary", "kanarý", "O'KANARY", about.Phone, about.Email, "1985-03-07", "7 Mar 85", "birdcage", about.Address.ZIP}
	f.Fuzz(func(t *testing.T, before, after string) {
		// A short name inside another word, as in xzoe, is none: what stands around
		// the value may have it already.
		around := strings.ToLower(strings.Map(lettersOnly, before+after))
		for _, value := range values {
			got := roster.Redact(before+" "+value+" "+after, about)
			for _, part := range []string{"zoe", "kanar", "birdcage", "@"} {
				if strings.Contains(strings.ToLower(got), part) && !strings.Contains(around, part) {
					t.Errorf("%q still holds %q", got, part)
				}
			}
			if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsNumber(r) || unicode.IsControl(r) }) {
				t.Errorf("%q holds a number or a control character", got)
			}
			if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 200 {
				t.Errorf("%q is too long or no text", got)
			}
		}
	})
}

func lettersOnly(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}
