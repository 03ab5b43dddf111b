package alert

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
)

const (
	// attemptTimeout is how long a sender may take for one message.
	attemptTimeout = 15 * time.Second
	// firstWait is the wait after the first attempt that failed, and longestWait
	// the one that no attempt goes over, whatever a service asks for.
	firstWait   = 10 * time.Second
	longestWait = 30 * time.Minute
)

// backoff is how long to wait after so many attempts that failed: it doubles, less
// up to a quarter by chance.
func backoff(failed int) time.Duration {
	wait := min(firstWait<<min(failed-1, 20), longestWait)
	return wait - rand.N(wait/4)
}

// worker empties one sender's part of the outbox.
type worker struct {
	Deps
	target Target
	wake   chan struct{}
	rest   time.Time // the service asked for nothing before
}

func newWorker(deps Deps, target Target) *worker {
	return &worker{Deps: deps, target: target, wake: make(chan struct{}, 1)}
}

// nudge says that there may be something to send.
func (w *worker) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run sends what is due, whenever it is, until ctx ends.
func (w *worker) run(ctx context.Context) {
	keeper, keeps := w.target.Sender.(Keeper)
	kept := time.Time{}
	for ctx.Err() == nil {
		next, _ := w.round(ctx)
		if keeps {
			if !w.Now().Before(kept.Add(keepAgain)) {
				w.keep(ctx, keeper)
				kept = w.Now()
			}
			next = earliest(next, kept.Add(keepAgain))
		}
		w.sleep(ctx, next)
	}
}

// flush is run until nothing is left.
func (w *worker) flush(ctx context.Context) {
	for ctx.Err() == nil {
		next, left := w.round(ctx)
		if left == 0 {
			return
		}
		if deadline, ok := ctx.Deadline(); ok && next.After(deadline) {
			return
		}
		w.sleep(ctx, next)
	}
}

// sleep waits for a time, a nudge or the end.
func (w *worker) sleep(ctx context.Context, until time.Time) {
	timer := time.NewTimer(max(until.Sub(w.Now()), 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-w.wake:
	case <-timer.C:
	}
}

// round sends what is due, and says when the next is and how many messages are left.
func (w *worker) round(ctx context.Context) (next time.Time, left int) {
	next = w.Now().Add(lookAgain)
	pending, err := w.Store.PendingMessages(ctx, w.target.Name)
	if err != nil {
		if ctx.Err() == nil {
			w.Log.Error("notifications not read", zap.String("sender", w.target.Name), zap.Error(err))
		}
		return next, 1
	}
	waiting := map[roster.Incident]bool{} // for an earlier word about it
	for _, m := range pending {
		due := m.NextAttempt
		if due.Sub(w.Now()) > longestWait { // a clock said so that was ahead
			due = w.Now()
		}
		switch {
		case overtakes(m, waiting):
		case due.After(w.Now()) || w.Now().Before(w.rest):
			next = earliest(next, latest(due, w.rest))
		default:
			if due = w.attempt(ctx, m); due.IsZero() {
				continue
			}
			next = earliest(next, latest(due, w.rest))
		}
		left++
		for _, n := range m.Notices {
			waiting[n.Incident] = true
		}
	}
	return next, left
}

// overtakes reports whether a message would come before an earlier word about the
// same incident.
func overtakes(m roster.Message, waiting map[roster.Incident]bool) bool {
	for _, n := range m.Notices {
		if waiting[n.Incident] {
			return true
		}
	}
	return false
}

// attempt sends a message once, and returns when to try again; zero: it is sent.
// What is sent is noted although ctx may have ended meanwhile.
func (w *worker) attempt(ctx context.Context, m roster.Message) (again time.Time) {
	if ctx.Err() != nil {
		return m.NextAttempt
	}
	sending, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	err := w.target.Sender.Send(sending, m)
	keep := context.WithoutCancel(ctx)
	if partly, ok := errors.AsType[*Partly](err); ok {
		w.Log.Warn("notification not sent to everybody", zap.String("sender", w.target.Name), zap.String("message", m.ID), zap.Error(partly))
		err = nil
	}
	if err == nil {
		w.Metrics.sent(w.target.Name)
		if err = w.Store.MessageSent(keep, m.ID, w.Now()); err == nil {
			return time.Time{}
		}
		w.Log.Error("notification not noted as sent", zap.String("sender", w.target.Name), zap.Error(err))
		w.rest = w.Now().Add(longestWait) // it is sent again for want of a note, but not at once
		return w.rest
	}
	if ctx.Err() != nil { // told to stop, which is no fault of the sender
		return m.NextAttempt
	}
	return w.failed(keep, m, err)
}

// failed notes an attempt that failed.
func (w *worker) failed(ctx context.Context, m roster.Message, cause error) (again time.Time) {
	w.Metrics.failed(w.target.Name)
	wait := backoff(m.Attempts + 1)
	if asked, ok := errors.AsType[*Later](cause); ok {
		wait = min(max(wait, asked.Wait), longestWait)
		w.rest = w.Now().Add(wait)
	}
	again = w.Now().Add(wait)
	w.Log.Warn("notification not sent", zap.String("sender", w.target.Name), zap.String("message", m.ID),
		zap.Int("attempt", m.Attempts+1), zap.Duration("again_in", wait), zap.Error(cause))
	if err := w.Store.MessageFailed(ctx, m.ID, again); err != nil {
		w.Log.Error("notification not noted as failed", zap.String("sender", w.target.Name), zap.Error(err))
		w.rest = again
	}
	return again
}

// keep tells a Keeper what is open, of what it was told before.
func (w *worker) keep(ctx context.Context, keeper Keeper) {
	told, err := w.Store.Told(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.Log.Error("notifications not read", zap.String("sender", w.target.Name), zap.Error(err))
		}
		return
	}
	var open []roster.Notice
	for _, word := range told {
		if word.Sender == w.target.Name && !word.Pending {
			open = append(open, word.Notice)
		}
	}
	if len(open) == 0 {
		return
	}
	saying, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	if err := keeper.Keep(saying, open); err != nil && ctx.Err() == nil {
		w.Metrics.failed(w.target.Name)
		w.Log.Warn("open alerts not repeated", zap.String("sender", w.target.Name), zap.Error(err))
	}
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
