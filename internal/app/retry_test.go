package app_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/app"
)

// The wait doubles up to an hour, and starts anew once a run delivered
// everything.
func TestRetryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := app.NewRetry(2 * time.Minute)
		defer r.Stop()
		var waits []time.Duration
		for _, undelivered := range []bool{true, true, true, true, true, true, true, false, true} {
			begun, again := time.Now(), make(chan struct{})
			r.After(undelivered, func() { close(again) })
			if !undelivered {
				waits = append(waits, 0)
				continue
			}
			<-again
			waits = append(waits, time.Since(begun))
		}
		want := []time.Duration{
			2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour, 0, 2 * time.Minute,
		}
		if diff := cmp.Diff(want, waits); diff != "" {
			t.Errorf("waits (-want +got):\n%s", diff)
		}
	})
}

// Only the last run counts: one that delivered everything, or that retries
// itself, takes back what an earlier one asked for; and so does Stop.
func TestRetryIsTakenBack(t *testing.T) {
	for _, test := range []struct {
		name  string
		then  func(r *app.Retry, again func())
		calls int32
	}{
		{"nothing else happens", func(*app.Retry, func()) {}, 1},
		{"another run delivers everything", func(r *app.Retry, again func()) { r.After(false, again) }, 0},
		{"another run delivers not everything", func(r *app.Retry, again func()) { r.After(true, again) }, 1},
		{"the daemon stops", func(r *app.Retry, _ func()) { r.Stop() }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := app.NewRetry(time.Minute)
				var calls atomic.Int32
				again := func() { calls.Add(1) }
				r.After(true, again)
				test.then(r, again)
				<-time.After(24 * time.Hour)
				if got := calls.Load(); got != test.calls {
					t.Errorf("called %d times, want %d", got, test.calls)
				}
			})
		})
	}
}

func TestRetryStopsWithoutHavingStarted(*testing.T) { app.NewRetry(time.Minute).Stop() }
