package mapping_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

func TestStanding(t *testing.T) {
	const (
		in         = roster.StandingIn
		terminated = roster.StandingTerminated
		not        = roster.StandingNotEligible
	)
	var (
		none    mapping.Eligibility
		month   = mapping.Eligibility{CoverageEnds: mapping.EndsWithMonth}
		days30  = mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}
		month1  = mapping.Eligibility{Waiting: mapping.Waiting{Months: 1}}
		first   = mapping.Eligibility{Waiting: mapping.Waiting{FirstOfMonth: true}}
		month1f = mapping.Eligibility{Waiting: mapping.Waiting{Months: 1, FirstOfMonth: true}}
		days30f = mapping.Eligibility{Waiting: mapping.Waiting{Days: 30, FirstOfMonth: true}}
	)
	tests := []struct {
		name         string
		says         bool // the row says terminated
		ended, hired string
		included     bool
		e            mapping.Eligibility
		today        string
		want         roster.Standing
	}{
		{"says terminated, no date", true, "", "2020-01-15", false, none, "2026-11-22", terminated},
		{"says terminated, no date, end of month", true, "", "2020-01-15", false, month, "2026-11-22", terminated},
		{"says terminated, hired tomorrow", true, "", "2026-11-23", true, none, "2026-11-22", terminated},
		{"says terminated, the day before", true, "2026-11-22", "", true, none, "2026-11-21", in},
		{"says terminated, on the day", true, "2026-11-22", "", true, none, "2026-11-22", terminated},
		{"says terminated, the day after", true, "2026-11-22", "", true, none, "2026-11-23", terminated},
		{"says terminated before the day, not included otherwise", true, "2026-11-23", "", false, none, "2026-11-22", not},
		{"the date alone, the day before", false, "2026-11-22", "", true, none, "2026-11-21", in},
		{"the date alone, on the day", false, "2026-11-22", "", true, none, "2026-11-22", terminated},
		{"the date alone, not included either", false, "2026-11-22", "", false, none, "2026-11-22", terminated},
		{"a far date", false, "9999-12-31", "", true, none, "2026-11-22", in},
		{"a far date, not included", false, "9999-12-31", "", false, none, "2026-11-22", not},

		{"end of month, on the day", true, "2026-11-10", "", true, month, "2026-11-10", in},
		{"end of month, its last day", true, "2026-11-10", "", true, month, "2026-11-30", in},
		{"end of month, the first after it", true, "2026-11-10", "", true, month, "2026-12-01", terminated},
		{"end of month, on a first", true, "2026-11-01", "", true, month, "2026-11-30", in},
		{"end of month, on a last", true, "2026-11-30", "", true, month, "2026-11-30", in},
		{"end of month, over the year", true, "2026-12-31", "", true, month, "2027-01-01", terminated},
		{"end of month, the date alone, its last day", false, "2024-02-10", "", true, month, "2024-02-29", in},
		{"end of month, the date alone, the first after it", false, "2024-02-10", "", true, month, "2024-03-01", terminated},

		{"rehired", false, "2025-03-31", "2026-01-05", true, none, "2026-11-22", in},
		{"rehired, not included", false, "2025-03-31", "2026-01-05", false, none, "2026-11-22", not},
		{"rehired, not yet there", false, "2025-03-31", "2026-11-23", true, none, "2026-11-22", not},
		{"rehired, waiting again", false, "2025-03-31", "2026-11-01", true, month1, "2026-11-22", not},
		{"rehired but says terminated", true, "2025-03-31", "2026-01-05", true, none, "2026-11-22", terminated},
		{"hired on the day of the termination is no rehire", false, "2025-03-31", "2025-03-31", true, none, "2026-11-22", terminated},
		{"rehire ahead, old employment still runs", false, "2026-11-30", "2027-01-10", true, month1, "2026-11-22", in},
		{"rehire ahead, old coverage still runs", false, "2026-11-10", "2026-11-25", true, month, "2026-11-22", in},
		{"rehire ahead, old employment over", false, "2026-11-20", "2027-01-10", true, none, "2026-11-22", not},

		{"no dates at all", false, "", "", true, none, "2026-11-22", in},
		{"not included", false, "", "2020-01-15", false, none, "2026-11-22", not},
		{"hired tomorrow", false, "", "2026-11-23", true, none, "2026-11-22", not},
		{"hired today", false, "", "2026-11-22", true, none, "2026-11-22", in},

		{"30 days, the day before", false, "", "2026-01-01", true, days30, "2026-01-30", not},
		{"30 days, the day", false, "", "2026-01-01", true, days30, "2026-01-31", in},
		{"a month, the day before", false, "", "2026-01-15", true, month1, "2026-02-14", not},
		{"a month, the day", false, "", "2026-01-15", true, month1, "2026-02-15", in},
		{"a month from the 31st, the day before", false, "", "2026-01-31", true, month1, "2026-02-27", not},
		{"a month from the 31st", false, "", "2026-01-31", true, month1, "2026-02-28", in},
		{"a month from the 31st in a leap year", false, "", "2024-01-31", true, month1, "2024-02-28", not},
		{"first of month, hired on it", false, "", "2026-03-01", true, first, "2026-03-01", in},
		{"first of month, hired the day after, month's end", false, "", "2026-03-02", true, first, "2026-03-31", not},
		{"first of month, hired the day after", false, "", "2026-03-02", true, first, "2026-04-01", in},
		{"a month and then the first, that is it", false, "", "2026-03-01", true, month1f, "2026-04-01", in},
		{"a month and then the first, the day before", false, "", "2026-03-15", true, month1f, "2026-04-30", not},
		{"a month and then the first", false, "", "2026-03-15", true, month1f, "2026-05-01", in},
		{"30 days and then the first", false, "", "2026-01-02", true, days30f, "2026-02-01", in},
		{"30 days and then the first, a day later", false, "", "2026-01-03", true, days30f, "2026-02-28", not},

		{"waiting period without a hire date", false, "", "", true, days30, "2026-11-22", ""},
		{"waiting for a first without a hire date", false, "", "", true, first, "2026-11-22", ""},
		{"waiting period without a hire date, but not included", false, "", "", false, days30, "2026-11-22", not},
		{"waiting period without a hire date, but terminated", true, "", "", true, days30, "2026-11-22", terminated},
		{"waiting period without a hire date, the date reached", false, "2026-11-22", "", true, days30, "2026-11-22", terminated},
		{"terminated ahead within the waiting period", true, "2026-12-31", "2026-11-20", true, days30, "2026-11-22", not},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			facts := mapping.Facts{Terminated: tt.says, Included: tt.included, Hired: date(t, tt.hired), Ended: date(t, tt.ended)}
			if got := mapping.Standing(facts, tt.e, date(t, tt.today)); got != tt.want {
				t.Errorf("Standing = %q, want %q", got, tt.want)
			}
		})
	}
}

// Nobody goes out before the last day that the row gives them, whatever else
// the row says, as long as they were in without that date.
func TestATerminationAheadNeverActsEarly(t *testing.T) {
	ends := []string{mapping.EndsOnTermination, mapping.EndsWithMonth}
	day := date(t, "2026-01-01")
	for range 400 {
		for _, end := range ends {
			for _, says := range []bool{false, true} {
				facts := mapping.Facts{Included: true, Hired: date(t, "2020-01-15"), Ended: day.AddDays(1), Terminated: says}
				if got := mapping.Standing(facts, mapping.Eligibility{CoverageEnds: end}, day); got != roster.StandingIn {
					t.Fatalf("on %s, a day before the end (%s, says terminated %v): %q", day, end, says, got)
				}
			}
		}
		day = day.AddDays(1)
	}
}
