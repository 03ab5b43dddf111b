package roster_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

func date(t testing.TB, text string) roster.Date {
	t.Helper()
	d, err := roster.ParseDate(text)
	if err != nil {
		t.Fatalf("date %q: %v", text, err)
	}
	return d
}

func TestParseDate(t *testing.T) {
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"a day", "1987-06-05", true},
		{"leap day", "2024-02-29", true},
		{"leap day of a leap century", "2000-02-29", true},
		{"leap day of another century", "1900-02-29", false},
		{"leap day of a common year", "2023-02-29", false},
		{"30 February", "2024-02-30", false},
		{"month 0", "2024-00-10", false},
		{"month 13", "2024-13-10", false},
		{"day 0", "2024-01-00", false},
		{"day 32", "2024-01-32", false},
		{"31 April", "2024-04-31", false},
		{"year 0", "0000-01-16", false},
		{"one digit", "2024-1-01", false},
		{"slashes", "2024/01/01", false},
		{"time behind it", "2024-01-01T00:00:00", false},
		{"letters", "2O24-01-01", false},
		{"sign", "-024-01-01", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := roster.ParseDate(tt.text)
			if tt.ok != (err == nil) {
				t.Fatalf("ParseDate = %v, %v; want ok %v", d, err, tt.ok)
			}
			if tt.ok && d.String() != tt.text {
				t.Errorf("String = %q, want %q", d, tt.text)
			}
			if !tt.ok && (!errors.Is(err, roster.ErrNotADate) || !d.IsZero()) {
				t.Errorf("= %v, %v; want no date and ErrNotADate", d, err)
			}
		})
	}
}

func TestDateArithmetic(t *testing.T) {
	tests := []struct {
		name      string
		got, want roster.Date
	}{
		{"a day over the end of a year", date(t, "2025-12-31").AddDays(1), date(t, "2026-01-01")},
		{"30 days over a leap day", date(t, "2024-02-15").AddDays(30), date(t, "2024-03-16")},
		{"days back", date(t, "2024-03-01").AddDays(-1), date(t, "2024-02-29")},
		{"a month", date(t, "2024-05-15").AddMonths(1), date(t, "2024-06-15")},
		{"a month, clamped", date(t, "2026-01-31").AddMonths(1), date(t, "2026-02-28")},
		{"a month, clamped to the leap day", date(t, "2024-01-31").AddMonths(1), date(t, "2024-02-29")},
		{"a month into the next year", date(t, "2025-12-31").AddMonths(1), date(t, "2026-01-31")},
		{"two months into the next year", date(t, "2025-11-30").AddMonths(3), date(t, "2026-02-28")},
		{"no months", date(t, "2025-11-30").AddMonths(0), date(t, "2025-11-30")},
		{"the first is its own first of month", date(t, "2026-03-01").FirstOfMonth(), date(t, "2026-03-01")},
		{"the second waits for the next first", date(t, "2026-03-02").FirstOfMonth(), date(t, "2026-04-01")},
		{"the first after December", date(t, "2026-12-31").FirstOfMonth(), date(t, "2027-01-01")},
		{"end of February", date(t, "2026-02-01").EndOfMonth(), date(t, "2026-02-28")},
		{"end of a leap February", date(t, "2024-02-29").EndOfMonth(), date(t, "2024-02-29")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("= %s, want %s", tt.got, tt.want)
			}
		})
	}
}

func TestDateOrder(t *testing.T) {
	sorted := []roster.Date{{}, date(t, "1999-12-31"), date(t, "2000-01-01"), date(t, "2000-01-31"), date(t, "2000-02-01"), date(t, "2001-01-01")}
	for i, a := range sorted {
		for j, b := range sorted {
			if a.Before(b) != (i < j) || a.After(b) != (i > j) {
				t.Errorf("%s and %s: before %v, after %v", a, b, a.Before(b), a.After(b))
			}
		}
	}
}

func TestTodayIsReadFromTheCalendarOfTheZone(t *testing.T) {
	now := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	newYork := time.FixedZone("west", -5*3600)
	if got := roster.Today(now, newYork).String(); got != "2026-02-28" {
		t.Errorf("five hours west of midnight plus two it is %s", got)
	}
	if got := roster.Today(now, time.UTC).String(); got != "2026-03-01" {
		t.Errorf("in UTC it is %s", got)
	}
}

func TestDateAsText(t *testing.T) {
	type row struct{ Born, Gone roster.Date }
	want := row{Born: date(t, "1987-06-05")}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != `{"Born":"1987-06-05","Gone":""}` {
		t.Errorf("marshalled as %s", text)
	}
	var got row
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("came back as %v, %v", got, err)
	}
	err = json.Unmarshal([]byte(`{"Born":"1999-99-77"}`), &got)
	if !errors.Is(err, roster.ErrNotADate) || strings.Contains(err.Error(), "99") {
		t.Errorf("a bad date gives %v", err)
	}
}
