package app_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/roster"
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

// Only what another run may deliver is worth one soon: people decide about the rest.
func TestUndelivered(t *testing.T) {
	for _, tt := range []struct {
		name string
		run  roster.Run
		want bool
	}{
		{"all is delivered", roster.Run{Outcome: roster.RunDone}, false},
		{"somebody has to correct a row", roster.Run{Outcome: roster.RunFailures}, false},
		{"somebody has to decide", roster.Run{Outcome: roster.RunHeld, Groups: roster.GroupCounts{Held: 1}}, false},
		{"a roster was refused", roster.Run{Outcome: roster.RunFailures, Groups: roster.GroupCounts{Failed: 1}}, true},
		{"Vitable was away", roster.Run{Outcome: roster.RunAPI}, true},
		{"the store failed", roster.Run{Outcome: roster.RunError}, true},
		{"another shard has to let somebody go", roster.Run{Outcome: roster.RunDone, Waiting: true}, true},
	} {
		if got := app.Undelivered(tt.run); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
