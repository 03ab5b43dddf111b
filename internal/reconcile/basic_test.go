package reconcile_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

func TestTheFirstRunsCoverEverybodyAndThenNothingIsSent(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1", "N2")
		w.hr.hire(south, "S1")
		run := w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		same(t, "counts", roster.GroupCounts{Submitted: 2}, run.Groups)
		if run.Added != 3 {
			t.Errorf("added %d, want 3", run.Added)
		}
		w.wantMembers(north, "N1", "N2")
		w.wantMembers(south, "S1")
		before := w.writes()
		w.pass(time.Hour)
		run = w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		same(t, "counts", roster.GroupCounts{Skipped: 2}, run.Groups)
		if w.writes() != before {
			t.Error("something was sent though nothing changed")
		}
		w.wantOpen()
		w.wantLawful()
	})
}
