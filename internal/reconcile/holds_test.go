package reconcile_test

import (
	"context"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// strict allows two removals of a small group.
func strict(w *world) {
	w.settings.Limits.SmallGroup = plan.SmallGroup{Below: 20, Count: 2}
}

// onlyHold is the one hold that is active.
func (w *world) onlyHold() roster.Hold {
	w.t.Helper()
	holds, err := w.store.ActiveHolds(w.t.Context())
	if err != nil || len(holds) != 1 {
		w.t.Fatalf("%d holds are active (%v), want one", len(holds), err)
	}
	return holds[0]
}

func (w *world) approve(hold roster.Hold) {
	w.t.Helper()
	if err := w.tryApprove(hold); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) tryApprove(hold roster.Hold) error {
	_, err := w.store.Approve(w.t.Context(), store.Verdict{
		HoldID: hold.ID, Digest: hold.Digest, By: "Pat", Why: "office closed", At: time.Now(), ExpiresAt: time.Now().Add(24 * time.Hour),
	})
	return err
}

// Removals over a limit wait; what else changed is delivered.
func TestHeldRemovalsWaitForApproval(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		strict(w)
		w.hr.hire(north, refs("N", 8)...)
		w.settled()
		w.hr.edit(terminated, "N1", "N2", "N3")
		w.hr.hire(north, "N9")
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		if run.Holds != 1 || run.Carried != 3 || run.Added != 1 {
			t.Errorf("holds %d, carried %d, added %d; want 1, 3, 1", run.Holds, run.Carried, run.Added)
		}
		w.wantMembers(north, refs("N", 9)...)
		hold := w.onlyHold()
		w.wantQuiet()
		if again := w.onlyHold(); again.ID != hold.ID {
			t.Errorf("the same set is held as %s and then as %s", hold.ID, again.ID)
		}
		w.approve(hold)
		run = w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		if run.Removed != 3 {
			t.Errorf("removed %d, want 3", run.Removed)
		}
		w.wantLawful("N1", "N2", "N3")
		w.wantOpen()
	})
}

// An approval that is taken back while the run is about to use it stops its
// group and no other.
func TestApprovalTakenBackAtTheLastMoment(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		strict(w)
		w.hr.hire(north, refs("N", 8)...)
		w.hr.hire(south, "S1")
		w.settled()
		w.hr.edit(terminated, "N1", "N2", "N3")
		w.run()
		w.approve(w.onlyHold())
		w.hr.hire(south, "S2")
		w.around = func(s reconcile.Store) reconcile.Store { return remorseful{s, w} }
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Held: 1}, run.Groups)
		w.wantMembers(north, refs("N", 8)...)
		w.wantMembers(south, "S1", "S2")
		w.wantLawful()
	})
}

// remorseful takes an approval back just before it is used.
type remorseful struct {
	reconcile.Store
	w *world
}

// Intend implements reconcile.Store.
func (s remorseful) Intend(ctx context.Context, sync roster.Sync) (int64, error) {
	if sync.HoldID != "" {
		hold := s.w.onlyHold()
		_, err := s.w.store.Reject(ctx, store.Verdict{HoldID: hold.ID, Digest: hold.Digest, By: "Pat", Why: "the wrong office", At: time.Now()})
		if err != nil {
			return 0, err
		}
	}
	return s.Store.Intend(ctx, sync)
}

// Whoever is pinned while a run is under way stays, and no other group waits for it.
func TestPinnedAtTheLastMoment(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, refs("N", 8)...)
		w.hr.hire(south, "S1")
		w.settled()
		w.hr.edit(terminated, "N1")
		w.hr.hire(south, "S2")
		w.around = func(s reconcile.Store) reconcile.Store { return worried{s, w, "N1"} }
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Held: 1}, run.Groups)
		w.wantMembers(north, refs("N", 8)...)
		w.wantMembers(south, "S1", "S2")
		w.settled()
		w.wantMembers(north, refs("N", 8)...)
		w.wantLawful()
	})
}

// worried pins somebody just before they would leave.
type worried struct {
	reconcile.Store
	w   *world
	ref string
}

// Intend implements reconcile.Store.
func (s worried) Intend(ctx context.Context, sync roster.Sync) (int64, error) {
	if err := s.w.store.Pin(ctx, roster.Pin{ReferenceID: s.ref, By: "Pat", Comment: "on leave", At: time.Now()}); err != nil {
		return 0, err
	}
	return s.Store.Intend(ctx, sync)
}

// An approval is for the set that the person saw, for as long as it says.
func TestApprovalsThatDoNotFit(t *testing.T) {
	tests := []struct {
		name   string
		change func(w *world)
	}{
		{"one more goes", func(w *world) { w.hr.edit(onLeave, "N4") }},
		{"another one goes", func(w *world) { w.hr.edit(func(r *row) { r.status = "active" }, "N1"); w.hr.edit(onLeave, "N4") }},
		{"the mapping changed", func(w *world) { w.settings.MappingHash = "another" }},
		{"it lapsed", func(w *world) { w.pass(24 * time.Hour) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				strict(w)
				w.hr.hire(north, refs("N", 8)...)
				w.settled()
				w.hr.edit(onLeave, "N1", "N2", "N3")
				w.run()
				first := w.onlyHold()
				w.approve(first)
				test.change(w)
				wantOutcome(t, w.run(), roster.RunHeld, 4)
				if second := w.onlyHold(); second.ID == first.ID {
					t.Error("the hold is the approved one")
				}
				w.wantLawful()
			})
		})
	}
}

// A group that stood there before rosterd is not touched until a person says
// that its roster is right.
func TestGroupWithoutBaseline(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Limits.FirstSync = plan.FirstHold
		w.hr.hire(north, "N1")
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		w.wantOpen("no_baseline north")
		if w.writes() != 0 {
			t.Error("something was sent")
		}
		w.approve(w.onlyHold())
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(north, "N1")
		w.wantOpen()
	})
}

// A group over vitable.max_members is not sent at all.
func TestGroupOverCapacity(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Delivery.MaxMembers = 2
		w.hr.hire(north, "N1", "N2", "N3")
		w.hr.hire(south, "S1")
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Held: 1}, run.Groups)
		w.wantOpen("over_capacity north")
		w.wantMembers(north)
	})
}

// A run about some groups leaves the others as they are, and what is open
// about them too.
func TestRunAboutSomeGroups(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1", "N2")
		w.hr.hire(south, "S1", "S2")
		w.settled()
		w.hr.edit(unreadable, "N1", "S1")
		w.run()
		w.hr.edit(func(r *row) { r.phone = "2025550143" }, "N1", "S1")
		w.hr.hire(north, "N3")
		w.hr.hire(south, "S3")
		run := w.runWith(reconcile.Options{Groups: []string{south}})
		same(t, "counts", roster.GroupCounts{Submitted: 1, Skipped: 1}, run.Groups)
		w.wantOpen("invalid_row north N1")
		w.wantMembers(north, "N1", "N2")
		w.wantMembers(south, "S1", "S2", "S3")
	})
}

// What does not count for the exit code still shows in the outcome.
func TestFailOn(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1", "N2")
		w.hr.edit(unreadable, "N1")
		run := w.runWith(reconcile.Options{FailOn: map[roster.Concern]bool{roster.ConcernAPI: true}})
		wantOutcome(t, run, roster.RunFailures, 0)
	})
}

// Pinned people stay whatever the sources say.
func TestPinned(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1", "N2")
		w.settled()
		if err := w.store.Pin(t.Context(), roster.Pin{ReferenceID: "N2", By: "Pat", Comment: "court order", At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		w.hr.edit(terminated, "N2")
		run := w.run()
		if run.Carried != 1 || run.Removed != 0 {
			t.Errorf("carried %d, removed %d", run.Carried, run.Removed)
		}
		w.wantMembers(north, "N1", "N2")
	})
}

// Drift on the other side is healed after resubmit_unchanged, and told of:
// somebody lost coverage whom no plan named.
func TestDriftIsHealed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1")
		w.settled()
		w.box.Seed(north, stranger())
		w.pass(23 * time.Hour)
		w.wantQuiet()
		w.pass(time.Hour)
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		w.wantMembers(north, "N1")
		w.wantOpen("state_lost north")
		w.pass(24 * time.Hour)
		wantOutcome(t, w.run(), roster.RunDone, 0)
	})
}

// The limit of a run counts what earlier rounds of it removed.
func TestRunLimitHoldsOverAllRounds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, refs("N", 6)...)
		w.hr.hire(south, refs("S", 6)...)
		w.settled()
		w.box.SetProcessing(func(int) time.Duration { return time.Minute })
		w.hr.edit(relocated, "S6")
		w.interrupted(10 * time.Second)
		strict(w)
		w.settings.Limits.MaxRunPercent = 0 // so 2 may go, as from a small group
		w.hr.edit(terminated, "N1", "N2", "S1", "S2")
		run := w.run() // north in its first round, south in the second
		wantOutcome(t, run, roster.RunHeld, 4)
		w.wantLawful("N1", "N2")
		if hold := w.onlyHold(); hold.Group != south || hold.Reason != roster.ReasonRunLimit {
			t.Errorf("held in %s because of %s", hold.Group, hold.Reason)
		}
	})
}

// A changed configuration stays in doubt until nothing is held for it, however
// often the group is delivered meanwhile.
func TestChangedConfigurationStaysInDoubt(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, refs("N", 6)...)
		w.settled()
		w.settings.MappingHash = "another"
		w.hr.edit(onLeave, "N1")
		for i := range 3 {
			w.hr.hire(north, refs("M", i+1)[i])
			wantOutcome(t, w.run(), roster.RunHeld, 4)
			if hold := w.onlyHold(); hold.Reason != roster.ReasonConfigChanged {
				t.Errorf("held because of %s", hold.Reason)
			}
		}
		w.wantLawful()
		w.hr.edit(func(r *row) { r.status = "active" }, "N1")
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.hr.edit(onLeave, "N1") // under the configuration that is the group's now
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantLawful("N1")
	})
}
