package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// copyDir copies a data directory as it stands, as a volume snapshot would.
// Reading SQLite's files while they are open drops its locks; nobody else is
// there in these tests.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := canary.Dir(t)
	for name := range readDir(t, from) {
		check(t, os.WriteFile(filepath.Join(to, name), value(os.ReadFile(filepath.Join(from, name)))(t), 0o600))
	}
	return to
}

// Beside what every test of a store proves, namely that canary.Dir finds nobody.
func TestNobodyIsReadableAtRest(t *testing.T) {
	dir := canary.Dir(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	all := people(20)
	deliver(t, s, "g1", all)
	submit(t, s, "g2", all)
	check(t, s.Backup(t.Context(), filepath.Join(canary.Dir(t), "backup.db")))
	copyDir(t, dir) // with the log, as it is while the store is open
}

func TestBackup(t *testing.T) {
	dir := filled(t)
	s := mustOpen(t, store.Options{Dir: dir})
	target := filepath.Join(canary.Dir(t), "backup.db")
	check(t, s.Backup(t.Context(), target))
	if info := value(os.Stat(target))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("backup has mode %v, want 0600", info.Mode())
	}
	if left := readDir(t, filepath.Dir(target)); len(left) != 1 {
		t.Errorf("%d files beside the backup, want none", len(left)-1)
	}
	wantError(t, s.Backup(t.Context(), target), fs.ErrExist)
	if err := s.Backup(t.Context(), filepath.Join(dir, "no", "such", "dir")); err == nil {
		t.Error("a backup was written into no directory")
	}

	restored := canary.Dir(t)
	check(t, os.Rename(target, filepath.Join(restored, "rosterd.db")))
	_, err := store.Open(t.Context(), store.Options{Dir: restored})
	wantError(t, err, store.ErrUnusable) // without its key
	key := value(os.ReadFile(filepath.Join(dir, "state.key")))(t)
	check(t, os.WriteFile(filepath.Join(restored, "state.key"), key, 0o600))
	for _, readOnly := range []bool{true, false} {
		again := mustOpen(t, store.Options{Dir: restored, ReadOnly: readOnly})
		same(t, people(3), value(again.Baseline(t.Context(), "g1"))(t).Members)
		check(t, again.Close())
	}
}

func TestBackupBesideAWriter(t *testing.T) {
	dir := canary.Dir(t)
	writer, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, writer, "g1", people(3))
	reader := mustOpen(t, store.Options{Dir: dir, ReadOnly: true})
	check(t, reader.Backup(t.Context(), filepath.Join(canary.Dir(t), "backup.db")))
	deliver(t, writer, "g1", people(4))
}

// What was acknowledged before a crash is there after it.
func TestCrash(t *testing.T) {
	dir := canary.Dir(t)
	s, c := mustOpenAt(t, dir)
	deliver(t, s, "g1", people(3))
	submit(t, s, "g2", people(2))
	intend(t, s, "g3", people(1))

	after, _ := mustLease(t, store.Options{Dir: copyDir(t, dir), Now: c.time})
	same(t, people(3), value(after.Baseline(t.Context(), "g1"))(t).Members)
	unsettled := value(after.Unsettled(t.Context()))(t)
	same(t, map[string]roster.SyncState{"g2": roster.SyncSubmitted, "g3": roster.SyncIntended}, states(unsettled))
	same(t, people(2), unsettled[0].Entries)
	check(t, after.MarkUnknown(t.Context(), unsettled[1].ID, c.now))
	check(t, after.Complete(t.Context(), completion(unsettled[0].ID, "g2", people(2))))
}

func mustOpenAt(t *testing.T, dir string) (*store.Store, *clock) {
	t.Helper()
	c := newClock()
	s, _ := mustLease(t, store.Options{Dir: dir, Now: c.time})
	return s, c
}

func TestPrune(t *testing.T) {
	dir := canary.Dir(t)
	s, c := mustOpenAt(t, dir)
	ctx := t.Context()
	old := func(runID string) roster.PlanRecord {
		return roster.PlanRecord{
			Run:   roster.Run{ID: runID, StartedAt: c.now},
			Pulls: []roster.Pull{{RunID: runID, Source: "hq", At: c.now, Records: 1}},
		}
	}
	record := old("run1")
	record.Good = []string{"hq"}
	record.Holds = []roster.Hold{hold("g1", "d1"), hold("g2", "d1")}
	check(t, s.SavePlan(ctx, record))
	record = old("run2")
	record.LiftHolds = []string{"g2"}
	check(t, s.SavePlan(ctx, record))
	check(t, s.SavePlan(ctx, old("run3")))
	deliver(t, s, "g1", people(1))
	deliver(t, s, "g1", people(2))
	check(t, s.MarkUnknown(ctx, intend(t, s, "g3", people(1)), c.now))
	deliver(t, s, "g4", nil)
	check(t, s.MarkUnknown(ctx, intend(t, s, "g4", people(1)), c.now))
	check(t, s.MarkUnknown(ctx, intend(t, s, "g4", people(1)), c.now))
	check(t, s.Pin(ctx, roster.Pin{ReferenceID: "EMP1", By: "ann", At: c.now}))
	sweep(t, s, nil, invalid("g1", "EMP1", "x"), invalid("g1", "EMP2", "x"))
	sweep(t, s, everything, invalid("g1", "EMP2", "x"))

	contents := func() map[string]int {
		found := map[string]int{}
		for _, table := range []string{"runs", "pulls", "groups", "baselines", "syncs", "failures", "holds", "pins", "events"} {
			var rows int
			check(t, raw(t, dir).Get(&rows, "SELECT COUNT(*) FROM "+table))
			found[table] = rows
		}
		return found
	}
	before := contents()
	c.pass(24 * time.Hour)
	check(t, s.Prune(ctx, c.now, 25*time.Hour))
	same(t, before, contents())

	check(t, s.Prune(ctx, c.now, 23*time.Hour))
	same(t, map[string]int{
		"runs": 1, "pulls": 2, "groups": 2, "baselines": 2, "syncs": 4, "failures": 1, "holds": 1, "pins": 1, "events": 0,
	}, contents())
	same(t, people(2), value(s.Baseline(ctx, "g1"))(t).Members)
	if got := len(value(s.Unsettled(ctx))(t)); got != 3 {
		t.Errorf("%d unsettled, want 3", got)
	}
	if got := value(s.LastGoodPulls(ctx))(t)["hq"].RunID; got != "run1" {
		t.Errorf("last good pull is of %q, want run1", got)
	}
}

func TestErrorsTellNobodysData(t *testing.T) {
	dir := canary.Dir(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	all := people(3)
	id := submit(t, s, "g1", all)
	tamper(t, dir, "CREATE TRIGGER stop BEFORE INSERT ON baselines BEGIN SELECT RAISE(ABORT, 'stop'); END")
	_, again := s.Intend(t.Context(), intent("g1", all))
	err := errors.Join(s.Complete(t.Context(), completion(id, "g1", all)), again)
	if err == nil {
		t.Fatal("nothing failed")
	}
	canary.Text(t, "an error", err.Error())
}
