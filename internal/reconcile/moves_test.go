package reconcile_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// arrivesIn asserts that somebody was out of every group no longer than it
// takes to see the one request end and to send the other.
func (w *world) arrivesIn(ref, group string) {
	w.t.Helper()
	var left time.Time
	for _, e := range w.box.Ledger() {
		if e.Sync == nil {
			continue
		}
		for _, gone := range e.Sync.Removed {
			if gone == ref {
				left = *e.Sync.ProcessedAt
			}
		}
		for _, come := range e.Sync.Added {
			if come != ref || left.IsZero() || e.Group != group {
				continue
			}
			if gap := e.At.Sub(left); gap < 0 || gap > 2*time.Second {
				w.t.Errorf("%s was sent for %s %s after they had left their old group", ref, group, gap)
			}
			return
		}
	}
	w.t.Errorf("%s did not come to %s", ref, group)
}

func TestMoves(t *testing.T) {
	tests := []struct {
		name  string
		moves map[string]string // who goes where
		want  map[string][]string
	}{
		{"one", map[string]string{"N1": south}, map[string][]string{north: {"N2"}, south: {"N1", "S1", "S2"}, east: {"E1", "E2"}}},
		{"two groups swap", map[string]string{"N1": south, "S1": north}, map[string][]string{north: {"N2", "S1"}, south: {"N1", "S2"}, east: {"E1", "E2"}}},
		{
			"three groups in a circle",
			map[string]string{"N1": south, "S1": east, "E1": north},
			map[string][]string{north: {"E1", "N2"}, south: {"N1", "S2"}, east: {"E2", "S1"}},
		},
		{"a chain", map[string]string{"N1": south, "S1": east}, map[string][]string{north: {"N2"}, south: {"N1", "S2"}, east: {"E1", "E2", "S1"}}},
		{"two into one", map[string]string{"N1": east, "S1": east}, map[string][]string{north: {"N2"}, south: {"S2"}, east: {"E1", "E2", "N1", "S1"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.threeGroups()
				var movers []string
				for ref, to := range test.moves {
					w.hr.edit(moved(to), ref)
					movers = append(movers, ref)
				}
				run := w.run()
				wantOutcome(t, run, roster.RunDone, 0)
				for group, members := range test.want {
					w.wantMembers(group, members...)
				}
				for ref, to := range test.moves {
					w.arrivesIn(ref, to)
				}
				w.wantLawful(movers...)
				w.wantQuiet()
			})
		})
	}
}

// threeGroups has two people in each group, all covered.
func (w *world) threeGroups() {
	w.t.Helper()
	w.hr.hire(north, "N1", "N2")
	w.hr.hire(south, "S1", "S2")
	w.hr.hire(east, "E1", "E2")
	w.settled()
}

// wantQuiet asserts that a run over the same evidence sends nothing.
func (w *world) wantQuiet() {
	w.t.Helper()
	before := w.writes()
	w.runWith(reconcile.Options{Repeat: true})
	if after := w.writes(); after != before {
		w.t.Errorf("another run sent %d requests, want none", after-before)
	}
}

// Whoever cannot leave, or cannot arrive, stays covered where they are.
func TestMovesThatDoNotWork(t *testing.T) {
	refuse := func(ref, operation string) func(*world) {
		return func(w *world) { w.box.Refuse(ref, operation, "not today") }
	}
	break4xx := func(group string) func(*world) {
		return func(w *world) {
			w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: group, Kind: sandbox.FaultStatus, Status: 422})
		}
	}
	tests := []struct {
		name     string
		obstacle func(*world)
		north    []string // N1 is to go from north to south
		south    []string
		failures []string
	}{
		{"the removal is refused", refuse("N1", "remove"), []string{"N1", "N2"}, []string{"S1", "S2"}, []string{"remote_remove north N1"}},
		{"the group that loses is refused", break4xx(north), []string{"N1", "N2"}, []string{"S1", "S2"}, []string{"sync_refused north"}},
		{"the group that gains is refused", break4xx(south), []string{"N2"}, []string{"S1", "S2"}, []string{"sync_refused south"}},
		{"the addition is refused", refuse("N1", "add"), []string{"N2"}, []string{"S1", "S2"}, []string{"remote_add south N1"}},
		{"the group that gains is over capacity", func(w *world) { w.settings.Delivery.MaxMembers = 2 }, []string{"N1", "N2"}, []string{"S1", "S2"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.threeGroups()
				test.obstacle(w)
				w.hr.edit(moved(south), "N1")
				w.run()
				w.wantMembers(north, test.north...)
				w.wantMembers(south, test.south...)
				if test.failures != nil {
					w.wantOpen(test.failures...)
				}
				// Once nothing stands against it any more, they arrive.
				w.box.SetRules()
				w.box.SetFaults()
				w.settings = settings()
				w.pass(7 * time.Hour)
				wantOutcome(t, w.run(), roster.RunDone, 0)
				w.wantMembers(north, "N2")
				w.wantMembers(south, "N1", "S1", "S2")
				w.wantOpen()
				w.wantLawful("N1")
			})
		})
	}
}

// While the group that loses has a request in flight, the one that gains is
// sent without the people who move.
func TestMoveOutOfABusyGroup(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.threeGroups()
		w.box.AddFault(neverCompletes())
		w.hr.edit(relocated, "N2")
		w.run()
		stuck := w.last(north)
		w.hr.edit(moved(south), "N1")
		w.hr.hire(south, "S3")
		w.run()
		w.wantMembers(south, "S1", "S2", "S3")
		w.box.WriteOff(stuck.RequestID)
		if _, err := w.store.Abandon(t.Context(), stuck.RequestID, "Pat", "written off", time.Now()); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Hour)
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(north, "N2")
		w.wantMembers(south, "N1", "S1", "S2", "S3")
		w.arrivesIn("N1", south)
		w.wantLawful("N1")
	})
}

// readd ends a subscription and starts another, in two confirmed steps.
func TestPlanChange(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.threeGroups()
		w.hr.edit(onSilver, "N1")
		run := w.run()
		wantOutcome(t, run, roster.RunFailures, 3)
		w.wantOpen("plan_change_unconfirmed north N1")
		w.wantLawful() // nobody was removed for it

		w.settings.Limits.PlanChange = plan.PlanReadd
		run = w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		member, ok := w.box.Member(north, "N1")
		if !ok || member.PlanID != silver {
			t.Errorf("N1 is subscribed: %v, on %s; want %s", ok, member.PlanID, silver)
		}
		steps := w.sent(north)
		without, with := steps[len(steps)-2], steps[len(steps)-1]
		same(t, "first step", []string{"N2"}, without.Sync.Members)
		same(t, "second step", []string{"N1", "N2"}, with.Sync.Members)
		if with.At.Before(*without.Sync.ProcessedAt) {
			t.Error("the second step was sent before the first was confirmed")
		}
		w.arrivesIn("N1", north)
		w.wantOpen()
		w.wantLawful("N1")
		w.wantQuiet()
	})
}

// Where the first step is refused, there is no second.
func TestPlanChangeThatVitableRefuses(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Limits.PlanChange = plan.PlanReadd
		w.threeGroups()
		w.box.Refuse("N1", "remove", "not today")
		w.hr.edit(onSilver, "N1")
		w.run()
		w.wantMembers(north, "N1", "N2")
		w.wantOpen("remote_remove north N1")
		if member, _ := w.box.Member(north, "N1"); member.PlanID != gold {
			t.Errorf("N1 is on %s", member.PlanID)
		}
		w.wantLawful()
	})
}

// Where nobody may arrive and nothing else changed, there is nothing to send.
func TestNothingIsSentForArrivalsAlone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.threeGroups()
		w.box.Refuse("N1", "remove", "not today")
		w.hr.edit(moved(south), "N1")
		w.run()
		if n := w.tries(south); n != 1 {
			t.Errorf("south was sent %d times, want only the first", n)
		}
	})
}

// What a run failed at it does not try again in a later round.
func TestLaterRoundsLeaveFailedGroupsAlone(t *testing.T) {
	for _, fault := range []sandbox.Fault{
		{Call: sandbox.SubmitSync, Group: east, Kind: sandbox.FaultLostAnswer, Times: 1},
		{Call: sandbox.SubmitSync, Group: east, Kind: sandbox.FaultStatus, Status: 422, Times: 1},
	} {
		t.Run(string(fault.Kind), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.threeGroups()
				w.box.AddFault(fault)
				w.hr.hire(east, "E3")
				w.hr.edit(moved(south), "N1")
				w.hr.edit(moved(north), "S1") // two rounds
				w.run()
				if n := w.tries(east); n != 2 {
					t.Errorf("east was sent %d times, want the first and the one that failed", n)
				}
				w.wantMembers(south, "N1", "S2")
				wantOutcome(t, w.run(), roster.RunDone, 0)
				w.wantMembers(east, "E1", "E2", "E3")
				w.wantLawful("N1", "S1")
			})
		})
	}
}
