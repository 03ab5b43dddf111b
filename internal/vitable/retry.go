package vitable

import (
	"cmp"
	"context"

	"github.com/rosterd/rosterd/internal/retry"
	"github.com/rosterd/rosterd/internal/roster"
)

// do makes a call: as many attempts as classify and the call allow, spaced out,
// at the client's pace. parse takes the body of an answer that succeeded and
// says what is wrong with it.
func (c *Client) do(ctx context.Context, k call, target string, body []byte, parse func([]byte) error) error {
	for try := 1; ; try++ {
		if err := c.limiter.Wait(ctx); err != nil {
			return unsent(ctx, k)
		}
		failed := c.attempt(ctx, k, target, body, parse)
		if failed == nil {
			return nil
		}
		wait := max(failed.retryAfter, retry.Backoff(try))
		if !failed.again || try == k.tries() || failed.retryAfter > retry.Patience {
			return failed
		}
		if retry.Sleep(ctx, wait) != nil {
			return unsent(ctx, k)
		}
	}
}

// unsent is the error of a call that ended while it waited for its turn. Only
// what certainly was not accepted is sent again, so whatever attempts went
// before, nothing was.
func unsent(ctx context.Context, k call) *Error {
	// The limiter gives up before the deadline when its turn would come after.
	reason := cmp.Or(ctx.Err(), context.DeadlineExceeded)
	return &Error{Call: k.String(), fate: roster.FateUnreached, err: reason}
}
