package reconcile_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// backup copies the database as it is.
func (w *world) backup() (path string) {
	w.t.Helper()
	path = filepath.Join(canary.Dir(w.t), "old.db")
	if err := w.store.Backup(w.t.Context(), path); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// A backup was made while a request was in flight. Its outcome is taken, and
// settles nothing: it is older than what the backup does not know.
func TestBackupOfARequestInFlight(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.threeGroups()
		w.settings.Limits.FirstSync = plan.FirstHold
		w.box.SetProcessing(func(int) time.Duration { return 10 * time.Minute })
		w.hr.hire(north, "N3")
		w.interrupted(time.Minute)
		old := w.backup()
		w.box.SetProcessing(nil)
		w.settled()
		w.hr.hire(north, "N4")
		w.settled()

		w.putBack(old)
		w.hr.edit(unreadable, "N4")
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		w.wantMembers(north, refs("N", 4)...)
		inFlight, err := w.store.InFlight(t.Context())
		if err != nil || len(inFlight) > 0 {
			t.Errorf("%d requests are in flight (%v), want none", len(inFlight), err)
		}
		w.wantOpen("invalid_row north N4", "no_baseline east", "no_baseline north", "no_baseline south", "state_lost")
		w.hr.edit(func(r *row) { r.phone = "2025550143" }, "N4")
		w.decide()
		w.settled()
		w.wantOpen()
		w.wantMembers(north, refs("N", 4)...)
		w.wantLawful()
	})
}

// Where the operator vouches for the sources, a restored database goes on at
// once, by the usual rules: who is unreadable or absent is carried.
func TestRestoredWithFirstSyncAllow(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.threeGroups()
		old := w.backup()
		w.hr.edit(terminated, "N1")
		w.hr.hire(north, "N3")
		w.settled()
		w.putBack(old)
		w.hr.drop("N1")
		w.hr.edit(unreadable, "N2")
		wantOutcome(t, w.run(), roster.RunFailures, 3)
		w.wantMembers(north, "N1", "N2", "N3")
		w.wantOpen("invalid_row north N2")
		w.wantLawful("N1")
	})
}
