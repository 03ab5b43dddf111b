package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// clock is a time that a test moves by hand.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)} }

func (c *clock) time() time.Time      { return c.now }
func (c *clock) pass(d time.Duration) { c.now = c.now.Add(d) }

// mustOpen opens a store and closes it with the test.
func mustOpen(t *testing.T, options store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// mustLease opens a store that holds the lease.
func mustLease(t *testing.T, options store.Options) (*store.Store, *store.Lease) {
	t.Helper()
	s := mustOpen(t, options)
	lease, err := s.Lease(t.Context(), "test", false)
	if err != nil {
		t.Fatalf("Lease: %v", err)
	}
	return s, lease
}

// newStore is a leased store in a directory of its own, with a clock.
func newStore(t *testing.T) (*store.Store, *clock) {
	t.Helper()
	c := newClock()
	s, _ := mustLease(t, store.Options{Dir: canary.Dir(t), Now: c.time})
	return s, c
}

// raw is a connection past the store, for tampering and for looking.
func raw(t *testing.T, dir string) *sqlx.DB {
	t.Helper()
	return rawFile(t, filepath.Join(dir, "rosterd.db"))
}

// rawFile is one on any file.
func rawFile(t *testing.T, path string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func tamper(t *testing.T, dir, statement string, args ...any) {
	t.Helper()
	db := raw(t, dir)
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatalf("tamper: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// filled is a closed data directory with one completed group, "g1".
func filled(t *testing.T) string {
	t.Helper()
	dir := canary.Dir(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, s, "g1", people(3))
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return dir
}

func intend(t testing.TB, s *store.Store, group string, entries []roster.Enrolled) int64 {
	t.Helper()
	id, err := s.Intend(t.Context(), intent(group, entries))
	check(t, err)
	return id
}

func intent(group string, entries []roster.Enrolled) roster.Sync {
	return roster.Sync{
		RunID: "run1", Group: group, GroupID: "grp_" + group, Digest: "digest of " + group, Size: len(entries), ConfigHash: "c1",
		IntendedAt: newClock().now, Entries: entries, Removals: []roster.Removal{{ReferenceID: "EMP-GONE", Class: roster.Terminated}},
	}
}

func submit(t testing.TB, s *store.Store, group string, entries []roster.Enrolled) int64 {
	t.Helper()
	id := intend(t, s, group, entries)
	check(t, s.Accepted(t.Context(), id, roster.Receipt{RequestID: fmt.Sprintf("req_%d", id)}, newClock().now))
	return id
}

func deliver(t testing.TB, s *store.Store, group string, entries []roster.Enrolled) int64 {
	t.Helper()
	id := submit(t, s, group, entries)
	check(t, s.Complete(t.Context(), completion(id, group, entries)))
	return id
}

func completion(id int64, group string, entries []roster.Enrolled) roster.Completion {
	return roster.Completion{
		SyncID: id, Baseline: roster.Baseline{Members: entries},
		State: roster.GroupState{
			ExternalReferenceID: group, GroupID: "grp_" + group, ConfigHash: "c1",
			Delivered: roster.Delivery{Digest: "digest of " + group, At: newClock().now},
			Took:      3 * time.Second, TookMembers: len(entries),
		},
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("error is %v, want %v", got, want)
	}
}

// value is the result of a call that must succeed.
func value[T any](got T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return got
	}
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b roster.Date) bool { return a == b })); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func readDir(t *testing.T, dir string) map[string]os.FileInfo {
	t.Helper()
	entries, err := os.ReadDir(dir)
	check(t, err)
	found := map[string]os.FileInfo{}
	for _, entry := range entries {
		info, err := entry.Info()
		check(t, err)
		found[entry.Name()] = info
	}
	return found
}
