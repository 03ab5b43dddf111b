package schedule

import (
	"context"
	"time"
)

// Why a run is called.
const (
	TriggerSchedule = "schedule" // its time has come
	TriggerCatchUp  = "catch_up" // its time came while the program or the machine was not there
	TriggerStart    = "start"    // the program started
	TriggerManual   = "manual"   // somebody asked
)

const (
	// longestSleep is how long a stepped clock or a woken machine stays unnoticed.
	longestSleep = time.Minute
	// late is how long after its time a run counts as caught up.
	late = 2 * longestSleep
	// maxStepBack is how far the clock may go back without a due time being
	// repeated. Beyond it the clock was wrong before, and is believed now.
	maxStepBack = 24 * time.Hour
)

// Options are what a loop works with.
type Options struct {
	Now        func() time.Time
	RunAtStart bool
	Trigger    <-chan struct{} // each value asks for a run
	NextDue    func(time.Time) // is told when the next run is due
	Panicked   func(cause any) // is told of a run that panicked; the next one is called all the same
}

// Loop calls run whenever it is due, one call at a time, until ctx ends and the
// current call has returned. Due times that pass while nobody could call are
// caught up with one call.
func Loop(ctx context.Context, s Schedule, o Options, run func(ctx context.Context, trigger string)) {
	l := loop{o, run}
	if o.RunAtStart && ctx.Err() == nil {
		l.call(ctx, TriggerStart)
	}
	for seen := o.Now(); ; {
		now := o.Now()
		if seen.Sub(now) > maxStepBack {
			seen = now
		}
		due := s.Next(seen)
		o.NextDue(due)
		trigger := TriggerSchedule
		switch {
		case ctx.Err() != nil:
			return
		case due.IsZero() || due.After(now):
			if trigger = l.wait(ctx, untilDue(due, now)); trigger == "" {
				continue
			}
		default:
			if now.Sub(due) > late {
				trigger = TriggerCatchUp
			}
			seen = now
		}
		l.call(ctx, trigger)
	}
}

type loop struct {
	Options
	run func(ctx context.Context, trigger string)
}

// untilDue is how long to sleep; a due time that never comes is a long way off.
func untilDue(due, now time.Time) time.Duration {
	if due.IsZero() {
		return longestSleep
	}
	return min(due.Sub(now), longestSleep)
}

// wait returns TriggerManual when somebody asks, "" when the time is over.
func (l loop) wait(ctx context.Context, long time.Duration) string {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-l.Trigger:
		return TriggerManual
	}
	return ""
}

func (l loop) call(ctx context.Context, trigger string) {
	defer func() {
		if cause := recover(); cause != nil {
			l.Panicked(cause)
		}
	}()
	l.run(ctx, trigger)
}
