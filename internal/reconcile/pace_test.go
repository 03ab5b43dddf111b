package reconcile_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
)

func pace() reconcile.Pace { return reconcile.Pace{Initial: time.Second, Max: 30 * time.Second} }

// durations are processing times from 1 ms to 5 h, dense enough to meet every
// branch.
func durations() []time.Duration {
	var all []time.Duration
	for d := time.Millisecond; d < 5*time.Hour; d += d/17 + time.Millisecond {
		all = append(all, d)
	}
	return all
}

func TestFirstLook(t *testing.T) {
	if got := pace().First(0); got != time.Second {
		t.Errorf("where nothing is known the first look is after %s, want the initial wait", got)
	}
	for _, expected := range durations() {
		first := pace().First(expected)
		if first <= expected || first-expected > expected/10+time.Second {
			t.Errorf("expected after %s, the first look is after %s: want a little later", expected, first)
		}
	}
}

// Looking is neither too rare nor a busy loop, and never comes closer together.
func TestWaitBetweenLooks(t *testing.T) {
	previous := time.Duration(0)
	for _, elapsed := range durations() {
		wait := pace().Next(elapsed)
		if wait <= 0 || wait > elapsed/10+time.Second || wait > pace().Max {
			t.Errorf("%s after acceptance the wait is %s", elapsed, wait)
		}
		if wait < previous {
			t.Errorf("%s after acceptance the wait is %s, shorter than before", elapsed, wait)
		}
		previous = wait
	}
}

// Whatever the processing time, with or without history: the look that finds it
// finished comes within a tenth of it and a second.
func TestLooksFindTheEnd(t *testing.T) {
	for _, took := range durations() {
		for _, expected := range []time.Duration{0, took, took * 9 / 10} {
			at, looks := pace().First(expected), 1
			for at < took {
				at += pace().Next(at)
				looks++
			}
			if late := at - took; late > took/10+time.Second {
				t.Errorf("finished after %s, expected after %s: seen %s late", took, expected, late)
			}
			if expected > 0 && took <= 5*time.Minute && looks > maxPolls {
				t.Errorf("finished after %s, expected after %s: %d looks", took, expected, looks)
			}
		}
	}
}
