package schedule_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/schedule"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestNext(t *testing.T) {
	const newYork, lordHowe = "America/New_York", "Australia/Lord_Howe"
	tests := []struct {
		name, spec, zone, after string
		want                    []string
	}{
		{"an ordinary day", "0 5 * * *", newYork, "2026-06-01T12:00:00Z", []string{"2026-06-02T09:00:00Z", "2026-06-03T09:00:00Z"}},
		{"strictly after", "0 5 * * *", "UTC", "2026-06-01T05:00:00Z", []string{"2026-06-02T05:00:00Z"}},
		{"inside the skipped hour: once, when the clock has skipped", "30 2 * * *", newYork, "2026-03-07T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"}},
		{"at the skip itself", "0 2 * * *", newYork, "2026-03-07T12:00:00Z", []string{"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"}},
		{"inside the repeated hour: the first time only", "30 1 * * *", newYork, "2026-10-31T12:00:00Z", []string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
		{"hourly over the skip: the skipped hour falls together with the next", "0 * * * *", newYork, "2026-03-08T05:30:00Z", []string{"2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"}},
		{"hourly over the repeat: each hour of the wall once", "0 * * * *", newYork, "2026-11-01T04:30:00Z", []string{"2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z", "2026-11-01T08:00:00Z"}},
		{"quarters over the skip", "*/15 * * * *", newYork, "2026-03-08T06:40:00Z", []string{"2026-03-08T06:45:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z"}},
		{"started inside the second pass of the repeated hour", "30 1 * * *", newYork, "2026-11-01T06:10:00Z", []string{"2026-11-02T06:30:00Z"}},
		{"half an hour is skipped", "15 2 * * *", lordHowe, "2026-10-03T00:00:00Z", []string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
		{"half an hour is repeated", "45 1 * * *", lordHowe, "2026-04-04T00:00:00Z", []string{"2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"}},
		{"every is a duration", "@every 90m", newYork, "2026-03-08T06:00:00Z", []string{"2026-03-08T07:30:00Z", "2026-03-08T09:00:00Z"}},
		{"leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", []string{"2028-02-29T00:00:00Z"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := schedule.Parse(test.spec, test.zone)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for now := at(t, test.after); len(got) < len(test.want); {
				now = s.Next(now)
				got = append(got, now.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("due (-want +got):\n%s", diff)
			}
		})
	}
}

// Over a whole year every day has exactly one run, whatever the clocks do.
func TestOnceEveryDay(t *testing.T) {
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "UTC"} {
		for _, spec := range []string{"0 0 * * *", "30 0 * * *", "30 1 * * *", "0 2 * * *", "30 2 * * *", "59 23 * * *"} {
			s, err := schedule.Parse(spec, zone)
			if err != nil {
				t.Fatal(err)
			}
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			days := map[string]int{}
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, location).Add(-time.Second)
			for now := s.Next(start); now.Before(start.AddDate(1, 0, 0)); now = s.Next(now) {
				days[now.In(location).Format(time.DateOnly)]++
			}
			for day, runs := range days {
				if runs != 1 {
					t.Errorf("%s in %s: %d runs on %s", spec, zone, runs, day)
				}
			}
			if len(days) != 365 {
				t.Errorf("%s in %s: runs on %d days", spec, zone, len(days))
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ spec, zone string }{
		"nothing":               {"", "UTC"},
		"six fields":            {"0 0 5 * * *", "UTC"},
		"a day that never is":   {"0 0 30 2 *", "UTC"},
		"a zone in the spec":    {"CRON_TZ=America/New_York 0 5 * * *", "UTC"},
		"a zone without fields": {"CRON_TZ=America/New_York", "UTC"},
		"TZ=0":                  {"TZ=0", "UTC"},
		"every moment":          {"@every 0s", "UTC"},
		"every second":          {"@every 1s", "UTC"},
		"backwards":             {"@every -5m", "UTC"},
		"an unknown zone":       {"0 5 * * *", "Mars/Olympus"},
		"the machine's zone":    {"0 5 * * *", "Local"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := schedule.Parse(test.spec, test.zone); err == nil {
				t.Error("was accepted")
			}
		})
	}
}

func TestDue(t *testing.T) {
	s, err := schedule.Parse("0 */6 * * *", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, last, now string
		want            bool
	}{
		{"nothing was missed", "2026-06-01T06:00:01Z", "2026-06-01T11:59:59Z", false},
		{"just due", "2026-06-01T06:00:01Z", "2026-06-01T12:00:00Z", true},
		{"days ago", "2026-05-01T06:00:00Z", "2026-06-01T11:00:00Z", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := s.Due(at(t, test.last), at(t, test.now)); got != test.want {
				t.Errorf("due: %v", got)
			}
		})
	}
}
