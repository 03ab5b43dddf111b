package app

import (
	"errors"
	"sync/atomic"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// clock is what runs say of this machine's clock. On a wrong day history would be
// forgotten that limits count, messages given up and reminders dated ahead.
type clock struct {
	looked  atomic.Bool // a run has ended, or none was due
	refused atomic.Bool // the last one that could tell did not believe it
}

// vouched reports whether nobody has a doubt.
func (c *clock) vouched() bool { return c.looked.Load() && !c.refused.Load() }

// ended notes how a run ended. One that did not reach Vitable takes no refusal back.
func (c *clock) ended(run roster.Run, err error) {
	switch {
	case errors.Is(err, reconcile.ErrClock):
		c.refused.Store(true)
	case cameThrough(run, err):
		c.refused.Store(false)
	}
	c.looked.Store(true)
}

// cameThrough reports whether a run has read everything and compared the clock with
// Vitable's.
func cameThrough(run roster.Run, err error) bool {
	switch run.Outcome {
	case "", roster.RunRunning, roster.RunInterrupted, roster.RunError, roster.RunAPI:
		return false
	}
	return err == nil
}
