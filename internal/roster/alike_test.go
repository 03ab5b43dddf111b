package roster_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rosterd/rosterd/internal/roster"
)

// What is asked for every row is written for speed. Here each answer is held
// against the straightforward form of the question.

func TestDatesAreThoseOfPackageTime(t *testing.T) {
	for year := 1; year <= 9999; year++ {
		for month := time.January; month <= time.December; month++ {
			for day := 28; day <= 31; day++ {
				_, err := roster.NewDate(year, month, day)
				if exists := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Day() == day; exists != (err == nil) {
					t.Fatalf("%d-%d-%d: %v", year, month, day, err)
				}
			}
		}
	}
}

func TestDaysLaterAreThoseOfPackageTime(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		from := time.Date(1900+random.IntN(200), 1, 1+random.IntN(366), 0, 0, 0, 0, time.UTC)
		n := random.IntN(100) - 50
		date, err := roster.NewDate(from.Date())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := date.AddDays(n).String(), from.AddDate(0, 0, n).Format(time.DateOnly); got != want {
			t.Fatalf("%s and %d days is %s, want %s", date, n, got, want)
		}
	}
}

// texts are what exports hold, and what they should not.
func texts() []string {
	return []string{
		"", " ", "Ann", "Ann Lee", " Ann  Lee ", "Ann\u00a0Lee", "Zoë", "Zoë  Lee", "Zoë\u2003Lee", "\u00e9 ", "e\u0301", "a\x7fb", "a\tb", "é\u0085", "Jos\xe9", "\ufffd",
		"ann@example.com", "a..b@example.com", ".a@example.com", "a.@b.co", "a@b", "a@b.c-", "a@-b.c", "a@b..c", "a@b.c.", "a@.b", "a@b.1", "a@1.b", "a@b_c.d", "é@b.c", "a@é.c", "a@b@c.d", "@", "a@",
	}
}

func FuzzCollapseSpace(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := roster.CollapseSpace(text), strings.Join(strings.Fields(text), " "); got != want {
			t.Errorf("CollapseSpace(%q) = %q, want %q", text, got, want)
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want := strings.TrimFunc(text, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", r)
		})
		if got := roster.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	})
}

func FuzzValidEmail(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
		f.Add(strings.Repeat(text, 9))
	}
	f.Fuzz(func(t *testing.T, address string) {
		if got, want := roster.ValidEmail(address), emailByItsRules(address); got != want {
			t.Errorf("ValidEmail(%q) = %v, want %v", address, got, want)
		}
	})
}

// emailByItsRules asks one rule after the other.
func emailByItsRules(address string) bool {
	local, domain, found := strings.Cut(address, "@")
	strange := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>[]:;,\"@`, r) }
	if !found || len(address) > 254 || local == "" || len(local) > 64 || strings.ContainsFunc(local, strange) ||
		strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		ofWords := strings.Trim(label, "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == ""
		if label == "" || len(label) > 63 || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") || !ofWords {
			return false
		}
	}
	return len(labels) >= 2 && strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

func FuzzCharacters(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	today := roster.Today(time.Unix(1_800_000_000, 0), time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		m := bird(t)
		m.Address.Line1 = "a" + text
		problems := roster.Validate(&m, today)
		wrong := len([]rune(m.Address.Line1)) > 255 || strings.ContainsFunc(text, func(r rune) bool { return r == unicode.ReplacementChar || unicode.IsControl(r) })
		if refused := len(problems) > 0; refused != wrong {
			t.Errorf("%q: problems %+v", text, problems)
		}
	})
}
