package sim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/schedule"
)

// work makes the runs of a day.
func (w *world) work(ctx context.Context, d day) error {
	atWork, chosen := w.atWork(d)
	switch d.Run {
	case notAtAll:
		return nil
	case scheduled:
		return w.byTheClock(ctx, d)
	case restarted:
		for _, in := range atWork {
			if err := in.restart(ctx); err != nil {
				return err
			}
		}
	case rewired:
		w.version++
		if err := w.configure(); err != nil {
			return err
		}
		if err := w.each(func(in *instance) error { return in.restart(ctx) }); err != nil {
			return err
		}
	case restored:
		if err := chosen.restore(ctx); err != nil {
			return err
		}
	case backwards:
		return w.onAWrongClock(ctx, atWork)
	}
	if err := w.once(ctx, d); err != nil {
		return err
	}
	if d.Run == repeated {
		return errors.Join(w.pass(3*time.Minute), w.again(ctx, atWork))
	}
	return nil
}

// atWork are the instances that run on a day, and the one among them that something
// happens to.
func (w *world) atWork(d day) (all []*instance, chosen *instance) {
	for i, in := range w.instances {
		if d.Only == 0 || d.Only == i+1 {
			all = append(all, in)
		}
	}
	if len(all) == 0 { // a history of fewer shards than it was drawn for
		all = w.instances
	}
	return all, all[d.Pick%len(all)]
}

// attempt is one instance's part in a run.
type attempt struct {
	in        *instance
	late      time.Duration // after the others
	run       func() (roster.Run, error)
	disturbed bool
	after     func() error // what becomes of its process; nil: it lives on

	known evidence
	began time.Time
	ended time.Time
	made  roster.Run
	err   error
	left  map[string][]string // the people of every group at Vitable when it ended
}

// once makes one run, with what disturbs it. Shards run at the same time, and only
// one of them is disturbed.
func (w *world) once(ctx context.Context, d day) error {
	atWork, chosen := w.atWork(d)
	var all []*attempt
	for _, in := range atWork {
		if err := in.up(ctx); err != nil {
			return err
		}
		in.calm()
		in.watchIntents()
		running, cancel := context.WithCancel(ctx)
		defer cancel()
		if in != chosen {
			all = append(all, in.attempt(running, reconcile.Options{}, nil))
			continue
		}
		one, err := in.disturbed(running, d, cancel)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	for i, a := range all { // no two jobs of one schedule begin at the very same moment
		a.late = time.Duration((d.Pick+2*i)%3) * 20 * time.Second
	}
	if len(all) == 1 {
		all[0].late = 0
	}
	err := w.together(true, all)
	for _, a := range all {
		a.in.calm()
		if a.after != nil {
			err = errors.Join(err, a.after())
		}
	}
	return err
}

func (in *instance) attempt(ctx context.Context, o reconcile.Options, around func(reconcile.Store) reconcile.Store) *attempt {
	return &attempt{in: in, run: func() (roster.Run, error) { return in.proc.run(ctx, o, around) }}
}

// disturbed is a run to which happens what the day says.
func (in *instance) disturbed(ctx context.Context, d day, cancel func()) (*attempt, error) {
	var around func(reconcile.Store) reconcile.Store
	switch d.Run {
	case killed, killedHot:
		around = in.fused(&reconciletest.Fuse{At: d.At, After: d.Run == killedHot, OnBlow: cancel})
	case diskFull:
		fuse := &reconciletest.Fuse{At: d.At, Once: true}
		around = fuse.Store
		in.proc.board.Board = fuse.Board(in.proc.notices)
	case stopped, crowded:
		in.disturb(ctx, d, cancel)
	case powerLost:
		return in.losesPower(ctx, d, cancel)
	}
	a := in.attempt(ctx, reconcile.Options{}, around)
	a.disturbed = around != nil || d.Run == stopped
	if d.Run == killed || d.Run == killedHot {
		a.after = in.end
	}
	return a, nil
}

// again is a run that daemons repeat within minutes.
func (w *world) again(ctx context.Context, atWork []*instance) error {
	var all []*attempt
	for _, in := range atWork {
		in.watchIntents()
		all = append(all, in.attempt(ctx, reconcile.Options{Repeat: true}, nil))
	}
	return w.together(false, all)
}

// judged makes a run of one instance and asserts the laws.
func (in *instance) judged(counts bool, run func() (roster.Run, error), disturbed bool) error {
	return in.w.together(counts, []*attempt{{in: in, run: run, disturbed: disturbed}})
}

// together makes runs side by side and asserts the laws.
func (w *world) together(counts bool, all []*attempt) error {
	for _, a := range all {
		w.runs++
		a.known = w.laws.before(a.in, counts)
	}
	w.rememberPlans()
	var wait sync.WaitGroup
	for _, a := range all {
		wait.Go(func() {
			time.Sleep(a.late)
			a.began = time.Now()
			a.made, a.err = a.run()
			a.ended, a.left = time.Now(), w.members()
		})
	}
	wait.Wait()
	for _, a := range all {
		w.tell("run %d of %s: %s, exit %d, groups %+v, removed %d, waiting %v (%v)", a.known.run, a.in, a.made.Outcome, a.made.ExitCode, a.made.Groups, a.made.Removed, a.made.Waiting, a.err)
		a.in.looked(a.disturbed || a.made.Outcome == roster.RunAPI)
		if a.err != nil && !a.disturbed {
			return fmt.Errorf("law 6: the run fails: %w", a.err)
		}
	}
	if broken := w.laws.after(all); broken != nil {
		return broken
	}
	if broken := w.seen(); broken != nil {
		return broken
	}
	for _, a := range all {
		if a.disturbed {
			continue
		}
		if broken := w.laws.truth(a); broken != nil {
			return broken
		}
	}
	for _, a := range all {
		w.laws.whole(a.known)
		w.remember(a, counts)
	}
	return nil
}

// remember notes what a run took for good, or may have.
func (w *world) remember(a *attempt, counts bool) {
	if a.disturbed {
		for _, s := range w.systems {
			took := &s.taken[a.in.number]
			took.counted, took.lacked = min(took.counted, s.rows), append(took.lacked, s.unsaid...)
		}
		return
	}
	w.laws.forget(a.in)
	if counts && a.made.Outcome != roster.RunAPI {
		w.laws.present(a.known)
	}
	for i, source := range a.made.Sources {
		if source.State == roster.SourceOK && a.made.Outcome != roster.RunAPI { // without Vitable a run takes nothing for good
			s := w.systems[i]
			s.taken[a.in.number] = taken{pulled: s.written, counted: s.rows, lacked: s.unsaid}
		}
	}
}

// rememberPlans notes the plans that people are subscribed on.
func (w *world) rememberPlans() {
	for group, refs := range w.members() {
		for _, ref := range refs {
			if one, ok := w.box.Member(group, ref); ok {
				w.plans[ref] = one.PlanID
			}
		}
	}
}

// byTheClock is the daemon for a while.
func (w *world) byTheClock(ctx context.Context, d day) error {
	plan, err := schedule.Parse("*/40 * * * *", "America/New_York")
	if err != nil {
		return err
	}
	two, cancel := context.WithTimeout(ctx, 90*time.Minute)
	defer cancel()
	var failed error
	schedule.Loop(two, plan, schedule.Options{Now: w.now, NextDue: func(time.Time) {}, Panicked: func(cause any) { failed = fmt.Errorf("panic: %v", cause) }},
		func(context.Context, string) {
			if failed == nil {
				failed = w.once(ctx, day{Only: d.Only})
			}
		})
	return failed
}

// onAWrongClock are runs while the clock is two days back, and two days ahead, which
// must do nothing. Vitable answers, or they would end before they have to.
func (w *world) onAWrongClock(ctx context.Context, atWork []*instance) error {
	w.box.SetFaults()
	for _, in := range atWork {
		for _, by := range []time.Duration{-48 * time.Hour, 48 * time.Hour} {
			if err := in.runsOnAWrongClock(ctx, by); err != nil {
				return err
			}
		}
	}
	return nil
}

func (in *instance) runsOnAWrongClock(ctx context.Context, by time.Duration) error {
	w := in.w
	if err := in.up(ctx); err != nil {
		return err
	}
	w.offset = by
	defer func() { w.offset = 0 }()
	before := len(w.box.Ledger())
	made, err := in.proc.run(ctx, reconcile.Options{}, nil)
	w.tell("run on a clock that is %s off: %s (%v)", by, made.Outcome, err)
	wrote := slices.ContainsFunc(w.box.Ledger()[before:], func(e sandbox.Entry) bool { return e.Method != http.MethodGet })
	if wrote || !errors.Is(err, reconcile.ErrClock) {
		return errors.Join(fmt.Errorf("law 1: a run is made on a clock that is %s off", by), err)
	}
	return nil
}
