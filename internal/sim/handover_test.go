package sim_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// shift is the time that a run of an instance was at work, for all that the other
// shards can know: of one that was killed they learn when it has been silent for a
// while.
type shift struct {
	in         *instance
	from, till time.Time
}

// silence is after how long a run that is not heard of no longer counts as being at work.
const silence = 30 * time.Second

// rosters notes who was at work.
func (l *laws) rosters(runs []*attempt) {
	for _, a := range runs {
		till := a.ended
		if a.disturbed {
			till = till.Add(silence)
		}
		l.shifts = append(l.shifts, shift{a.in, a.began, till})
	}
}

// handedOver is law 1 for whoever moves to a group of another shard: they are let go
// only when that shard has them, or is at work to take them. Otherwise they would be
// covered by nobody until it runs. A person may let go whom an old copy does not know.
func (l *laws) handedOver(entry sandbox.Entry, ref string, e evidence) error {
	one, told := e.told[ref]
	if !told || e.unseen(entry.Group, ref) || e.in.owns(one.group) || !one.covered(e.day) || slices.Contains(l.w.box.Members(one.group), ref) {
		return nil
	}
	gains := l.w.owner(one.group)
	there := slices.ContainsFunc(l.shifts, func(s shift) bool { return s.in == gains && !s.from.After(entry.At) && !s.till.Before(e.at) })
	if !there {
		return fmt.Errorf("law 1: %s was removed from %s to move to %s, and %s was not there to take them", ref, entry.Group, one.group, gains)
	}
	return nil
}

// unsendable reports whether somebody's row may be one that nobody can send.
func (e evidence) unsendable(one worker) bool {
	f := e.in.w.systems[one.source].flaw
	return one.broken || one.former || f == spoiled || f == conflict
}

// wasIn notes a group that somebody is in, or should be.
func (l *laws) wasIn(group, ref string) {
	if l.been[ref] == nil {
		l.been[ref] = map[*instance]bool{}
	}
	l.been[ref][l.w.owner(group)] = true
}

// elsewhere reports whether another shard can have somebody, or believe so.
func (l *laws) elsewhere(in *instance, ref string) bool {
	for other := range l.been[ref] {
		if other != in {
			return true
		}
	}
	return false
}
