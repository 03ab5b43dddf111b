package reconcile_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// season is what changes at the employer between two runs, over and over: in
// every season somebody is hired, somebody leaves, somebody relocates, somebody
// moves, somebody's row breaks or is mended, and somebody is missing once.
type season struct {
	w     *world
	n     int
	leave []string // everybody who left for good
}

func newSeasons(w *world) *season {
	w.hr.hire(north, "N1", "N2", "H0", "MOVER")
	w.hr.hire(south, "S1", "S2", "FLICKER")
	w.hr.hire(east, "E1", "BROKEN")
	w.settled()
	return &season{w: w}
}

// next lets everything change once more.
func (s *season) next() {
	s.n++
	leaver := fmt.Sprintf("H%d", s.n-1)
	s.leave = append(s.leave, leaver)
	hr := s.w.hr
	hr.edit(terminated, leaver)
	hr.hire(north, fmt.Sprintf("H%d", s.n))
	hr.edit(func(r *row) { r.city = fmt.Sprintf("Springfield %s", letters(fmt.Sprint(s.n))) }, "N1", "S1")
	if s.n%2 == 1 {
		hr.edit(moved(south), "MOVER")
		hr.edit(unreadable, "BROKEN")
		hr.drop("FLICKER")
		return
	}
	hr.edit(moved(north), "MOVER")
	hr.edit(func(r *row) { r.phone = "2025550143" }, "BROKEN")
	hr.hire(south, "FLICKER")
}

// members is who has to be covered in the end.
func (s *season) members() map[string][]string {
	want := map[string][]string{
		north: {fmt.Sprintf("H%d", s.n), "N1", "N2"},
		south: {"FLICKER", "S1", "S2"},
		east:  {"BROKEN", "E1"},
	}
	to := north
	if s.n%2 == 1 {
		to = south
	}
	want[to] = append(want[to], "MOVER")
	slices.Sort(want[to])
	return want
}

// wantConverged makes the run after the repair and asserts that everybody is
// where they belong, that nobody lost coverage for whom there was no proof, and
// that nothing is left to do.
func (s *season) wantConverged() {
	w := s.w
	w.t.Helper()
	w.mended()
	if _, err := w.try(w.t.Context(), reconcile.Options{Repeat: true}); err != nil {
		w.t.Fatalf("the run after the repair: %v", err)
	}
	for group, members := range s.members() {
		w.wantMembers(group, members...)
	}
	for _, ref := range w.removed() {
		if ref != "MOVER" && !slices.Contains(s.leave, ref) {
			w.t.Errorf("%s was removed", ref)
		}
	}
	if found := w.box.Violations(); len(found) > 0 {
		w.t.Errorf("violations: %s", strings.Join(found, "; "))
	}
	inFlight, err := w.store.InFlight(w.t.Context())
	if err != nil || len(inFlight) > 0 {
		w.t.Errorf("%d requests are still in flight (%v)", len(inFlight), err)
	}
	if s.n%4 == 0 { // it costs a run
		w.wantQuiet()
	}
}

// intendedFirst asserts, at every roster that goes out, that the store has its
// intent.
func (w *world) intendedFirst() {
	before := w.wire.Before
	w.wire.Before = func(r *http.Request) error {
		if submits(r) {
			w.wantIntended()
		}
		if before == nil {
			return nil
		}
		return before(r)
	}
}

func (w *world) wantIntended() {
	unsettled, err := w.store.Unsettled(w.t.Context())
	if err != nil {
		w.t.Errorf("read intents: %v", err)
	}
	if !slices.ContainsFunc(unsettled, func(s roster.Sync) bool { return s.State == roster.SyncIntended }) {
		w.t.Error("a roster went out without an intent")
	}
}

// fewestSteps is how many requests a season takes at least: two lists, and two
// rosters with one look at each.
const fewestSteps = 6

// afterEachStep blows the fuse at the first step, at the second, and so on,
// until a run gets through, and asserts after each that the runs that follow
// put everything in order.
func afterEachStep(t *testing.T, arm func(*world, *reconciletest.Fuse) context.Context, f func() *reconciletest.Fuse, blown func(*testing.T, *world, roster.Run, error)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		seasons := newSeasons(w)
		for at := 1; ; at++ {
			seasons.next()
			fuse := f()
			fuse.At = at
			ctx := arm(w, fuse)
			w.intendedFirst()
			run, err := w.try(ctx, reconcile.Options{})
			if !fuse.Blew() {
				if at <= fewestSteps {
					t.Errorf("a run got through with %d steps", at-1)
				}
				return
			}
			blown(t, w, run, err)
			seasons.wantConverged()
			if t.Failed() {
				t.Fatalf("at step %d", at)
			}
		}
	})
}

func TestStoreFailsAtEachWrite(t *testing.T) {
	for _, test := range []struct {
		name  string
		after bool
	}{
		{"and nothing is written", false},
		{"and it was written all the same", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			arm := func(w *world, f *reconciletest.Fuse) context.Context { w.onStore(f); return w.t.Context() }
			afterEachStep(t, arm, func() *reconciletest.Fuse { return &reconciletest.Fuse{After: test.after, Once: true} },
				func(t *testing.T, _ *world, run roster.Run, err error) {
					if err == nil || run.Outcome == roster.RunDone {
						t.Errorf("a run whose store failed is %q, error %v", run.Outcome, err)
					}
				})
		})
	}
}

// The power goes at every step into the world, be it a write or a request, when
// it has happened and nobody has heard of it. What is left then is also what is
// left when the power goes before the next step.
func TestCrashAtEachStep(t *testing.T) {
	arm := func(w *world, f *reconciletest.Fuse) context.Context {
		ctx, cancel := context.WithCancel(w.t.Context())
		f.OnBlow = cancel
		w.onStore(f)
		f.Wire(w.wire)
		return ctx
	}
	afterEachStep(t, arm, func() *reconciletest.Fuse { return &reconciletest.Fuse{After: true} }, func(*testing.T, *world, roster.Run, error) {})
}

// SIGTERM comes at every step: the run ends soon, says so, and what was
// accepted is polled by the next one.
func TestToldToStopAtEachStep(t *testing.T) {
	var told time.Time
	arm := func(w *world, f *reconciletest.Fuse) context.Context {
		ctx, cancel := context.WithCancel(w.t.Context())
		f.OnBlow = func() { told = time.Now(); cancel() }
		w.wire.Before = func(*http.Request) error { f.Count(); return nil }
		return ctx
	}
	afterEachStep(t, arm, func() *reconciletest.Fuse { return &reconciletest.Fuse{} }, func(t *testing.T, w *world, run roster.Run, err error) {
		if err != nil {
			t.Errorf("run: %v", err)
		}
		if took := time.Since(told); took > 5*time.Second {
			t.Errorf("the run ended after %s, want 5s at most", took)
		}
		wantOutcome(t, run, roster.RunInterrupted, 1)
	})
}

// A request that was accepted while the run was told to stop is remembered: the
// answer may take a moment, and it is waited for.
func TestToldToStopWhileARosterIsAccepted(t *testing.T) {
	for _, test := range []struct {
		name     string
		slow     time.Duration
		failures []string
		tries    int
	}{
		{"the answer comes in time", 2 * time.Second, nil, 1},
		{"the answer comes too late", time.Minute, []string{"sync_unknown north"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultSlow, Delay: test.slow, Times: 1})
				w.hr.hire(north, "N1")
				ctx, cancel := context.WithCancel(t.Context())
				var told time.Time
				w.wire.Before = func(r *http.Request) error {
					if submits(r) {
						told = time.Now()
						cancel()
					}
					return nil
				}
				run, err := w.try(ctx, reconcile.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(told); took > 4*time.Second {
					t.Errorf("the run ended after %s", took)
				}
				wantOutcome(t, run, roster.RunInterrupted, 1)
				w.wantOpen(test.failures...)
				w.mended()
				wantOutcome(t, w.run(), roster.RunDone, 0)
				w.wantMembers(north, "N1")
				if n := w.tries(north); n != test.tries {
					t.Errorf("the roster was sent %d times, want %d", n, test.tries)
				}
				w.wantLawful()
			})
		})
	}
}
