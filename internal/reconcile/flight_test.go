package reconcile_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// neverCompletes keeps the next request of north in flight.
func neverCompletes() sandbox.Fault {
	return sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultNeverCompletes, Times: 1}
}

// A request that never ends is told of at the deadline; its group waits, the
// others do not.
func TestStuckRequest(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1")
		w.hr.hire(south, "S1")
		w.settled()
		w.box.AddFault(neverCompletes())
		w.hr.hire(north, "N2")
		w.hr.hire(south, "S2")
		begun := time.Now()
		run := w.run()
		wantOutcome(t, run, roster.RunFailures, 3)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Failed: 1}, run.Groups)
		if took := time.Since(begun); took < 2*time.Hour || took > 2*time.Hour+time.Minute {
			t.Errorf("the run took %s, want the deadline of 2h", took)
		}
		w.wantOpen("sync_stuck north")
		w.wantMembers(south, "S1", "S2")
		stuck := w.last(north)

		// The next run looks at it, sends the others, and leaves north alone.
		w.hr.hire(north, "N3")
		w.hr.hire(south, "S3")
		polls := w.polls(stuck.RequestID)
		run = w.run()
		wantOutcome(t, run, roster.RunFailures, 3)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Blocked: 1}, run.Groups)
		if w.polls(stuck.RequestID) <= polls {
			t.Error("the stuck request was not looked at again")
		}
		if n := w.tries(north); n != 2 {
			t.Errorf("north was sent %d times, want no third", n)
		}
		w.wantMembers(south, "S1", "S2", "S3")
		w.wantLawful()
	})
}

// What was stuck and ends after all is taken, and its group goes on in the
// same run.
func TestStuckRequestEndsLate(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Deadline = 10 * time.Minute
		w.box.SetProcessing(func(int) time.Duration { return 15 * time.Minute })
		w.hr.hire(north, "N1")
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		w.wantOpen("sync_stuck north")
		w.pass(time.Hour)
		w.box.SetProcessing(nil)
		w.hr.hire(north, "N2")
		run := w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		w.wantOpen()
		w.wantMembers(north, "N1", "N2")
		if n := w.tries(north); n != 2 {
			t.Errorf("north was sent %d times, want 2", n)
		}
		w.wantLawful()
	})
}

// A person gives a stuck request up: what it did stays unknown, the roster of
// the day is sent after settle.
func TestAbandonedRequest(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1")
		w.settled()
		w.box.AddFault(neverCompletes())
		w.hr.hire(north, "N2")
		w.run()
		stuck := w.last(north)
		w.box.WriteOff(stuck.RequestID)
		if _, err := w.store.Abandon(t.Context(), stuck.RequestID, "Pat", "support wrote it off", time.Now()); err != nil {
			t.Fatal(err)
		}
		w.hr.drop("N2") // whom the request may have added
		run := w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		w.wantOpen()
		// N2 may be covered, so one pull without them is no reason to remove them.
		same(t, "payload", []string{"N1", "N2"}, w.last(north).Sync.Members)
		w.run()
		w.wantMembers(north, "N1")
		w.wantLawful("N2")
	})
}

// Abandoned by a person while a run is still looking at it.
func TestAbandonedWhileFollowed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.SetProcessing(func(int) time.Duration { return 10 * time.Minute })
		w.hr.hire(north, "N1")
		go func() {
			w.pass(5 * time.Minute)
			if _, err := w.store.Abandon(context.WithoutCancel(t.Context()), w.last(north).RequestID, "Pat", "too slow", time.Now()); err != nil {
				t.Error(err)
			}
		}()
		run := w.run()
		same(t, "counts", roster.GroupCounts{Failed: 1}, run.Groups)
		w.pass(time.Hour)
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(north, "N1")
		w.wantLawful()
	})
}

// interrupted starts a run and stops it while requests are in flight.
func (w *world) interrupted(after time.Duration) (run roster.Run, took time.Duration) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	var told time.Time
	time.AfterFunc(after, func() { told = time.Now(); cancel() })
	run, err := w.try(ctx, reconcile.Options{})
	if err != nil {
		w.t.Fatalf("run: %v", err)
	}
	return run, time.Since(told)
}

// What a run that was cut short left in flight is awaited by the next one,
// which then sends that group what came up meanwhile, and does not keep the
// others waiting for it.
func TestInFlightAtTheStartIsPlannedWhenItEnds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.SetProcessing(func(int) time.Duration { return 10 * time.Minute })
		w.hr.hire(north, "N1")
		run, _ := w.interrupted(time.Minute)
		wantOutcome(t, run, roster.RunInterrupted, 1)
		w.box.SetProcessing(nil)
		w.hr.hire(north, "N2")
		w.hr.hire(south, "S1")
		run = w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		same(t, "counts", roster.GroupCounts{Submitted: 2}, run.Groups)
		w.wantMembers(north, "N1", "N2")
		first := w.sent(north)[0]
		if at := w.last(south).At; !at.Before(*first.Sync.ProcessedAt) {
			t.Error("south was kept waiting for the request of north")
		}
		if at := w.last(north).At; at.Before(*first.Sync.ProcessedAt) {
			t.Error("north was sent while its request was in flight")
		}
		w.wantLawful()
	})
}

// The requests in flight end at many moments around the plan of the next run:
// whichever it is, nothing is sent twice at once and all is delivered.
func TestInFlightRequestsEndAtAnyMoment(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1")
		w.hr.hire(south, "S1")
		w.hr.hire(east, "E1")
		w.settled()
		for i, took := range []time.Duration{time.Minute, 61 * time.Second, 62 * time.Second, 90 * time.Second, time.Hour} {
			w.box.SetProcessing(func(n int) time.Duration { return took + time.Duration(n%3)*time.Millisecond })
			w.hr.hire(north, refs("N", i+2)[i+1])
			w.hr.hire(south, refs("S", i+2)[i+1])
			w.interrupted(time.Minute)
			w.box.SetProcessing(nil)
			w.hr.hire(east, refs("E", i+2)[i+1])
			wantOutcome(t, w.run(), roster.RunDone, 0)
			w.wantMembers(north, refs("N", i+2)...)
			w.wantMembers(south, refs("S", i+2)...)
			w.wantMembers(east, refs("E", i+2)...)
		}
		w.wantLawful()
	})
}

// Follow takes the outcomes of what is in flight between two runs.
func TestFollow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.SetProcessing(func(int) time.Duration { return time.Hour })
		w.hr.hire(north, "N1")
		w.interrupted(time.Minute)
		if err := w.reconciler().Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		inFlight, err := w.store.InFlight(t.Context())
		if err != nil || len(inFlight) != 0 {
			t.Errorf("%d requests are in flight (%v), want none", len(inFlight), err)
		}
		before := w.writes()
		wantOutcome(t, w.run(), roster.RunDone, 0)
		if w.writes() != before {
			t.Error("the next run sent again what Follow saw completed")
		}
	})
}

// A roster whose answer was lost may have been accepted. It is not sent again
// in the same run; the next one waits until it has settled.
func TestUnknownFate(t *testing.T) {
	for _, test := range silences() {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.box.AddFault(test.fault.fault)
				w.hr.hire(north, "N1")
				w.hr.hire(south, "S1")
				run := w.run()
				wantOutcome(t, run, roster.RunFailures, 3)
				same(t, "counts", roster.GroupCounts{Submitted: 1, Failed: 1}, run.Groups)
				w.wantOpen("sync_unknown north")
				if n := w.tries(north); n != 1 {
					t.Errorf("north was sent %d times in one run", n)
				}
				if got := len(w.sent(north)) == 1; got != test.accepted {
					t.Fatalf("accepted: %v, want %v", got, test.accepted)
				}
				first := w.entries(func(e sandbox.Entry) bool { return e.Call == sandbox.SubmitSync && e.Group == north })[0]
				wantOutcome(t, w.run(), roster.RunDone, 0)
				if gap := w.last(north).At.Sub(first.At); gap < w.settings.Settle || gap > w.settings.Settle+2*time.Minute {
					t.Errorf("north was sent again after %s, want to settle for %s and no longer", gap, w.settings.Settle)
				}
				w.wantOpen()
				w.wantMembers(north, "N1")
				w.wantLawful()
			})
		})
	}
}

// Where Vitable is known to take longer than the configured time to settle, a
// roster of unknown fate is left alone for as long: it may be in flight.
func TestUnknownFateOfASlowGroup(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.SetProcessing(func(int) time.Duration { return 12 * time.Minute })
		w.hr.hire(north, "N1")
		w.settled()
		w.hr.hire(north, "N2")
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Times: 1})
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(north, "N1", "N2")
		w.wantLawful()
	})
}

// Whoever a roster of unknown fate may have added can only be removed like
// somebody who is covered.
func TestPeopleOfUnknownFateAreProtected(t *testing.T) {
	tests := []struct {
		name    string
		change  func(w *world)
		failure string
		stays   bool // after the run that follows
		goes    bool // after more runs, or with the first
	}{
		{"row unreadable", func(w *world) { w.hr.edit(unreadable, "N2") }, "invalid_row north N2", true, false},
		{"row gone", func(w *world) { w.hr.drop("N2") }, "", true, true},
		{"terminated", func(w *world) { w.hr.edit(terminated, "N2") }, "", false, true},
		{"not eligible", func(w *world) { w.hr.edit(onLeave, "N2") }, "", false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1")
				w.settled()
				w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Times: 1})
				w.hr.hire(north, "N2")
				w.run()
				test.change(w)
				w.run()
				want := []string{"N1"}
				if test.stays {
					want = append(want, "N2")
				}
				w.wantMembers(north, want...)
				if test.failure != "" {
					w.wantOpen(test.failure)
				}
				w.run()
				if !test.goes {
					w.wantMembers(north, "N1", "N2")
					w.wantLawful()
					return
				}
				w.wantMembers(north, "N1")
				w.wantLawful("N2")
			})
		})
	}
}

// The limits count people of unknown fate too.
func TestGuardCountsPeopleOfUnknownFate(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Limits.SmallGroup = plan.SmallGroup{Below: 20, Count: 2}
		w.hr.hire(north, "N1")
		w.settled()
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Times: 1})
		w.hr.hire(north, "N2", "N3", "N4")
		w.run()
		w.hr.edit(terminated, "N2", "N3", "N4")
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		w.wantMembers(north, refs("N", 4)...)
		w.wantOpen("removals_held north")
		w.wantLawful()
	})
}

// A request of an earlier run whose outcome cannot be seen, or cannot be
// remembered, is not delivered: the run must not say that it is done.
func TestEarlierRequestNotFollowed(t *testing.T) {
	for _, test := range []struct {
		name    string
		spoil   func(*world)
		outcome roster.RunOutcome
		code    int
		fails   bool
	}{
		{"the key is refused", func(w *world) {
			w.box.AddFault(sandbox.Fault{Call: sandbox.GetSync, Group: north, Kind: sandbox.FaultStatus, Status: 401})
		}, roster.RunAPI, 8, false},
		{"the outcome cannot be written", func(w *world) {
			w.around = func(s reconcile.Store) reconcile.Store { return forgetful{s} }
		}, roster.RunError, 1, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1")
				w.hr.hire(south, "S1")
				w.box.AddFault(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultStatus, Status: 401, Times: 2})
				w.run()
				w.box.SetFaults()
				test.spoil(w)
				run, err := w.try(t.Context(), reconcile.Options{})
				if (err != nil) != test.fails {
					t.Errorf("run: %v", err)
				}
				wantOutcome(t, run, test.outcome, test.code)
				w.box.SetFaults()
				w.mended()
				w.settled()
				w.wantMembers(north, "N1")
				w.wantLawful()
			})
		})
	}
}

// forgetful cannot remember outcomes.
type forgetful struct{ reconcile.Store }

// Complete implements reconcile.Store.
func (forgetful) Complete(context.Context, roster.Completion) error { return reconciletest.ErrPower }

// Whom an earlier request removed counts for the week in the very run that sees
// it end, though that run began before.
func TestRemovalsOfAnEarlierRequestCount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Limits.Rolling = plan.Rolling{Days: 7, Percent: 20}
		var people []string
		for n := range 30 {
			people = append(people, fmt.Sprintf("N%02d", n))
		}
		w.hr.hire(north, people...)
		w.settled()
		w.settings.Deadline = time.Minute
		w.box.SetProcessing(func(int) time.Duration { return time.Hour })
		w.hr.edit(terminated, people[:6]...) // 20 % of 30
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		w.pass(2 * time.Hour)
		w.box.SetProcessing(nil)
		w.hr.edit(terminated, people[6])
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		w.wantOpen("removals_held north")
		w.wantMembers(north, people[6:]...)
		w.wantLawful(people[:6]...)
	})
}

// Whom a roster of unknown fate left out, and the next one has again, may have
// been without coverage in between: that counts for the week as well.
func TestRemovalsOfUnknownFateCount(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Limits.Rolling = plan.Rolling{Days: 7, Percent: 20}
		w.settings.Limits.MaxRemovals = plan.Bound{Count: 25, Percent: 20}
		var people []string
		for n := range 30 {
			people = append(people, fmt.Sprintf("N%02d", n))
		}
		w.hr.hire(north, people...)
		w.settled()
		w.hr.edit(terminated, people[:6]...) // 20 % of 30
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Times: 1})
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		w.hr.edit(employed, people[:6]...)
		w.hr.edit(terminated, people[6:8]...) // 8 of 36
		wantOutcome(t, w.run(), roster.RunHeld, 4)
		w.wantMembers(north, people...)
		wantOutcome(t, w.run(), roster.RunHeld, 4)
		w.wantMembers(north, people...)
		w.wantLawful(people[:6]...)
	})
}
