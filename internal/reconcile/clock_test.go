package reconcile_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// timeless hides what time it is at Vitable: its answers come out of a cache.
func (w *world) timeless() {
	box := w.wire.Handler
	w.wire.Handler = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		out.Header().Set("Age", "60")
		box.ServeHTTP(out, r)
	})
}

// On a clock that is wrong terminations act early or hires late: nothing is planned by
// it, and nobody leaves.
func TestClock(t *testing.T) {
	for _, test := range []struct {
		name     string
		last, by time.Duration // how far the clock is off in the run before, and in this one
		timeless bool
		want     error
	}{
		{name: "an hour behind", by: -time.Hour},
		{name: "an hour ahead", by: time.Hour},
		{name: "hours behind, as one that takes UTC for local time", by: -5 * time.Hour, want: reconcile.ErrClock},
		{name: "hours ahead", by: 5 * time.Hour, want: reconcile.ErrClock},
		{name: "days ahead", by: 72 * time.Hour, want: reconcile.ErrClock},
		{name: "far before the last run", by: -25 * time.Hour, want: reconcile.ErrClock},
		{name: "right again after a run that was a year ahead", last: 365 * 24 * time.Hour},
		{name: "far before the last run, and Vitable does not tell", by: -25 * time.Hour, timeless: true, want: reconcile.ErrClock},
		{name: "ahead, and Vitable does not tell", by: 5 * time.Hour, timeless: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1", "N2", "N3")
				w.settled()
				off := test.last
				w.now = func() time.Time { return time.Now().Add(off) }
				if off != 0 {
					if _, err := w.try(t.Context(), reconcile.Options{}); !errors.Is(err, reconcile.ErrClock) {
						t.Fatalf("the run before ended with %v", err)
					}
				}
				off = test.by
				if test.timeless {
					w.timeless()
				}
				w.hr.hire(north, "N4")
				writes := w.writes()
				_, planErr := w.reconciler().Plan(t.Context(), reconcile.Options{})
				_, err := w.try(t.Context(), reconcile.Options{})
				if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
					t.Errorf("error: %v, want %v", err, test.want)
				}
				if !test.timeless && errors.Is(planErr, reconcile.ErrClock) != (test.want != nil) {
					t.Errorf("error of the plan: %v, want %v", planErr, test.want)
				}
				if sent := w.writes() > writes; sent != (test.want == nil) {
					t.Errorf("something was sent: %v", sent)
				}
				w.wantLawful()
				off = 0
				w.wire.Handler = w.box
				if run := w.run(); run.Outcome != roster.RunDone {
					t.Errorf("when the clock is right again the run is %s", run.Outcome)
				}
				w.wantMembers(north, "N1", "N2", "N3", "N4")
			})
		})
	}
}

// An approval does not lapse by a clock that is wrong.
func TestApprovalOnAWrongClock(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		strict(w)
		w.hr.hire(north, refs("N", 8)...)
		w.settled()
		w.hr.edit(terminated, "N1", "N2", "N3")
		w.run()
		w.approve(w.onlyHold())
		w.now = func() time.Time { return time.Now().Add(72 * time.Hour) }
		if _, err := w.try(t.Context(), reconcile.Options{}); !errors.Is(err, reconcile.ErrClock) {
			t.Fatalf("the run on the wrong clock ended with %v", err)
		}
		w.now = time.Now
		w.run()
		w.wantMembers(north, "N4", "N5", "N6", "N7", "N8")
	})
}
