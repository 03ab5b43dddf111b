package sim_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// scene is a world in which everybody is covered, and something is about to go
// wrong. Every run in it is judged by the laws. Its rosterd is alone.
type scene struct {
	*world
	*instance
	ctx context.Context
}

// stage lets something go wrong, and then takes it away: everything has to come
// to rest with everybody where they belong. act says what happened.
func stage(act func(s *scene) string) func(t *testing.T) string {
	return staged(setup{Sizes: []int{24, 10, 5}, FirstSync: "allow", OnExcess: "carry", PlanChange: "report", Concurrency: 1}, act)
}

// staged is stage with another setup.
func staged(of setup, act func(s *scene) string) func(t *testing.T) string {
	return func(t *testing.T) (happened string) {
		t.Helper()
		data, exports := canary.Dir(t), canary.Input(t)
		synctest.Test(t, func(t *testing.T) {
			w, err := newWorld(t, data, exports, history{Setup: of})
			if err != nil {
				t.Fatal(err)
			}
			s := &scene{w, w.instances[0], t.Context()}
			defer s.close()
			s.must(s.publish(day{}))
			s.must(s.once(s.ctx, day{}))
			s.must(s.pass(time.Hour))
			happened = act(s)
			s.box.SetFaults()
			s.box.SetRules()
			s.wire.Before, s.wire.After, s.wire.Handler = nil, nil, s.box
			if err := s.comeToRest(s.ctx); err != nil {
				t.Errorf("after the fault: %v\n%s\n%s", err, strings.Join(s.told, "\n"), s.logs)
			}
		})
		return happened
	}
}

func (s *scene) close() {
	s.must(s.end())
	synctest.Wait()
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%v\n%s\n%s", err, strings.Join(s.told, "\n"), s.logs)
	}
}

// breaks makes one run that is disturbed as the day says, after its flaws were
// written, and tells how it ended.
func (s *scene) breaks(d day) string {
	s.t.Helper()
	s.must(s.publish(d))
	return s.run(d)
}

// run makes one run and tells how it ended.
func (s *scene) run(d day) string {
	s.t.Helper()
	before := len(s.box.Ledger())
	s.must(s.once(s.ctx, d))
	if s.proc == nil {
		return "killed" + s.since(before)
	}
	last, ok, err := s.proc.store.LastRun(s.ctx)
	s.must(err)
	if !ok {
		s.t.Fatal("no run is known")
	}
	return fmt.Sprintf("exit %d%s%s", last.ExitCode, s.open(), s.since(before))
}

// fails makes a run that has to end in an error.
func (s *scene) fails(want error, around func(reconcile.Store) reconcile.Store) string {
	s.t.Helper()
	before := len(s.box.Ledger())
	s.must(s.judged(true, func() (roster.Run, error) {
		made, err := s.proc.run(s.ctx, reconcile.Options{}, around)
		if err == nil || want != nil && !errors.Is(err, want) {
			s.t.Fatalf("the run ended with %v, want %v", err, want)
		}
		return made, err
	}, true))
	return "exit 1" + s.since(before)
}

// open are the kinds of the open failures.
func (s *scene) open() string {
	found, err := s.proc.store.OpenFailures(s.ctx)
	s.must(err)
	var kinds []string
	for _, f := range found {
		kinds = append(kinds, string(f.Kind))
	}
	slices.Sort(kinds)
	if kinds = slices.Compact(kinds); len(kinds) == 0 {
		return ""
	}
	return " (" + strings.Join(kinds, ", ") + ")"
}

// since tells what Vitable was sent since an entry of its ledger.
func (s *scene) since(before int) string {
	sent, removed := 0, 0
	for _, entry := range s.box.Ledger()[before:] {
		if entry.Sync != nil {
			sent++
			removed += len(entry.Sync.Removed)
		}
	}
	if sent == 0 {
		return ", nothing sent"
	}
	return fmt.Sprintf(", %d sent, %d removed", sent, removed)
}

// sent is how many rosters Vitable took since an entry of its ledger.
func (s *scene) sent(before int) (n int) {
	for _, entry := range s.box.Ledger()[before:] {
		if entry.Sync != nil {
			n++
		}
	}
	return n
}

// export lets an HR system write its people with its rows changed: index is that
// of the column by its name.
func (s *scene) export(i int, change func(rows [][]string, index map[string]int) [][]string) {
	s.t.Helper()
	s.must(s.systems[i].write(s.employer.of(i), clean, 0, time.Now()))
	index := map[string]int{}
	for n, name := range columns() {
		index[name] = n
	}
	var rows [][]string
	for _, one := range s.employer.of(i) {
		rows = append(rows, one.row())
	}
	s.overwrite(i, encode(columns(), change(rows, index)))
}

// overwrite puts other bytes into an HR system's file.
func (s *scene) overwrite(i int, text []byte) {
	s.t.Helper()
	s.must(os.WriteFile(s.systems[i].path, text, 0o600))
	s.must(os.Chtimes(s.systems[i].path, time.Now(), time.Now()))
	s.must(s.pass(2 * time.Second))
}

// configured restarts rosterd with its file changed.
func (s *scene) configured(old, changed string) error {
	s.t.Helper()
	path := filepath.Join(s.exports, "rosterd.yaml")
	text, err := os.ReadFile(path)
	s.must(err)
	if !bytes.Contains(text, []byte(old)) {
		s.t.Fatalf("%q does not stand in the file", old)
	}
	s.must(os.WriteFile(path, bytes.Replace(text, []byte(old), []byte(changed), 1), 0o600))
	return s.restart(s.ctx)
}

// stop ends the process as a power cut does not: by closing everything.
func (s *scene) stop() {
	s.t.Helper()
	s.must(s.end())
}

// database is the file of the state.
func (s *scene) database() string { return filepath.Join(s.data, "rosterd.db") }

// refused starts rosterd, which must refuse to start with this text, and must
// leave the state's file as it is.
func (s *scene) refused(want string) string {
	s.t.Helper()
	before, readable := os.ReadFile(s.database())
	p, err := s.start(s.ctx)
	if err == nil {
		s.must(p.end())
		s.t.Fatal("it starts")
	}
	if !strings.Contains(err.Error(), want) {
		s.t.Fatalf("it says %q, and should say %q", err, want)
	}
	canary.Text(s.t, "the error", err.Error())
	after, readableStill := os.ReadFile(s.database())
	if !bytes.Equal(before, after) || (readable == nil) != (readableStill == nil) {
		s.t.Fatal("the state's file is another one")
	}
	return "does not start: " + want
}

// rows reads an HR system's file.
func (s *scene) rows(i int) [][]string {
	s.t.Helper()
	text, err := os.ReadFile(s.systems[i].path)
	s.must(err)
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	s.must(err)
	return rows
}

// isCovered reports whether somebody is subscribed in a group.
func (s *scene) isCovered(group, ref string) bool { return slices.Contains(s.box.Members(group), ref) }

// vitable adds a fault of Vitable that lasts to the end of the scene, or for some requests.
func (s *scene) vitable(f sandbox.Fault) { s.box.AddFault(f) }
