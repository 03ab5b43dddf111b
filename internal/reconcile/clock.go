package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

const (
	// maxStepBack is how far the clock may have gone back since the last run.
	maxStepBack = 24 * time.Hour
	// maxSkew is how far it may be from Vitable's. A clock that is set at all is right
	// to the second; one that takes local time for UTC is hours off.
	maxSkew = time.Hour
)

// ErrClock says that the clock is not to be believed. On a wrong day hires are not yet
// hired, or terminations act early.
var ErrClock = errors.New("the clock of this machine is wrong; set it right")

// checkClock compares the clock with the last run's, before anything is asked or
// remembered. Where it is far before that, one of the two is wrong, and Vitable knows
// which: a run that was cut short while the clock was ahead must not keep everybody
// waiting for that day.
func (r *Reconciler) checkClock(ctx context.Context) error {
	last, ok, err := r.Store.LastRun(ctx)
	if err != nil {
		return fmt.Errorf("read last run: %w", err)
	}
	if !ok || !r.Now().Add(maxStepBack).Before(last.StartedAt) {
		return nil
	}
	if _, err := r.API.Plans(ctx); err == nil {
		if _, known := r.API.Skew(); known {
			return r.checkSkew()
		}
	}
	return fmt.Errorf("compare clocks: this one is more than a day before the last run: %w", ErrClock)
}

// byVitablesClock gives a run that was refused for the clock the times that it had at
// Vitable: a run that seems to be yet to come would be in the way of all until then.
func (r *Reconciler) byVitablesClock(run roster.Run) roster.Run {
	ahead, _ := r.API.Skew()
	run.StartedAt, run.EndedAt = run.StartedAt.Add(-ahead), run.EndedAt.Add(-ahead)
	return run
}

// checkSkew compares the clock with Vitable's, where that is known.
func (r *Reconciler) checkSkew() error {
	ahead, known := r.API.Skew()
	if !known || ahead.Abs() <= maxSkew {
		return nil
	}
	way := "ahead of"
	if ahead < 0 {
		way = "behind"
	}
	return fmt.Errorf("compare clocks: this one is %s %s Vitable's: %w", ahead.Abs().Round(time.Minute), way, ErrClock)
}
