package reconcile

import (
	"cmp"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// Pace says when to look at a request again.
type Pace struct {
	Initial time.Duration // before the first look, where nothing is known
	Max     time.Duration // between two looks at most
}

// soonest is the earliest first look: sooner would ask before an answer can be.
const soonest = 10 * time.Millisecond

// First is how long after acceptance the first look is worth it, for a request
// that is expected to take this long (0: not known). A little late, so that
// most requests are found finished at the first look.
func (p Pace) First(expected time.Duration) time.Duration {
	if expected == 0 {
		return p.Initial
	}
	return expected + expected/32 + soonest
}

// Next is how long to wait after a look that came elapsed after acceptance: a
// tenth of that and up to a second, so a completion is seen within 10 % of its
// processing time and one second. Young requests are looked at sooner: a first
// look that came a little early should not cost a second.
func (p Pace) Next(elapsed time.Duration) time.Duration {
	return min(p.Max, elapsed/10+max(soonest, min(p.Initial, time.Second, elapsed/2)))
}

// expect guesses how long Vitable takes for a roster of this size, from this
// group's history or else from the group of the nearest size; 0 when nothing
// is known.
func expect(group string, size int, states map[string]roster.GroupState) time.Duration {
	if own := states[group]; own.Took > 0 {
		return own.Took
	}
	var known []roster.GroupState
	for _, state := range states {
		if state.Took > 0 {
			known = append(known, state)
		}
	}
	if len(known) == 0 {
		return 0
	}
	distance := func(s roster.GroupState) int { return max(s.TookMembers-size, size-s.TookMembers) }
	return slices.MinFunc(known, func(a, b roster.GroupState) int {
		return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a.ExternalReferenceID, b.ExternalReferenceID))
	}).Took
}

// smooth mixes a new duration into the remembered one.
func smooth(before, now time.Duration) time.Duration {
	if before == 0 {
		return now
	}
	return (before + now) / 2
}
