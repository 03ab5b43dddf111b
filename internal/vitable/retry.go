package vitable

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

const (
	firstWait = 500 * time.Millisecond
	longWait  = 8 * time.Second
	// patience is the longest Retry-After that is waited for. Beyond it the run
	// gives up and the next one tries.
	patience = time.Minute
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
		wait := max(failed.retryAfter, backoff(try))
		if !failed.again || try == k.tries() || failed.retryAfter > patience {
			return failed
		}
		if sleep(ctx, wait) != nil {
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

// backoff is how long to wait after the given attempt, the first being 1: half
// a second, doubled each time up to eight, less up to a half by chance so that
// many groups do not come back together.
func backoff(try int) time.Duration {
	wait := min(firstWait<<(try-1), longWait)
	return wait - rand.N(wait/2)
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// retryAfter reads the header of that name, in seconds or as an HTTP date. A
// date that has passed gives a negative wait; what cannot be understood is as
// good as no header.
func retryAfter(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(patience/time.Second) {
			return math.MaxInt64, true
		}
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return at.Sub(now), true
}
