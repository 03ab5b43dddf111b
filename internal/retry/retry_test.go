package retry_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/retry"
)

func TestAfter(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, value string
		wait        time.Duration
		ok          bool
	}{
		{"none", "", 0, false},
		{"seconds", " 7 ", 7 * time.Second, true},
		{"zero", "0", 0, true},
		{"the longest", "60", time.Minute, true},
		{"beyond patience", "61", 61 * time.Second, true},
		{"more than a number holds", "99999999999999999999999", math.MaxInt64, true},
		{"negative", "-5", 0, false},
		{"a fraction", "1.5", 0, false},
		{"words", "soon", 0, false},
		{"a date", "Mon, 02 Nov 2026 09:00:20 GMT", 20 * time.Second, true},
		{"a date that has passed", "Mon, 02 Nov 2026 08:00:00 GMT", -time.Hour, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wait, ok := retry.After(http.Header{"Retry-After": {tt.value}}, now)
			if wait != tt.wait || ok != tt.ok {
				t.Errorf("wait %s, %t; want %s, %t", wait, ok, tt.wait, tt.ok)
			}
		})
	}
}

func TestBackoffGrowsUpToALimit(t *testing.T) {
	for try, longest := range map[int]time.Duration{1: time.Second / 2, 2: time.Second, 4: 4 * time.Second, 5: 8 * time.Second, 100: 8 * time.Second} {
		for range 50 {
			if wait := retry.Backoff(try); wait < longest/2 || wait > longest {
				t.Fatalf("after attempt %d the wait is %s, want %s to %s", try, wait, longest/2, longest)
			}
		}
	}
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if err := retry.Sleep(t.Context(), time.Minute); err != nil || time.Since(begun) != time.Minute {
			t.Errorf("slept %s, %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun = time.Now()
		if err := retry.Sleep(ctx, time.Minute); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("slept %s, %v; want a second and that time is up", time.Since(begun), err)
		}
	})
}
