package reconcile_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
)

// mishap is what goes wrong at one effect: a request to Vitable or a
// transaction of the store. A power cut after one effect is one before the next.
type mishap struct {
	name  string
	after bool // it happens all the same, and nobody hears of it
	arm   func(*reconciletest.Fuse, *world)
	cut   bool // nothing else happens after it
	stops bool // the run cannot go on
}

func mishaps() []mishap {
	store := func(f *reconciletest.Fuse, w *world) { w.onStore(f) }
	wire := func(f *reconciletest.Fuse, w *world) { f.Wire(w.wire) }
	both := func(f *reconciletest.Fuse, w *world) { w.onStore(f); f.Wire(w.wire) }
	return []mishap{
		{name: "a write fails", arm: store, stops: true},
		{name: "a request does not get through", arm: wire},
		{name: "an answer does not come", after: true, arm: wire},
		{name: "the power goes", after: true, arm: both, cut: true, stops: true},
	}
}

// TestEveryEffectFails tells every tale with a mishap at the first effect, at
// the second, and so on until there are no more of them. Each time rosterd is
// started again on what is on disk, the laws hold, and the end is the same as
// if nothing had happened.
func TestEveryEffectFails(t *testing.T) {
	for _, tale := range tales() {
		for _, mishap := range mishaps() {
			t.Run(tale.name+", "+mishap.name, func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					for at := 1; tale.tell(w, mishap, at); at += effectsApart {
						if t.Failed() {
							t.Fatalf("at effect %d", at)
						}
						w.discard()
						w = newWorld(t)
					}
				})
			})
		}
	}
}

// tell tells the tale with a mishap at one effect, and reports whether there
// were that many.
func (s tale) tell(w *world, m mishap, at int) bool {
	s.before(w)
	s.change(w)
	begun := len(w.removed())
	fuse := &reconciletest.Fuse{At: at, After: m.after, Once: !m.cut}
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	if m.cut {
		fuse.OnBlow = cancel
	}
	m.arm(fuse, w)
	w.intendedFirst()
	w.approvedFirst(s, begun)
	blew := false
	for range maxTries {
		before := w.writes()
		run, err := w.try(ctx, reconcile.Options{Repeat: true})
		if fuse.Blew() && !blew {
			blew = true
			w.wantTruth(m, run, err)
			w.restart(m)
			ctx = w.t.Context()
			w.approvedFirst(s, begun)
			continue
		}
		if err != nil {
			w.t.Errorf("run: %v", err)
			return false
		}
		if w.decide() == 0 && w.writes() == before {
			s.wantEnd(w, run)
			return blew
		}
	}
	w.t.Errorf("after %d runs there is still something to do", maxTries)
	return blew
}

// maxTries is how many runs a tale may take: approvals, unknown fates and the
// mishap take one each, and the last one has nothing to do.
const maxTries = 8

// wantTruth asserts that no run with a broken store says that it is done.
func (w *world) wantTruth(m mishap, run roster.Run, err error) {
	w.t.Helper()
	if m.stops && !m.cut && err == nil {
		w.t.Errorf("a run whose store failed is %q", run.Outcome)
	}
}

// restart mends everything, and starts rosterd on what is on disk where it died.
func (w *world) restart(m mishap) {
	w.t.Helper()
	w.mended()
	switch {
	case m.cut:
		w.cutPower()
	case m.stops:
		if err := w.store.Close(); err != nil {
			w.t.Fatal(err)
		}
		w.reopen()
	}
	w.intendedFirst()
}

// approvedFirst asserts, at every roster that goes out, that nobody was removed
// so far who needed a person's word that was not given.
func (w *world) approvedFirst(s tale, begun int) {
	if !s.approved {
		return
	}
	before := w.wire.Before
	w.wire.Before = func(r *http.Request) error {
		holds, err := w.store.Holds(w.t.Context(), 0)
		given := slices.ContainsFunc(holds, func(h roster.Hold) bool { return !h.DecidedAt.IsZero() })
		if gone := w.removed()[begun:]; err != nil || !given && len(gone) > 0 {
			w.t.Errorf("%v were removed without approval (%v)", gone, err)
		}
		if before == nil {
			return nil
		}
		return before(r)
	}
}

// wantEnd asserts the laws and the end of the tale.
func (s tale) wantEnd(w *world, run roster.Run) {
	w.t.Helper()
	for group, members := range s.members {
		w.wantMembers(group, slices.Clone(members)...)
	}
	for _, ref := range w.removed() {
		if !slices.Contains(s.leave, ref) {
			w.t.Errorf("%s was removed", ref)
		}
	}
	same(w.t, "violations", []string{}, w.box.Violations())
	unsettled, err := w.store.Unsettled(w.t.Context())
	if err != nil || len(unsettled) > 0 {
		w.t.Errorf("%d requests are unsettled (%v)", len(unsettled), err)
	}
	open := slices.DeleteFunc(w.openFailures(), func(f string) bool { return slices.Contains(s.perhaps, f) })
	same(w.t, "open failures", s.open, open)
	if len(s.open)+len(s.perhaps) == 0 {
		wantOutcome(w.t, run, roster.RunDone, 0)
	}
	if s.also != nil {
		s.also(w)
	}
}
