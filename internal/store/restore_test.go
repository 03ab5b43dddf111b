package store_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// put puts a database into a directory, without the log that was there.
func put(t *testing.T, database, dir string) {
	t.Helper()
	copied := filepath.Join(dir, "copied")
	check(t, os.WriteFile(copied, value(os.ReadFile(database))(t), 0o600))
	check(t, os.Rename(copied, filepath.Join(dir, "rosterd.db")))
	for _, name := range []string{"rosterd.db-wal", "rosterd.db-shm"} {
		check(t, os.RemoveAll(filepath.Join(dir, name)))
	}
}

// keyed is an empty directory with the key of another.
func keyed(t *testing.T, from string) string {
	t.Helper()
	dir := canary.Dir(t)
	check(t, os.WriteFile(filepath.Join(dir, "state.key"), value(os.ReadFile(filepath.Join(from, "state.key")))(t), 0o600))
	return dir
}

// backedUp writes a backup of a closed directory.
func backedUp(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(canary.Dir(t), "backup.db")
	s := mustOpen(t, store.Options{Dir: dir, Now: newClock().time})
	check(t, s.Backup(t.Context(), path))
	check(t, s.Close())
	return path
}

// missing lets somebody of g1 be absent.
func missing(t *testing.T, dir string) string {
	t.Helper()
	s, _ := mustLease(t, store.Options{Dir: dir})
	check(t, s.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run0"}, Groups: []roster.GroupState{
		{ExternalReferenceID: "g1", GroupID: "grp_g1", Absences: map[string]int{"EMP1": 1}, Contested: map[string]int{"EMP2": 1}},
	}}))
	check(t, s.Close())
	return dir
}

// delivered delivers to g1 and closes.
func delivered(t *testing.T, dir string, members int) {
	t.Helper()
	s, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, s, "g1", people(members))
	check(t, s.Close())
}

func TestRestorationIsRecognised(t *testing.T) {
	tests := []struct {
		name string
		// prepare returns the directory that is opened; it gets one in which g1
		// was delivered once.
		prepare func(t *testing.T, dir string) string
		want    bool
	}{
		{"the database that was always here", func(_ *testing.T, dir string) string { return dir }, false},
		{"a backup put back when nothing was sent since", func(t *testing.T, dir string) string {
			put(t, backedUp(t, dir), dir)
			return dir
		}, false},
		{"a backup put back when something was sent since", func(t *testing.T, dir string) string {
			backup := backedUp(t, dir)
			delivered(t, dir, 4)
			put(t, backup, dir)
			return dir
		}, true},
		{"a backup in an empty directory", func(t *testing.T, dir string) string {
			backup, to := backedUp(t, dir), keyed(t, dir)
			put(t, backup, to)
			return to
		}, true},
		{"of a snapshot, the database and its log in an empty directory", func(t *testing.T, dir string) string {
			s := mustOpen(t, store.Options{Dir: dir, Now: newClock().time}) // open, so that there is a log
			_, err := s.Lease(t.Context(), "test", false)
			check(t, err)
			deliver(t, s, "g1", people(4))
			to := keyed(t, dir)
			for _, name := range []string{"rosterd.db", "rosterd.db-wal"} {
				check(t, os.WriteFile(filepath.Join(to, name), value(os.ReadFile(filepath.Join(dir, name)))(t), 0o600))
			}
			return to
		}, true},
		{"a backup beside its identity, without a mark", func(t *testing.T, dir string) string {
			put(t, backedUp(t, dir), dir)
			check(t, os.Remove(filepath.Join(dir, "sent")))
			return dir
		}, true},
		{"a copy by hand put back when something was sent since", func(t *testing.T, dir string) string {
			old := copyDir(t, dir)
			delivered(t, dir, 4)
			put(t, filepath.Join(old, "rosterd.db"), dir)
			return dir
		}, true},
		{"a copy by hand in an empty directory", func(t *testing.T, dir string) string {
			to := keyed(t, dir)
			put(t, filepath.Join(dir, "rosterd.db"), to)
			return to
		}, true},
		{"a database without the end of its log", func(t *testing.T, dir string) string {
			s, _ := mustLease(t, store.Options{Dir: dir})
			deliver(t, s, "g1", people(4))
			torn := copyDir(t, dir)
			check(t, s.Close())
			check(t, os.Remove(filepath.Join(torn, "rosterd.db-wal")))
			check(t, os.Remove(filepath.Join(torn, "rosterd.db-shm")))
			return torn
		}, true},
		{"the whole directory, copied", func(t *testing.T, dir string) string { return copyDir(t, dir) }, false},
		{"a directory of a program without marks", func(t *testing.T, dir string) string {
			check(t, os.Remove(filepath.Join(dir, "sent")))
			return dir
		}, false},
		{"a damaged mark", func(t *testing.T, dir string) string {
			check(t, os.WriteFile(filepath.Join(dir, "sent"), []byte("?"), 0o600))
			return dir
		}, true},
		{"a backup of the line that was given up", func(t *testing.T, dir string) string {
			old := backedUp(t, dir)
			delivered(t, dir, 4)
			delivered(t, dir, 5)
			late := backedUp(t, dir)
			put(t, old, dir)
			delivered(t, dir, 6) // on another line, and as far as the late backup
			put(t, late, dir)
			return dir
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := test.prepare(t, missing(t, filled(t)))
			for _, step := range []struct {
				name    string
				options store.Options
			}{
				{"read-only", store.Options{Dir: dir, ReadOnly: true}},
				{"for writing", store.Options{Dir: dir}},
				{"once more", store.Options{Dir: dir}},
				{"read-only after that", store.Options{Dir: dir, ReadOnly: true}},
			} {
				s := mustOpen(t, step.options)
				groups := value(s.Groups(t.Context()))(t)
				if got := groups[0].RestoredAfter > 0; got != test.want {
					t.Errorf("%s: g1 is in doubt: %v, want %v", step.name, got, test.want)
				}
				if got := len(groups[0].Absences) == 0; got != test.want {
					t.Errorf("%s: the absences of g1 count anew: %v, want %v", step.name, got, test.want)
				}
				same(t, map[string]int{"EMP2": 1}, groups[0].Contested)
				failures := value(s.OpenFailures(t.Context()))(t)
				if got := len(failures) == 1 && failures[0].Kind == roster.StateLost && failures[0].Count == 1; got != test.want && !step.options.ReadOnly {
					t.Errorf("%s: it is reported: %v, want %v", step.name, got, test.want)
				}
				check(t, s.Close())
			}
		})
	}
}

// A restored database goes on above every number that was used, and is in
// order again once each group had a roster of its own.
func TestRestoredDatabaseSettles(t *testing.T) {
	dir := filled(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, s, "g2", people(2))
	flying := submit(t, s, "g3", people(1))
	check(t, s.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run1"}, Holds: []roster.Hold{hold("g1", "d1")}}))
	check(t, s.Close())
	backup := backedUp(t, dir)
	delivered(t, dir, 4)
	put(t, backup, dir)

	s, _ = mustLease(t, store.Options{Dir: dir})
	if holds := value(s.ActiveHolds(t.Context()))(t); len(holds) > 0 {
		t.Error("a hold of before the restoration is in force")
	}
	doubts := func() map[string]bool {
		found := map[string]bool{}
		for _, group := range value(s.Groups(t.Context()))(t) {
			if group.RestoredAfter > 0 {
				found[group.ExternalReferenceID] = true
			}
		}
		return found
	}
	same(t, []string{"g1", "g2"}, slices.Sorted(maps.Keys(doubts())))

	// What flew when the copy was made says nothing of what came after it.
	c := completion(flying, "g3", people(1))
	c.State.RestoredAfter = value(s.Groups(t.Context()))(t)[0].RestoredAfter
	check(t, s.Complete(t.Context(), c))
	if id := deliver(t, s, "g1", people(4)); id <= flying+1 {
		t.Errorf("the next attempt has number %d, which was used before", id)
	}
	deliver(t, s, "g2", people(2))
	if open := value(s.OpenFailures(t.Context()))(t); len(open) != 1 {
		t.Errorf("%d failures are open while g3 is in doubt, want 1", len(open))
	}
	deliver(t, s, "g3", people(1))
	if open := value(s.OpenFailures(t.Context()))(t); len(open) != 0 {
		t.Errorf("%d failures are open, want none", len(open))
	}
	same(t, map[string]bool{}, doubts())
}

// Nobody takes a database in under an instance that runs.
func TestRestorationWaitsForTheLease(t *testing.T) {
	dir := filled(t)
	backup := backedUp(t, dir)
	mustLease(t, store.Options{Dir: dir})
	put(t, backup, dir)
	check(t, os.Remove(filepath.Join(dir, "sent")))
	_, err := store.Open(t.Context(), store.Options{Dir: dir})
	wantError(t, err, store.ErrBusy)
}

// An intent whose mark cannot be raised is not to be sent.
func TestIntentNeedsItsMark(t *testing.T) {
	dir := filled(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	check(t, os.Remove(filepath.Join(dir, "sent")))
	if _, err := s.Intend(t.Context(), intent("g1", people(1))); err == nil {
		t.Error("an intent was taken without its mark")
	}
}

// Readers come and go while intents are recorded; nobody takes that for a
// restoration.
func TestOpenBesideIntents(t *testing.T) {
	dir := filled(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			id, err := s.Intend(t.Context(), intent("g1", people(1)))
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.MarkUnknown(t.Context(), id, time.Unix(0, 0)); err != nil {
				t.Error(err)
			}
		}
	}()
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
		}
		for _, readOnly := range []bool{true, false} {
			other := mustOpen(t, store.Options{Dir: dir, ReadOnly: readOnly})
			if value(other.Groups(t.Context()))(t)[0].RestoredAfter != 0 {
				t.Fatal("a database in use was taken for a restored one")
			}
			check(t, other.Close())
		}
	}
}

// A log that a killed process left belongs to the database that was there. A
// backup in its place is not mixed with it, and is as good as it was once the
// log is gone.
func TestBackupBesideTheLogOfAnother(t *testing.T) {
	dir := filled(t)
	backup := backedUp(t, dir)
	s, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, s, "g1", people(4))
	killed := copyDir(t, dir)
	check(t, s.Close())
	check(t, os.Rename(backup, filepath.Join(killed, "rosterd.db")))
	for _, readOnly := range []bool{true, false} {
		_, err := store.Open(t.Context(), store.Options{Dir: killed, ReadOnly: readOnly})
		wantError(t, err, store.ErrUnusable)
	}

	check(t, os.Remove(filepath.Join(killed, "rosterd.db-wal")))
	check(t, os.Remove(filepath.Join(killed, "rosterd.db-shm")))
	s = mustOpen(t, store.Options{Dir: killed})
	same(t, people(3), value(s.Baseline(t.Context(), "g1"))(t).Members)
	if value(s.Groups(t.Context()))(t)[0].RestoredAfter == 0 {
		t.Error("g1 is not in doubt")
	}
}
