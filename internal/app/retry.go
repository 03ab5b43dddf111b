package app

import (
	"sync"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// maxRetry is the longest wait before a run that left something undelivered is
// followed by another, beside the schedule.
const maxRetry = time.Hour

// retry asks for another run soon when one could not deliver everything for a
// reason that may pass: nobody should wait for the schedule because an answer
// was lost. The wait doubles until a run delivers everything.
type retry struct {
	first time.Duration

	mu    sync.Mutex
	wait  time.Duration
	timer *time.Timer
}

// undelivered reports whether a run left something that another one soon may deliver.
func undelivered(run roster.Run) bool {
	return run.Groups.Failed > 0 || run.Outcome == roster.RunAPI || run.Outcome == roster.RunError || run.Waiting
}

// after notes how a run ended; again is called once, later, if it was not good.
func (r *retry) after(undelivered bool, again func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	if !undelivered {
		r.wait = 0
		return
	}
	r.wait = min(max(2*r.wait, r.first), maxRetry)
	r.timer = time.AfterFunc(r.wait, again)
}

func (r *retry) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
}
