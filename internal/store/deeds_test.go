package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// deeds are everything that a store does whose loss would be noticed.
func deeds() []deed {
	return append(append(openings(), writes()...), dealings()...)
}

// openings find something in a directory and make a store of it.
func openings() []deed {
	only := []step{open}
	return []deed{
		{name: "create", steps: only},
		{name: "open", before: within(inUse), steps: only},
		{name: "open what a killed process left", steps: only, before: func(t *testing.T, dir string) {
			live := canary.Dir(t)
			s, _ := mustLease(t, store.Options{Dir: live, Now: newClock().time})
			inUse(t, s)
			check(t, os.CopyFS(dir, os.DirFS(live)))
		}},
		{name: "migrate from the first schema", before: firstSchema, steps: only, also: migrated},
		{name: "open a backup beside a newer mark", steps: only, blur: takenInTwice, before: func(t *testing.T, dir string) {
			within(inUse)(t, dir)
			backup := backedUp(t, dir)
			within(func(t *testing.T, s *store.Store) { deliver(t, s, "g1", people(4)) })(t, dir)
			put(t, backup, dir)
		}},
		{name: "open a backup in an empty directory", steps: only, blur: takenInTwice, before: func(t *testing.T, dir string) {
			full := canary.Dir(t)
			within(inUse)(t, full)
			put(t, backedUp(t, full), dir)
			check(t, os.Rename(filepath.Join(full, "state.key"), filepath.Join(dir, "state.key")))
		}},
	}
}

// takenInTwice is what is another where a restored database was taken in, nobody heard
// of it, and it was taken in once more: it is no backup any more then, and its line of
// history begins further up.
var takenInTwice = regexp.MustCompile(`(restored_after|seq|count):\d+|reason:the database is [^;]*`)

// writes are single transactions in a store that is open and has the lease.
func writes() []deed {
	now := newClock().now
	write := func(name string, do step) deed {
		return deed{name: name, before: within(inUse), steps: []step{open, lease, do}, first: 2}
	}
	verdict := store.Verdict{HoldID: "h1", Digest: "d1", By: "ann", Why: "checked", At: now, ExpiresAt: now.Add(24 * time.Hour)}
	return []deed{
		write("start run", func(ctx context.Context, s *session) error { return s.store.StartRun(ctx, run("run2", now)) }),
		write("finish run", func(ctx context.Context, s *session) error { return s.store.FinishRun(ctx, run("run1", now)) }),
		{name: "serve", before: within(inUse), first: 2, steps: []step{
			open, lease,
			func(ctx context.Context, s *session) error { return s.store.Serve(ctx, "0/3", never) },
			func(ctx context.Context, s *session) error { return s.store.Serve(ctx, "0/2", oneOf("g1")) },
		}},
		write("save plan", func(ctx context.Context, s *session) error { return s.store.SavePlan(ctx, plan("run2", "d2")) }),
		write("create group", func(ctx context.Context, s *session) error {
			return s.store.GroupCreated(ctx, roster.GroupState{ExternalReferenceID: "g9", GroupID: "grp_9"})
		}),
		write("intend", func(ctx context.Context, s *session) error {
			_, err := s.store.Intend(ctx, intent("g1", people(500)))
			return err
		}),
		write("accepted", func(ctx context.Context, s *session) error {
			return s.store.Accepted(ctx, anIntent, roster.Receipt{RequestID: "req_new"}, now)
		}),
		write("mark unknown", func(ctx context.Context, s *session) error { return s.store.MarkUnknown(ctx, anIntent, now) }),
		write("not delivered", func(ctx context.Context, s *session) error {
			return s.store.NotDelivered(ctx, roster.NonDelivery{SyncID: anIntent, State: roster.SyncRefusedBy, At: now, Sweep: found("g4")})
		}),
		write("complete", func(ctx context.Context, s *session) error {
			done := completion(aSubmission, "g3", people(500))
			done.Events = []roster.Event{{At: now, RunID: "run1", Group: "g3", ReferenceID: "EMP1", What: "removed"}}
			done.Sweep = found("g3")
			return s.store.Complete(ctx, done)
		}),
		write("abandon", func(ctx context.Context, s *session) error {
			_, err := s.store.Abandon(ctx, "req_3", "ann", "stuck", now)
			return err
		}),
		write("approve", func(ctx context.Context, s *session) error { _, err := s.store.Approve(ctx, verdict); return err }),
		write("reject", func(ctx context.Context, s *session) error { _, err := s.store.Reject(ctx, verdict); return err }),
		write("pin", func(ctx context.Context, s *session) error {
			return s.store.Pin(ctx, roster.Pin{ReferenceID: "EMP2", By: "bob", At: now})
		}),
		write("unpin", func(ctx context.Context, s *session) error { return s.store.Unpin(ctx, "EMP1", "bob", now) }),
		write("sweep", func(ctx context.Context, s *session) error { return s.store.Sweep(ctx, found("g1")) }),
		write("acknowledge", func(ctx context.Context, s *session) error { return s.store.Acknowledge(ctx, "f1") }),
		write("queue messages", func(ctx context.Context, s *session) error {
			return s.store.QueueMessages(ctx, []roster.Message{messageOf("m2", "ops", now, noticeOf(roster.Opened, "g1", now))})
		}),
		write("message sent", func(ctx context.Context, s *session) error { return s.store.MessageSent(ctx, "m1", now) }),
		write("prune", func(ctx context.Context, s *session) error {
			return s.store.Prune(ctx, now.Add(1000*time.Hour), time.Hour)
		}),
	}
}

// dealings take more than one transaction, or none.
func dealings() []deed {
	now := newClock().now
	var id int64 // of the last intent
	return []deed{
		{name: "take the lease", before: within(inUse), steps: []step{open, lease}, first: 1},
		{
			name: "close", before: within(inUse), first: 3,
			steps: []step{open, lease, func(ctx context.Context, s *session) error { return s.store.StartRun(ctx, run("run2", now)) }, closed},
		},
		{name: "back up", before: within(inUse), first: 1, also: backed, steps: []step{open, func(ctx context.Context, s *session) error {
			err := s.store.Backup(ctx, filepath.Join(s.dir, "backup.db"))
			if errors.Is(err, fs.ErrExist) { // tried again
				return nil
			}
			return err
		}}},
		{name: "a run", before: within(inUse), first: 2, steps: []step{
			open, lease,
			func(ctx context.Context, s *session) error { return s.store.StartRun(ctx, run("run2", now)) },
			func(ctx context.Context, s *session) error { return s.store.SavePlan(ctx, plan("run2", "d2")) },
			func(ctx context.Context, s *session) (err error) {
				id, err = s.store.Intend(ctx, intent("g1", people(4)))
				return err
			},
			fold,
			func(ctx context.Context, s *session) error {
				return s.store.Accepted(ctx, id, roster.Receipt{RequestID: "req_new"}, now)
			},
			func(ctx context.Context, s *session) error {
				return s.store.Complete(ctx, completion(id, "g1", people(4)))
			},
			fold,
			func(ctx context.Context, s *session) error { return s.store.FinishRun(ctx, run("run2", now)) },
		}},
	}
}

// fold lets SQLite fold its log into the file, as it does when the log is long.
func fold(ctx context.Context, s *session) error {
	_, err := s.folder.ExecContext(ctx, "PRAGMA wal_checkpoint(RESTART)")
	return err
}

// within is what a store leaves in a directory once this was done with it.
func within(do func(*testing.T, *store.Store)) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		t.Helper()
		s, _ := mustLease(t, store.Options{Dir: dir, Now: newClock().time})
		do(t, s)
		check(t, s.Close())
	}
}

// The numbers of attempts of a store in use.
const aSubmission, anIntent = 3, 4

// inUse makes a store know something of everything.
func inUse(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, now := t.Context(), newClock().now
	check(t, s.StartRun(ctx, run("run1", now)))
	deliver(t, s, "g1", people(3))
	check(t, s.MarkUnknown(ctx, intend(t, s, "g2", people(2)), now))
	if submit(t, s, "g3", people(4)) != aSubmission || intend(t, s, "g4", people(5)) != anIntent {
		t.Fatal("the attempts have other numbers")
	}
	check(t, s.Pin(ctx, roster.Pin{ReferenceID: "EMP1", By: "ann", At: now}))
	check(t, s.SavePlan(ctx, plan("run1", "d1")))
	check(t, s.QueueMessages(ctx, []roster.Message{messageOf("m1", "ops", now, noticeOf(roster.Opened, "g1", now))}))
}

// plan holds somebody of g1.
func plan(id, digest string) roster.PlanRecord {
	return roster.PlanRecord{
		Run: run(id, newClock().now), Holds: []roster.Hold{hold("g1", digest)}, Sweep: found("g2"),
		Groups: []roster.GroupState{{ExternalReferenceID: "g1", GroupID: "grp_g1", Absences: map[string]int{"EMP1": 1}}},
	}
}

// found is one failure of a group and the end of all others.
func found(group string) roster.Sweep {
	return roster.Sweep{Found: []roster.Failure{invalid(group, "EMP1", "phone")}, Evaluated: everything}
}

// firstSchema is what the first version left.
func firstSchema(t *testing.T, dir string) {
	t.Helper()
	check(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "schema1"))))
	unzip(t, filepath.Join(dir, "rosterd.db.gz"), filepath.Join(dir, "rosterd.db"))
	check(t, os.Remove(filepath.Join(dir, "rosterd.db.gz")))
}

// migrated asserts that the copy of before is whole, if there is one.
func migrated(t *testing.T, dir string, done bool) {
	t.Helper()
	wantWhole(t, filepath.Join(dir, "rosterd.db.schema-1"), done)
}

// backed asserts that the backup is whole, if there is one.
func backed(t *testing.T, dir string, done bool) {
	t.Helper()
	wantWhole(t, filepath.Join(dir, "backup.db"), done)
}

// wantWhole asserts that a copy is either whole or not there.
func wantWhole(t *testing.T, path string, must bool) {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		if must {
			t.Errorf("there is no copy: %v", err)
		}
		return
	}
	db := rawFile(t, path)
	defer db.Close()
	var is string
	if err := db.Get(&is, "PRAGMA integrity_check"); err != nil || is != "ok" {
		t.Errorf("the copy is %q (%v)", is, err)
	}
	var n int
	if err := db.Get(&n, "SELECT COUNT(*) FROM syncs"); err != nil || n == 0 {
		t.Errorf("the copy has %d attempts (%v)", n, err)
	}
}
