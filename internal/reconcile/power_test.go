package reconcile_test

import (
	"context"
	"flag"
	"net/http"
	"testing"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/store/powertest"
)

var everyDiskEffect = flag.Bool("power.all", false, "tell every tale with each mishap at every effect on the disk")

// TestDiskMishaps tells every tale with a mishap at one effect on the disk under the
// store, at another one further on, and so on until there are no more. As in
// TestEveryEffectFails, rosterd is started again on what is on the disk, the laws
// hold, and the end is the same as if nothing had happened.
func TestDiskMishaps(t *testing.T) {
	for i, tale := range tales() {
		for _, kind := range []powertest.Kind{powertest.Failure, powertest.Broken, powertest.Full, powertest.PowerCut} {
			t.Run(tale.name+", "+kind.String(), func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) {
					first, apart := 1+(3*i+7*int(kind))%diskEffectsApart, diskEffectsApart
					if *everyDiskEffect {
						first, apart = 1, 1
					}
					for at := first; tale.tellOnDisk(w, kind, at); at += apart {
						if t.Failed() {
							t.Fatalf("at effect %d on the disk, which is the seed too", at)
						}
						w.discard()
						w = newWorld(t)
					}
				})
			})
		}
	}
}

// tellOnDisk tells the tale with a mishap at one effect on the disk, and reports whether
// there were that many. What a power cut leaves is another for each of them.
func (s tale) tellOnDisk(w *world, kind powertest.Kind, at int) bool {
	s.before(w)
	s.change(w)
	begun := len(w.removed())
	disk := w.onDisk(uint64(at))
	defer disk.Unwatch()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	disk.Arm(powertest.Mishap{Kind: kind, At: at, Then: func() {
		if kind == powertest.PowerCut {
			cancel()
		}
	}})
	w.wireNeedsPower(disk)
	w.intendedFirst()
	w.approvedFirst(s, begun)
	known := w.recorded()
	befell := false
	for range maxTries {
		before := w.writes()
		run, err := w.try(ctx, reconcile.Options{Repeat: true})
		decided, interrupted := 0, false
		if err == nil {
			decided, err = w.tryDecide()
			interrupted = err != nil
		}
		if disk.Befell() && !befell {
			befell = true
			if kind == powertest.Broken && err == nil {
				w.t.Errorf("a run whose disk broke is %q", run.Outcome)
			}
			w.restartOnDisk(disk, uint64(at))
			known.wantAll(w)
			if interrupted { // whoever approves does so again
				w.decide()
			}
			ctx = w.t.Context()
			w.approvedFirst(s, begun)
			continue
		}
		if err != nil {
			w.t.Errorf("run: %v", err)
			return false
		}
		if decided == 0 && w.writes() == before {
			s.wantEnd(w, run)
			return befell
		}
	}
	w.t.Errorf("after %d runs there is still something to do", maxTries)
	return befell
}

// onDisk puts a disk under the store, which has to be opened anew for that.
func (w *world) onDisk(seed uint64) *powertest.Disk {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	disk, err := powertest.Watch(w.dir, seed)
	if err != nil {
		w.t.Fatal(err)
	}
	w.reopen()
	return disk
}

// wireNeedsPower lets no request through, and no answer, once the power is gone.
func (w *world) wireNeedsPower(disk *powertest.Disk) {
	powered := func(*http.Request) error {
		if disk.Dark() {
			return reconciletest.ErrPower
		}
		return nil
	}
	w.wire.Before, w.wire.After = powered, powered
}

// restartOnDisk mends the disk or brings its power back, and starts rosterd on what is
// left. Without power, or with a broken disk, the store cannot be closed properly.
func (w *world) restartOnDisk(disk *powertest.Disk, seed uint64) {
	w.t.Helper()
	w.mended()
	_ = w.store.Close()
	if disk.Dark() {
		if err := disk.PowerUp(seed); err != nil {
			w.t.Fatal(err)
		}
	}
	disk.Mend()
	w.reopen()
	w.intendedFirst()
}

// records are how many attempts the store and Vitable had seen of each group, and how
// many requests of all sorts there were.
type records struct {
	stored, sent map[string]int
	requests     int
}

func (w *world) recorded() records {
	w.t.Helper()
	all := records{map[string]int{}, map[string]int{}, len(w.box.Ledger())}
	for _, group := range []string{north, south, east, "west"} {
		syncs, err := w.store.SyncsOfGroup(w.t.Context(), group, 0)
		if err != nil {
			w.t.Fatal(err)
		}
		all.stored[group], all.sent[group] = len(syncs), w.tries(group)
	}
	return all
}

// wantAll asserts that the store knows of whatever was sent since, and of whatever
// request was looked at.
func (r records) wantAll(w *world) {
	w.t.Helper()
	now := w.recorded()
	for group, stored := range now.stored {
		if sent, known := now.sent[group]-r.sent[group], stored-r.stored[group]; known < sent {
			w.t.Errorf("%d rosters of %s were sent, and the store knows of %d", sent, group, known)
		}
	}
	for _, entry := range w.box.Ledger()[r.requests:] {
		if entry.Call == sandbox.GetSync && entry.RequestID != "" {
			w.wantKnown(entry)
		}
	}
}

// wantKnown asserts that the store knows a request that it has looked at.
func (w *world) wantKnown(look sandbox.Entry) {
	w.t.Helper()
	syncs, err := w.store.SyncsOfGroup(w.t.Context(), look.Group, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, sync := range syncs {
		if sync.RequestID == look.RequestID {
			return
		}
	}
	w.t.Errorf("request %s of %s is forgotten", look.RequestID, look.Group)
}
