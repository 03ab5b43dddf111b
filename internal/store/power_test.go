package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/store/powertest"
)

var everyEffect = flag.Bool("power.all", false, "let each mishap befall every effect on the disk, with more seeds")

// deed is something that a store does, step by step.
type deed struct {
	name   string
	before func(*testing.T, string) // what lies in the directory; nil: nothing
	steps  []step
	first  int            // the step from which on something goes wrong
	blur   *regexp.Regexp // what may be another afterwards; nil: nothing
	// also asserts what else has to hold afterwards, where everything was done or not.
	also func(t *testing.T, dir string, done bool)
}

type step func(context.Context, *session) error

// session is a process that has a store open, or not.
type session struct {
	dir    string
	clock  *clock
	store  *store.Store
	folder *sqlx.DB // another connection
}

func open(ctx context.Context, s *session) (err error) {
	if s.store, err = store.Open(ctx, store.Options{Dir: s.dir, Now: s.clock.time}); err != nil {
		return err
	}
	s.folder, err = sqlx.Open("sqlite", filepath.Join(s.dir, "rosterd.db"))
	return err
}

func lease(ctx context.Context, s *session) error {
	_, err := s.store.Lease(ctx, "test", false)
	return err
}

func closed(_ context.Context, s *session) error {
	if s.store == nil {
		return nil
	}
	closing := s.store
	s.store = nil
	return errors.Join(s.folder.Close(), closing.Close())
}

// mishap is what befalls a disk, and how the process ends that was there.
type mishap struct {
	kind powertest.Kind
	end  ending
}

type ending int

const (
	closes ending = iota // it closes the store, and the disk is mended
	dies                 // the power goes before it could
	tries                // the disk is mended, and it does again what failed
)

func (m mishap) String() string {
	return m.kind.String() + [...]string{" and the store is closed", " and the power goes", " and it is tried again"}[m.end]
}

func mishaps() []mishap {
	return []mishap{
		{powertest.Failure, closes},
		{powertest.Failure, dies},
		{powertest.Failure, tries},
		{powertest.Broken, closes},
		{powertest.Full, closes},
		{powertest.Full, tries},
		{powertest.PowerCut, dies},
	}
}

// TestDiskMishaps lets everything that a store does go wrong at the first effect
// on the disk, at the second, and so on. Afterwards the store opens, it is whole,
// and what was done before is there entirely; what failed is there entirely or not
// at all.
func TestDiskMishaps(t *testing.T) {
	for _, deed := range deeds() {
		t.Run(deed.name, func(t *testing.T) {
			t.Parallel()
			trials := deed.prepare(t)
			for i, mishap := range mishaps() {
				t.Run(mishap.String(), func(t *testing.T) {
					apart := mishap.apart(trials.effects)
					at := 1 + i%apart
					for trials.try(t, mishap, at, uint64(at)) {
						if *everyEffect && mishap.end == dies {
							for seed := range uint64(8) {
								trials.try(t, mishap, at, seed)
							}
						}
						at += apart
					}
				})
			}
		})
	}
}

// apart is how far apart the effects are that go wrong, so that a deed with hundreds of
// them takes not much longer than one with ten. They are others for each mishap.
func (m mishap) apart(effects int) int {
	tries := triesPerMishap
	if m.kind == powertest.PowerCut {
		tries *= 2
	}
	if *everyEffect {
		return 1
	}
	return max(1, effects/tries) | 1 // odd, so that every seed has its turn
}

// trials are a deed that can be done over and over.
type trials struct {
	deed
	dir     string
	base    string   // what lies in the directory before
	states  []string // after each step; those before first are empty
	effects int      // of all of it, when nothing goes wrong
}

func (d deed) prepare(t *testing.T) *trials {
	t.Helper()
	trials := &trials{deed: d, dir: filepath.Join(canary.Dir(t), "data"), base: canary.Dir(t)}
	if d.before != nil {
		d.before(t, trials.base)
	}
	trials.states = make([]string, len(d.steps)+1)
	for n := d.first; n <= len(d.steps); n++ {
		s := trials.begin(t)
		disk := value(powertest.Watch(trials.dir, 0))(t)
		for _, step := range d.steps[:n] {
			check(t, step(t.Context(), s))
		}
		check(t, closed(t.Context(), s))
		trials.effects = disk.Effects()
		disk.Unwatch()
		trials.states[n] = trials.stateOf(t, s)
	}
	return trials
}

func (d *trials) begin(t *testing.T) *session {
	t.Helper()
	check(t, os.RemoveAll(d.dir))
	check(t, os.CopyFS(d.dir, os.DirFS(d.base)))
	return &session{dir: d.dir, clock: newClock()}
}

// try does the deed with a mishap at one effect, and reports whether there were that
// many.
func (d *trials) try(t *testing.T, m mishap, at int, seed uint64) bool {
	t.Helper()
	s := d.begin(t)
	disk, err := powertest.Watch(d.dir, seed)
	check(t, err)
	defer disk.Unwatch()
	taken, befell := 0, false
	for i, step := range d.steps {
		if i == d.first {
			disk.Arm(powertest.Mishap{Kind: m.kind, At: at})
		}
		err = step(t.Context(), s)
		if err != nil && m.end == tries && disk.Befell() {
			befell = true
			disk.Mend()
			err = step(t.Context(), s)
		}
		if err != nil {
			break
		}
		taken++
	}
	if m.end == dies {
		disk.Cut()
	}
	_ = closed(t.Context(), s) // it may not manage to
	befell = befell || disk.Befell()
	disk.Mend()
	if disk.Dark() {
		check(t, disk.PowerUp(seed))
	}
	d.want(t, s, taken, err)
	if d.also != nil {
		d.also(t, s.dir, err == nil)
	}
	if t.Failed() {
		t.Fatalf("at effect %d, seed %d, after %d steps and %v", at, seed, taken, err)
	}
	return befell
}

// want asserts that the store is as after so many steps; where the next one failed, as
// before or after it.
func (d *trials) want(t *testing.T, s *session, taken int, failed error) {
	t.Helper()
	state := d.stateOf(t, s)
	if failed != nil && state == d.states[taken+1] {
		return
	}
	if diff := cmp.Diff(d.states[taken], state); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

// stateOf opens what lies in a directory and tells all of it but what is another in
// every database.
func (d *trials) stateOf(t *testing.T, s *session) string {
	t.Helper()
	found, err := store.Open(t.Context(), store.Options{Dir: s.dir, Now: s.clock.time})
	if err != nil {
		t.Errorf("open what is left: %v", err)
		return ""
	}
	check(t, found.VouchBaselines(t.Context()))
	var text strings.Builder
	for _, group := range value(found.Groups(t.Context()))(t) {
		baseline := value(found.Baseline(t.Context(), group.ExternalReferenceID))(t)
		fmt.Fprintf(&text, "baseline %s %x\n", group.ExternalReferenceID, sha256.Sum256(store.EncodePayload(baseline.Members, nil)))
	}
	for _, sync := range value(found.Unsettled(t.Context()))(t) {
		fmt.Fprintf(&text, "payload %d %x\n", sync.ID, sha256.Sum256(store.EncodePayload(sync.Entries, sync.Removals)))
	}
	check(t, found.Close())
	rowsOf(t, s.dir, &text)
	if d.blur != nil {
		return d.blur.ReplaceAllString(text.String(), "$1")
	}
	return text.String()
}

// rowsOf tells the rows of all tables, once SQLite has found nothing wrong with them.
func rowsOf(t *testing.T, dir string, text *strings.Builder) {
	t.Helper()
	db := raw(t, dir)
	defer db.Close()
	var is string
	check(t, db.Get(&is, "PRAGMA integrity_check"))
	if is != "ok" {
		t.Error("the database fails its integrity check")
	}
	var tables []string
	check(t, db.Select(&tables, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'lease' ORDER BY name"))
	for _, table := range tables {
		for _, line := range linesOf(t, db, table) {
			fmt.Fprintln(text, table, line)
		}
	}
}

// linesOf tells the rows of one table.
func linesOf(t *testing.T, db *sqlx.DB, table string) []string {
	t.Helper()
	rows, err := db.QueryxContext(t.Context(), "SELECT * FROM "+table) //nolint:sqlclosecheck // it is, below
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	var lines []string
	for rows.Next() {
		row := map[string]any{}
		check(t, rows.MapScan(row))
		// They are random, and what they hold is told beside.
		for _, column := range []string{"sealed", "checksum"} {
			delete(row, column)
		}
		if table == "meta" {
			delete(row, "value")
		}
		lines = append(lines, fmt.Sprint(row))
	}
	check(t, rows.Err())
	slices.Sort(lines)
	return lines
}
