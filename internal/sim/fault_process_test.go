package sim_test

import (
	"context"
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/schedule"
)

// processFaults are those of rosterd's own process.
func processFaults() []fault {
	return []fault{
		{number: "F36", fault: "killed before an intent is durable", right: "nothing happened; the next run plans again", injected: "the power goes at the write of an intent", play: stage(cutAtWrite("Intend", false))},
		{number: "F37", fault: "killed after the intent, before it is sent", right: "it may have been sent; it settles, and the roster is sent once", injected: "the power goes after the write of an intent", play: stage(cutAtWrite("Intend", true))},
		{number: "F38", fault: "killed after it was sent, before its request id is stored", right: "unknown; settle, then the current roster", injected: "the power goes at the write of a receipt", play: stage(cutAtWrite("Accepted", false))},
		{number: "F39", fault: "killed after the outcome, before the baseline", right: "the outcome is read again", injected: "the power goes at the write of an outcome", play: stage(cutAtWrite("Complete", false))},
		{number: "F40", fault: "killed while the schema is brought up to date", right: "whole or not at all", injected: "SIGKILL at random moments of a start on an old database", elsewhere: "cmd/rosterd TestKilledAtAnyMoment"},
		{number: "F41", fault: "SIGTERM in the middle of a run", right: "nothing new is sent, what is under way is remembered", injected: "a stop at the fifth request", play: stage(stoppedMidway)},
		{number: "F42", fault: "a panic", right: "that run fails, the next one comes", injected: "a store that panics in one run of a daemon", play: stage(panics)},
		{number: "F43", fault: "killed for its memory", right: "as any kill; the next run goes on", injected: "SIGKILL at random moments of runs", elsewhere: "cmd/rosterd TestKilledAtAnyMoment"},
		{number: "F44", fault: "a request that never ends", right: "it has a deadline; no second run beside it", injected: "Vitable hangs", play: stage(func(s *scene) string {
			s.vitable(sandbox.Fault{Call: sandbox.AnyCall, Kind: sandbox.FaultHang})
			s.hire()
			return s.run(day{})
		})},
		{number: "F45", fault: "started again and again", right: "Vitable is not hammered", injected: "ten starts, each killed at its second request", play: stage(crashLoop)},
	}
}

// cutAtWrite lets the power go at the first write of a kind, before or after it.
func cutAtWrite(write string, after bool) func(s *scene) string {
	return func(s *scene) string {
		s.hire()
		before := len(s.box.Ledger())
		ctx, cancel := context.WithCancel(s.ctx)
		defer cancel()
		s.watchIntents()
		fuse := &reconciletest.Fuse{Write: write, At: 1, After: after, OnBlow: cancel}
		s.must(s.judged(true, func() (roster.Run, error) {
			return s.proc.run(ctx, reconcile.Options{}, s.fused(fuse))
		}, true))
		if !fuse.Blew() {
			s.t.Fatalf("no %s was written", write)
		}
		cut := s.since(before)
		s.wire.Before, s.wire.After = nil, nil
		s.stop()
		s.must(s.pass(time.Minute))
		s.must(s.restart(s.ctx))
		return "cut" + cut + "; started again " + s.run(day{})
	}
}

func stoppedMidway(s *scene) string {
	s.hire()
	s.employer.apply(hires, 0, 1, s.today)
	s.must(s.publish(day{}))
	stopped := s.run(day{Run: stopped, At: 5})
	return "stopped: " + stopped + "; the next " + s.run(day{})
}

// panicking panics once.
type panicking struct {
	reconcile.Store
	times *int
}

func (p panicking) SavePlan(ctx context.Context, record roster.PlanRecord) error {
	if *p.times--; *p.times >= 0 {
		panic("out of its mind")
	}
	return p.Store.SavePlan(ctx, record)
}

func panics(s *scene) string {
	s.hire()
	before := len(s.box.Ledger())
	times, caught, ended := 1, 0, 0
	plan, err := schedule.Parse("@hourly", "America/New_York")
	s.must(err)
	ctx, cancel := context.WithTimeout(s.ctx, 150*time.Minute)
	defer cancel()
	schedule.Loop(ctx, plan, schedule.Options{Now: s.now, NextDue: func(time.Time) {}, Panicked: func(any) { caught++ }}, func(ctx context.Context, _ string) {
		_, err := s.proc.run(ctx, reconcile.Options{}, func(store reconcile.Store) reconcile.Store { return panicking{store, &times} })
		s.must(err)
		ended++
	})
	return fmt.Sprintf("%d panic, %d run after it%s", caught, ended, s.since(before))
}

func crashLoop(s *scene) string {
	s.hire()
	before := len(s.box.Ledger())
	for range 10 {
		s.must(s.once(s.ctx, day{Run: killedHot, At: 9}))
		s.must(s.pass(10 * time.Second))
	}
	posts, last := 0, time.Time{}
	for _, entry := range s.box.Ledger()[before:] {
		if entry.Call != sandbox.SubmitSync {
			continue
		}
		if posts++; entry.At.Sub(last) < 13*time.Minute {
			s.t.Error("a roster is sent before the one before has settled")
		}
		last = entry.At
	}
	if posts == 0 {
		s.t.Error("no start came as far as a roster: kill it later")
	}
	happened := fmt.Sprintf("%d rosters sent in ten starts, each when the one before had settled", posts)
	s.must(s.restart(s.ctx))
	s.must(s.pass(time.Hour))
	return happened + "; an hour later " + s.run(day{})
}
