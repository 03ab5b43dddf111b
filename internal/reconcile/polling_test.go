package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// maxPolls is the budget of the design for a request whose processing time is
// known.
const maxPolls = 12

func TestCompletionsAreSeenSoon(t *testing.T) {
	for _, took := range []time.Duration{
		50 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, 10 * time.Minute,
	} {
		t.Run(took.String(), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.box.SetProcessing(func(int) time.Duration { return took })
				w.hr.hire(north, "N1")
				w.settled()
				w.wantSeenSoon("without history", took)
				w.hr.hire(north, "N2")
				w.settled()
				w.wantSeenSoon("with history", took)
				if polls := w.polls(w.last(north).RequestID); polls > maxPolls {
					t.Errorf("with history it took %d polls, want %d at most", polls, maxPolls)
				}
				w.hr.hire(south, "S1")
				w.settled()
				if polls := w.polls(w.last(south).RequestID); polls > maxPolls {
					t.Errorf("with another group's history it took %d polls, want %d at most", polls, maxPolls)
				}
			})
		})
	}
}

// wantSeenSoon asserts that the last request of north, which took so long, was
// seen to be finished in time.
func (w *world) wantSeenSoon(how string, took time.Duration) {
	w.t.Helper()
	groups, err := w.store.Groups(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	seen := time.Time{}
	for _, g := range groups {
		if g.ExternalReferenceID == north {
			seen = g.Delivered.At
		}
	}
	finished := *w.last(north).Sync.ProcessedAt
	if late := seen.Sub(finished); late < 0 || late > took/10+time.Second {
		w.t.Errorf("%s a completion after %s was seen %s late", how, took, late)
	}
}

// A history that is somewhat wrong costs no more polls than the budget.
func TestProcessingTimesVary(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		times := []time.Duration{60, 75, 50, 90, 61, 40, 80}
		for i, seconds := range times {
			w.box.SetProcessing(func(int) time.Duration { return seconds * time.Second })
			w.hr.hire(north, fmt.Sprintf("N%d", i+1))
			w.settled()
			if polls := w.polls(w.last(north).RequestID); i > 0 && polls > maxPolls {
				t.Errorf("%ds took %d polls, want %d at most", seconds, polls, maxPolls)
			}
		}
	})
}

// A status that cannot be read is asked for again; it is no outcome.
func TestBrokenLooksAreRepeated(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for i, test := range looks() {
			w.box.SetFaults(test.fault)
			w.hr.hire(north, refs("N", i+1)[i])
			if run := w.run(); run.Outcome != roster.RunDone {
				t.Errorf("%s: the run is %s", test.name, run.Outcome)
			}
			w.wantMembers(north, refs("N", i+1)...)
			if n := w.tries(north); n != i+1 {
				t.Fatalf("%s: the roster was sent %d times", test.name, n-i)
			}
		}
		w.wantLawful()
	})
}
