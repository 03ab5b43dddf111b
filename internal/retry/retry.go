// Package retry says how long to wait before a request is sent again: what the
// server asks for, or else a wait that grows.
package retry

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstWait = 500 * time.Millisecond
	longWait  = 8 * time.Second
)

// Patience is the longest wait that a server may ask for. Beyond it whoever
// asked gives up, and tries in the next run.
const Patience = time.Minute

// Backoff is how long to wait after the given attempt, the first being 1: half
// a second, doubled each time up to eight, less up to a half by chance so that
// many callers do not come back together.
func Backoff(try int) time.Duration {
	wait := min(firstWait<<(min(try, 30)-1), longWait)
	return wait - rand.N(wait/2)
}

// Sleep waits, or returns the context's error.
func Sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// After reads the header Retry-After, in seconds or as an HTTP date (RFC 9110,
// 10.2.3). A date that has passed gives a negative wait, and more seconds than a
// wait can have the longest one; what cannot be understood is as good as no header.
func After(header http.Header, now time.Time) (wait time.Duration, ok bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value != "" && strings.Trim(value, "0123456789") == "" {
		seconds, err := strconv.ParseInt(value, 10, 64)
		if err != nil || seconds > int64(math.MaxInt64/time.Second) {
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
