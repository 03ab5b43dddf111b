package sim_test

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// compoundFaults are a second fault while the first is not over.
func compoundFaults() []fault {
	return []fault{
		{number: "C1", fault: "F22 and F38: the answer is lost, and then the power", right: "unknown, once", injected: "a lost answer, and the power goes at the next write", play: stage(lostAndKilled)},
		{number: "C2", fault: "F46 and F38: the disk is full where the receipt is written, and then the power goes", right: "unknown, once", injected: "the write of a receipt fails, and the power goes", play: stage(cutAtWrite("Accepted", false))},
		{number: "C3", fault: "F50 and F30: an old backup, and a list that is cut short", right: "nothing is sent while either lasts", injected: "the backup of the first day, and pages with a row too few", play: staged(careful(), restoredAndShort)},
		{number: "C4", fault: "F58 and F60: a clock that is two days back, and another process", right: "neither sends", injected: "both at once", play: stage(wrongClockAndCrowded)},
		{number: "C5", fault: "F06 and F60: half an export, and another process", right: "nobody is removed, and one run at a time", injected: "both at once", play: stage(func(s *scene) string {
			s.must(s.publish(day{Flaws: [2]flaw{cut, clean}, Pick: 3}))
			return s.run(day{Run: crowded, At: 3})
		})},
	}
}

func lostAndKilled(s *scene) string {
	s.vitable(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Times: 1})
	return cutAtWrite("NotDelivered", false)(s)
}

func restoredAndShort(s *scene) string {
	s.must(errors.Join(s.decideAll(s.ctx), s.once(s.ctx, day{}), s.save(s.ctx)))
	s.hire()
	s.must(s.once(s.ctx, day{}))
	s.stop()
	whole, err := os.ReadFile(s.database())
	s.must(err)
	saved, err := os.ReadFile(s.saved())
	s.must(err)
	s.must(os.WriteFile(s.database(), saved, 0o600))
	s.must(s.restart(s.ctx))
	s.vitable(sandbox.Fault{Call: sandbox.ListGroups, Kind: sandbox.FaultShortPage})
	short := s.run(day{})
	s.box.SetFaults()
	short += "; with the list " + s.run(day{})
	s.stop()
	s.must(os.WriteFile(s.database(), whole, 0o600))
	return short
}

func wrongClockAndCrowded(s *scene) string {
	s.hire()
	s.offset = -48 * time.Hour
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	s.watchIntents()
	s.disturb(ctx, day{Run: crowded, At: 1}, cancel)
	fuse := &reconciletest.Fuse{}
	first := s.fails(reconcile.ErrClock, fuse.Store)
	s.offset = 0
	s.wire.Before = nil
	return first + "; right again: " + s.run(day{})
}
