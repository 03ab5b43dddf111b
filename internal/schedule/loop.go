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

// Options are what a loop works with. Last, RunAtStart and Trigger may be left
// out; the rest is needed.
type Options struct {
	Now        func() time.Time
	Last       time.Time       // when the last run before this program began; zero: due times before now are nobody's
	RunAtStart bool            // whether to begin with a run, which is the catch-up too
	Trigger    <-chan struct{} // each value asks for a run; a buffer of one makes one of all requests during a run
	NextDue    func(time.Time) // is told when the next scheduled run is due, during a run the one after it
	Panicked   func(cause any) // is told, on the stack of the panic, of a run that panicked; the next is called all the same
}

// Loop calls run whenever it is due, one call at a time, until ctx ends and the
// current call has returned. Due times that pass while nobody could call are
// caught up with one call.
func Loop(ctx context.Context, s Schedule, o Options, run func(ctx context.Context, trigger string)) {
	l := loop{o, run}
	seen := o.Last // every due time up to here has had its run
	if o.RunAtStart || seen.IsZero() {
		seen = l.clock()
	}
	if o.RunAtStart {
		o.NextDue(s.Next(seen))
		l.call(ctx, TriggerStart)
	}
	for ctx.Err() == nil {
		now := l.clock()
		if seen.Sub(now) > maxStepBack {
			seen = now
		}
		due := s.Next(seen)
		if due.IsZero() || due.After(now) {
			o.NextDue(due)
			if l.asked(ctx, untilDue(due, now)) {
				l.call(ctx, TriggerManual)
			}
			continue
		}
		seen = now
		o.NextDue(s.Next(seen))
		l.call(ctx, onTime(due, now))
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

// onTime is the trigger of a run that was due and is called now.
func onTime(due, now time.Time) string {
	if now.Sub(due) > late {
		return TriggerCatchUp
	}
	return TriggerSchedule
}

// clock is the wall clock alone. The monotonic reading beside it would hide
// every step of the clock and the time that the machine slept.
func (l loop) clock() time.Time { return l.Now().Round(0) }

// asked waits so long for somebody to ask for a run, and says whether they did.
func (l loop) asked(ctx context.Context, long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-l.Trigger:
		return true
	}
	return false
}

// call makes one run, unless the end came first.
func (l loop) call(ctx context.Context, trigger string) {
	defer func() {
		if cause := recover(); cause != nil {
			l.Panicked(cause)
		}
	}()
	if ctx.Err() == nil {
		l.run(ctx, trigger)
	}
}
