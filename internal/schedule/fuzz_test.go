package schedule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/schedule"
)

// A schedule that is taken is due again and again, each time later, and never
// more often than once a minute. One that is not is refused in words of ours.
func FuzzParse(f *testing.F) {
	f.Add("0 */6 * * *", "America/New_York")
	start := time.Date(2026, 3, 8, 1, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, spec, zone string) {
		s, err := schedule.Parse(spec, zone)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "ROSTERD_") || len(err.Error()) > 200 {
				t.Errorf("the error is %q", err)
			}
			return
		}
		for at, n := start, 0; n < 50; n++ {
			next := s.Next(at)
			if next.IsZero() {
				return // nothing within years
			}
			if !next.After(at) || n > 0 && next.Sub(at) < time.Minute {
				t.Fatalf("after %s comes %s", at, next)
			}
			if !s.Due(at, next) || s.Due(at, next.Add(-time.Nanosecond)) {
				t.Fatalf("what is next at %s is due earlier or not then", next)
			}
			at = next
		}
	})
}
