package powertest_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/store/powertest"
)

// The disk would be no proof of anything if it did not find what is written
// carelessly: over all effects and seeds, each way to write shows what it may and
// nothing else. Of a careless way no more is tried than what shows all of it.
func TestPowerCutFindsWhatIsNotSynced(t *testing.T) {
	for _, test := range []struct {
		name, journal, synchronous string
		lies                       bool
		want                       []string
	}{
		{name: "log, every commit synced", journal: "WAL", synchronous: "FULL"},
		{name: "log, synced now and then", journal: "WAL", synchronous: "NORMAL", want: []string{lost}},
		{name: "log, never synced", journal: "WAL", synchronous: "OFF", want: []string{damaged, lost}},
		{name: "log, on a disk that lies", journal: "WAL", synchronous: "FULL", lies: true, want: []string{damaged, lost}},
		{name: "journal, every commit synced", journal: "DELETE", synchronous: "EXTRA"},
		{name: "journal, its deletion not synced", journal: "DELETE", synchronous: "FULL", want: []string{lost}},
		{name: "journal, never synced", journal: "DELETE", synchronous: "OFF", want: []string{damaged, lost}},
		{name: "journal, on a disk that lies", journal: "DELETE", synchronous: "EXTRA", lies: true, want: []string{damaged, lost}},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := map[string]bool{}
			for at, more := 1, true; more && (len(test.want) == 0 || len(found) <= len(test.want)); at++ {
				for seed := uint64(4 * at); seed < uint64(4*at+4); seed++ {
					story := story{pragmas: []string{"journal_mode(" + test.journal + ")", "synchronous(" + test.synchronous + ")"}, lies: test.lies}
					var what string
					what, more = story.tell(t, at, seed)
					if what != "" && !slices.Contains(test.want, what) {
						t.Fatalf("power cut at effect %d, seed %d: %s", at, seed, what)
					}
					found[what] = true
				}
			}
			for _, want := range test.want {
				if !found[want] {
					t.Errorf("no power cut found that something is %s", want)
				}
			}
		})
	}
}

// What a power cut may show.
const (
	lost    = "lost"
	damaged = "damaged"
)

// story writes rows, now and then over several pages, and folds the log into the file.
type story struct {
	pragmas []string
	lies    bool
}

// rows is how many it writes.
const rows = 6

// tell cuts the power at one effect and says what is wrong after that, and whether there
// were that many effects.
func (s story) tell(t *testing.T, at int, seed uint64) (what string, more bool) {
	t.Helper()
	dir := canary.Dir(t)
	check(t, s.run(t.Context(), dir, func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, "CREATE TABLE rows (n INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
		return err
	}))
	disk := watch(t, dir, seed)
	disk.Arm(powertest.Mishap{Kind: powertest.PowerCut, At: at})
	if s.lies {
		disk.Arm(powertest.Mishap{Kind: powertest.Lie, At: 1})
	}
	written := 0
	_ = s.run(t.Context(), dir, func(ctx context.Context, db *sql.DB) error {
		for n := range rows {
			if s.lies && disk.Effects() >= at {
				disk.Cut()
			}
			if _, err := db.ExecContext(ctx, "INSERT INTO rows VALUES (?, printf('%.*c', ?, 'x'))", n, 100+n*n*700); err != nil {
				return err
			}
			written++
			if n == rows/2 {
				_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
			}
		}
		return nil
	})
	more = disk.Dark()
	disk.Cut()
	check(t, disk.PowerUp(seed))
	return s.look(t, dir, written), more
}

// look says what is wrong with a database.
func (s story) look(t *testing.T, dir string, written int) (what string) {
	t.Helper()
	var is string
	var n int
	err := s.run(t.Context(), dir, func(ctx context.Context, db *sql.DB) error {
		if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&is); err != nil {
			return err
		}
		return db.QueryRowContext(ctx, "SELECT COUNT(*) FROM rows").Scan(&n)
	})
	switch {
	case err != nil || is != "ok":
		return damaged
	case n < written:
		return lost
	case n > written+1:
		return fmt.Sprintf("%d rows of %d", n, written)
	}
	return ""
}

// run does something with a database and closes it.
func (s story) run(ctx context.Context, dir string, do func(context.Context, *sql.DB) error) error {
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(dir, "some.db"), RawQuery: url.Values{"_pragma": s.pragmas}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	err = do(ctx, db)
	if closed := db.Close(); err == nil {
		err = closed
	}
	return err
}

func watch(t *testing.T, dir string, seed uint64) *powertest.Disk {
	t.Helper()
	disk, err := powertest.Watch(dir, seed)
	check(t, err)
	t.Cleanup(disk.Unwatch)
	return disk
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}
