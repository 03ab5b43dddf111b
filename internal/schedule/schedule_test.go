package schedule_test

import (
	"strings"
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
		{"quarters over the repeat: each quarter of the wall once", "*/15 * * * *", newYork, "2026-11-01T05:30:00Z", []string{"2026-11-01T05:45:00Z", "2026-11-01T07:00:00Z", "2026-11-01T07:15:00Z"}},
		{"before the skip nothing moves", "30 1 * * *", newYork, "2026-03-07T12:00:00Z", []string{"2026-03-08T06:30:00Z", "2026-03-09T05:30:00Z"}},
		{"behind the repeat nothing moves", "30 2 * * *", newYork, "2026-10-31T12:00:00Z", []string{"2026-11-01T07:30:00Z", "2026-11-02T07:30:00Z"}},
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

// Every time on the wall is due when the wall first shows it or what comes
// after it. The test watches the wall around every change of the clocks in a
// year, five minutes at a time.
func TestNextAgainstTheWall(t *testing.T) {
	tests := []struct {
		name, zone string
		year       int
	}{
		{"an hour", "America/New_York", 2026},
		{"half an hour", "Australia/Lord_Howe", 2026},
		{"an hour at midnight", "Africa/Cairo", 2026},
		{"an hour back to midnight", "America/Havana", 2026},
		{"an hour the other way round", "Africa/Casablanca", 2026},
		{"two hours", "Antarctica/Troll", 2026},
		{"a whole day is skipped", "Pacific/Apia", 2011},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			zone, err := time.LoadLocation(test.zone)
			if err != nil {
				t.Fatal(err)
			}
			changes := 0
			for _, at := time.Date(test.year, 1, 1, 0, 0, 0, 0, zone).ZoneBounds(); at.Year() == test.year; _, at = at.ZoneBounds() {
				watchWall(t, watched(t, test.zone), zone, at)
				changes++
			}
			if changes < 2 {
				t.Errorf("the clocks changed %d times", changes)
			}
		})
	}
}

// watch is a schedule and, said another way, the times that it means.
type watch struct {
	schedule.Schedule
	spec    string
	matches func(hour, minute int) bool
}

func watched(t *testing.T, zone string) []watch {
	t.Helper()
	watches := []watch{
		{spec: "*/15 * * * *", matches: func(_, minute int) bool { return minute%15 == 0 }},
		{spec: "0 * * * *", matches: func(_, minute int) bool { return minute == 0 }},
		{spec: "10 0-3 * * *", matches: func(hour, minute int) bool { return hour <= 3 && minute == 10 }},
		{spec: "30 1,2,23 * * *", matches: func(hour, minute int) bool { return (hour == 1 || hour == 2 || hour == 23) && minute == 30 }},
		{spec: "0,45 */2 * * *", matches: func(hour, minute int) bool { return hour%2 == 0 && (minute == 0 || minute == 45) }},
	}
	for i, w := range watches {
		s, err := schedule.Parse(w.spec, zone)
		if err != nil {
			t.Fatal(err)
		}
		watches[i].Schedule = s
	}
	return watches
}

func watchWall(t *testing.T, watches []watch, zone *time.Location, change time.Time) {
	t.Helper()
	const tick, around = 5 * time.Minute, 36 * time.Hour
	now := change.Add(-around)
	latest := wall(now, zone)
	next := make([]time.Time, len(watches))
	for i, w := range watches {
		next[i] = w.Next(now)
	}
	for end := change.Add(around); now.Before(end); {
		now = now.Add(tick)
		due := make([]bool, len(watches))
		for shown := wall(now, zone); latest.Before(shown); {
			latest = latest.Add(tick)
			for i, w := range watches {
				due[i] = due[i] || w.matches(latest.Hour(), latest.Minute())
			}
		}
		for i, w := range watches {
			if due[i] != next[i].Equal(now) {
				t.Fatalf("%s at %s: due %v by the wall, but Next said %s", w.spec, now.In(zone), due[i], next[i])
			}
			if due[i] {
				next[i] = w.Next(now)
			}
		}
	}
}

// wall is the time on the wall as if it were UTC.
func wall(now time.Time, zone *time.Location) time.Time {
	_, offset := now.In(zone).Zone()
	return now.UTC().Add(time.Duration(offset) * time.Second)
}

// A due time is a time on the wall, not a reading of the machine's stopwatch,
// which stands still while the machine sleeps and knows no step of the clock.
func TestNextHasNoStopwatch(t *testing.T) {
	for _, spec := range []string{"@every 1h", "0 * * * *"} {
		s, err := schedule.Parse(spec, "UTC")
		if err != nil {
			t.Fatal(err)
		}
		if next := s.Next(time.Now()); next != next.Round(0) {
			t.Errorf("%s: has a monotonic reading", spec)
		}
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
	const fields, every, ownZone, never, zone = "five cron fields", "@every needs at least 1m", "set ROSTERD_TIMEZONE", "no such day", "name of a time zone"
	for name, test := range map[string]struct{ spec, zone, says string }{
		"nothing":                        {"", "UTC", fields},
		"six fields":                     {"0 0 5 * * *", "UTC", fields},
		"an hour too many":               {"0 24 * * *", "UTC", fields},
		"at every start":                 {"@reboot", "UTC", fields},
		"words":                          {"every morning", "UTC", fields},
		"a day that never is":            {"0 0 30 2 *", "UTC", never},
		"an empty list":                  {", 5 * * *", "UTC", never},
		"a zone in the spec":             {"CRON_TZ=America/New_York 0 5 * * *", "UTC", ownZone},
		"a zone, short, in the spec":     {"TZ=UTC @hourly", "UTC", ownZone},
		"a zone without fields":          {"CRON_TZ=America/New_York", "UTC", ownZone},
		"no zone without fields":         {"TZ=0", "UTC", ownZone},
		"every moment":                   {"@every 0s", "UTC", every},
		"every second":                   {"@every 1s", "UTC", every},
		"a moment short of every minute": {"@every 59.9s", "UTC", every},
		"backwards":                      {"@every -5m", "UTC", every},
		"an unknown zone":                {"0 5 * * *", "Mars/Olympus", zone},
		"the machine's zone":             {"0 5 * * *", "Local", zone},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := schedule.Parse(test.spec, test.zone)
			if err == nil {
				t.Fatal("was accepted")
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	for _, spec := range []string{"0 5 * * *", " 0 5 * * mon-fri ", "@hourly", "@daily", "@weekly", " @monthly", "@every 1m"} {
		if _, err := schedule.Parse(spec, "America/New_York"); err != nil {
			t.Errorf("%q: %v", spec, err)
		}
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
		{"the last run was just then", "2026-06-01T12:00:00Z", "2026-06-01T12:00:00Z", false},
		{"the clock went back", "2026-06-01T12:00:00Z", "2026-06-01T11:00:00Z", false},
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
