package reconciletest

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/shard"
)

// ErrPower is what everybody gets for whom there is no power.
var ErrPower = errors.New("no power")

// Fuse blows at one of the steps that rosterd takes into the world: its writes
// to the store and, where wired, its requests to Vitable and its notices to other
// shards. It is used once.
type Fuse struct {
	Write string // the write whose steps count, such as Intend; "": every write, request and notice
	At    int    // the step at which it blows, from 1; 0: never
	After bool   // that step happens all the same, and nobody hears of it
	Once  bool   // the power is back after that step
	// OnBlow is called when it blows. It may be nil.
	OnBlow func()

	mu    sync.Mutex
	steps int
}

// step is asked before a step. Where it returns no error, the caller makes the
// step and returns what ended says.
func (f *Fuse) step(name string) (ended func(error) error, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	fine := func(err error) error { return err }
	blown := f.At > 0 && f.steps >= f.At && !f.Once
	if f.Write != "" && f.Write != name && !blown {
		return fine, nil
	}
	f.steps++
	switch {
	case f.At == 0 || f.steps < f.At || f.steps > f.At && f.Once:
		return fine, nil
	case f.steps > f.At:
		return nil, ErrPower
	case !f.After:
		f.blow()
		return nil, ErrPower
	}
	return func(error) error { f.blow(); return ErrPower }, nil
}

func (f *Fuse) blow() {
	if f.OnBlow != nil {
		f.OnBlow()
	}
}

// Blew reports whether there were as many steps as it takes.
func (f *Fuse) Blew() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.At > 0 && f.steps >= f.At
}

// Count counts a step that goes well, and calls OnBlow at the one of the fuse.
func (f *Fuse) Count() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.steps++; f.steps == f.At {
		f.blow()
	}
}

// Store puts the fuse between rosterd and the writes of its store.
func (f *Fuse) Store(s reconcile.Store) reconcile.Store { return brittle{s, f} }

// Board puts the fuse between rosterd and what it tells other shards; nil stays nil.
func (f *Fuse) Board(b reconcile.Board) reconcile.Board {
	if b == nil {
		return nil
	}
	return brittleBoard{b, f}
}

// Wire puts the fuse between rosterd and Vitable.
func (f *Fuse) Wire(w *Wire) {
	ends := sync.Map{} // *http.Request -> func(error) error
	w.Before = func(r *http.Request) error {
		ended, err := f.step("request")
		if err == nil {
			ends.Store(r, ended)
		}
		return err
	}
	w.After = func(r *http.Request) error {
		ended, _ := ends.LoadAndDelete(r)
		return ended.(func(error) error)(nil)
	}
}

// brittleBoard is a board whose notices go through a fuse.
type brittleBoard struct {
	reconcile.Board
	fuse *Fuse
}

func (b brittleBoard) Publish(notice shard.Notice) error {
	ended, err := b.fuse.step("Publish")
	if err != nil {
		return err
	}
	return ended(b.Board.Publish(notice))
}

// brittle is a store whose writes go through a fuse.
type brittle struct {
	reconcile.Store
	fuse *Fuse
}

func (b brittle) write(name string, do func() error) error {
	ended, err := b.fuse.step(name)
	if err != nil {
		return err
	}
	return ended(do())
}

func (b brittle) StartRun(ctx context.Context, run roster.Run) error {
	return b.write("StartRun", func() error { return b.Store.StartRun(ctx, run) })
}

func (b brittle) Serve(ctx context.Context, as string, gained func(former, group string) bool) error {
	return b.write("Serve", func() error { return b.Store.Serve(ctx, as, gained) })
}

func (b brittle) ExpireHolds(ctx context.Context, now time.Time) error {
	return b.write("ExpireHolds", func() error { return b.Store.ExpireHolds(ctx, now) })
}

func (b brittle) SavePlan(ctx context.Context, record roster.PlanRecord) error {
	return b.write("SavePlan", func() error { return b.Store.SavePlan(ctx, record) })
}

func (b brittle) GroupCreated(ctx context.Context, group roster.GroupState) error {
	return b.write("GroupCreated", func() error { return b.Store.GroupCreated(ctx, group) })
}

func (b brittle) Intend(ctx context.Context, sync roster.Sync) (id int64, err error) {
	err = b.write("Intend", func() (err error) { id, err = b.Store.Intend(ctx, sync); return err })
	return id, err
}

func (b brittle) Accepted(ctx context.Context, id int64, receipt roster.Receipt, now time.Time) error {
	return b.write("Accepted", func() error { return b.Store.Accepted(ctx, id, receipt, now) })
}

func (b brittle) NotDelivered(ctx context.Context, end roster.NonDelivery) error {
	return b.write("NotDelivered", func() error { return b.Store.NotDelivered(ctx, end) })
}

func (b brittle) MarkUnknown(ctx context.Context, id int64, now time.Time) error {
	return b.write("MarkUnknown", func() error { return b.Store.MarkUnknown(ctx, id, now) })
}

func (b brittle) Complete(ctx context.Context, completion roster.Completion) error {
	return b.write("Complete", func() error { return b.Store.Complete(ctx, completion) })
}

func (b brittle) Sweep(ctx context.Context, sweep roster.Sweep) error {
	return b.write("Sweep", func() error { return b.Store.Sweep(ctx, sweep) })
}

func (b brittle) FinishRun(ctx context.Context, run roster.Run) error {
	return b.write("FinishRun", func() error { return b.Store.FinishRun(ctx, run) })
}
