package sim_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// evidence is all that a run could know when it began, and all that a person
// had allowed by then.
type evidence struct {
	run        int
	at         time.Time
	day        string
	told       map[string]worker          // what the exports were meant to say, by reference_id
	unsaid     map[string]bool            // whose row is not in them all the same
	missed     map[string]int             // complete pulls in a row without a row, this one included
	approved   map[string]map[string]bool // group -> reference_ids whom a person let go
	pinned     map[string]bool
	subscribed map[string]bool // at Vitable, in whatever group
	rewired    bool            // the mapping or the layout is not the one of the run before
	broken     bool            // an export cannot be read
}

// laws judges what Vitable was told by nothing but the truth.
type laws struct {
	w        *world
	judged   int                         // ledger entries that were looked at
	pending  map[int]evidence            // accepted rosters that have not taken effect, by ledger number
	covered  map[string]map[string]bool  // group -> everybody who may have been subscribed in it these days
	lost     map[int]map[string][]string // run -> group -> removals that nobody approved
	absent   map[int]map[string]int      // run -> group -> how many of them were merely absent
	recent   map[string][]lapse          // group -> unapproved removals
	complete map[string]int              // reference_id -> complete pulls in a row without a row
	approval []approval
	kept     map[string]bool // reference_ids whose removal a person rejected: they stay, and nobody is told any more
	old      bool            // a backup was put back: it has movers where they were, and sends them in both groups rather than in none
}

type lapse struct {
	at  time.Time
	ref string
}

// approval is what a person let pass.
type approval struct {
	group   string
	people  map[string]bool
	expires time.Time
}

// allow notes what a person lets pass. Those who are gone already, by a roster of
// which nobody heard, they let go by it too.
func (l *laws) allow(a approval) {
	l.approval = append(l.approval, a)
	for ref := range a.people {
		delete(l.kept, ref)
	}
	l.recent[a.group] = slices.DeleteFunc(l.recent[a.group], func(gone lapse) bool { return a.people[gone.ref] })
}

// reject notes whom a person keeps.
func (l *laws) reject(people map[string]bool) { maps.Copy(l.kept, people) }

// approvals copies what people let pass so far.
func (l *laws) approvals() []approval {
	all := slices.Clone(l.approval)
	for i := range all {
		all[i].people = maps.Clone(all[i].people)
	}
	return all
}

func newLaws(w *world) *laws {
	return &laws{
		w: w, pending: map[int]evidence{}, covered: map[string]map[string]bool{}, lost: map[int]map[string][]string{},
		absent: map[int]map[string]int{}, recent: map[string][]lapse{}, complete: map[string]int{},
		kept: map[string]bool{},
	}
}

// before is the evidence for a run that is about to begin.
func (l *laws) before(counts bool) evidence {
	w := l.w
	e := evidence{
		run: w.runs, at: w.now(), day: w.today(0), told: map[string]worker{}, unsaid: map[string]bool{},
		approved: map[string]map[string]bool{}, pinned: maps.Clone(w.pinned), subscribed: map[string]bool{}, rewired: len(w.looks) > 0 && !w.looks[w.look()],
	}
	for _, s := range w.systems {
		e.broken = e.broken || s.flaw.broken()
		for _, one := range s.told {
			e.told[one.ref] = one
		}
		for _, ref := range s.unsaid {
			e.unsaid[ref] = true
		}
	}
	l.countAbsences(e, counts)
	e.missed = maps.Clone(l.complete)
	for _, a := range l.approval {
		if e.at.Before(a.expires) {
			if e.approved[a.group] == nil {
				e.approved[a.group] = map[string]bool{}
			}
			maps.Copy(e.approved[a.group], a.people)
		}
	}
	for _, group := range []string{north, south, east, west} {
		l.mayBeCovered(group, w.box.Members(group)...)
		for _, ref := range w.box.Members(group) {
			e.subscribed[ref] = true
		}
	}
	return e
}

// countAbsences counts a complete pull for everybody who has no row in it.
func (l *laws) countAbsences(e evidence, counts bool) {
	if e.broken || !counts {
		return
	}
	for ref := range l.w.serials {
		if !e.has(ref) {
			l.complete[ref]++
		}
	}
}

// present ends the count of everybody who has a row, after a run that lived to
// remember it.
func (l *laws) present(e evidence) {
	for ref := range e.told {
		if !e.broken && e.has(ref) {
			l.complete[ref] = 0
		}
	}
}

// has reports whether somebody has a row.
func (e evidence) has(ref string) bool {
	_, told := e.told[ref]
	return told && !e.unsaid[ref]
}

func (l *laws) mayBeCovered(group string, refs ...string) {
	if l.covered[group] == nil {
		l.covered[group] = map[string]bool{}
	}
	for _, ref := range refs {
		l.covered[group][ref] = true
	}
}

// after judges what happened since: every roster that took effect, by the
// evidence of the run that sent it.
func (l *laws) after(e evidence) error {
	ledger := l.w.box.Ledger()
	for _, entry := range ledger[l.judged:] {
		if entry.Sync != nil {
			l.pending[entry.Number] = e
			l.mayBeCovered(entry.Group, entry.Sync.Members...)
		}
	}
	l.judged = len(ledger)
	for _, number := range slices.Sorted(maps.Keys(l.pending)) {
		entry := ledger[number-1]
		if entry.Sync.ProcessedAt == nil {
			continue
		}
		known := l.pending[number]
		delete(l.pending, number)
		for _, ref := range entry.Sync.Removed {
			if err := l.removal(entry.Group, ref, known); err != nil {
				return err
			}
		}
		if err := l.limits(entry, known); err != nil {
			return err
		}
	}
	if found := l.w.box.Violations(); len(found) > 0 && !l.old {
		return fmt.Errorf("law 5: %s", strings.Join(found, "; "))
	}
	return nil
}

// removal is law 1: somebody lost coverage in a group, and there must be proof.
func (l *laws) removal(group, ref string, e evidence) error {
	approved := e.approved[group][ref]
	told, has := e.told[ref]
	if e.pinned[ref] && !(approved && l.keptElsewhere(group, ref)) {
		return fmt.Errorf("law 1: %s was removed from %s and is pinned", ref, group)
	}
	absent := false
	switch {
	case !has && l.cameBack(ref, e) && !approved:
		return fmt.Errorf("law 1: %s was removed from %s, came under another reference_id, and nobody approved it", ref, group)
	case !has && !approved && e.missed[ref] < 2:
		return fmt.Errorf("law 1: %s was removed from %s after %d complete pulls without them", ref, group, e.missed[ref])
	case !has:
		absent = true
	case told.covered(e.day) && told.group == group && !l.changesPlan(told, e):
		return fmt.Errorf("law 1: %s was removed from %s and is employed there (row in the export: %v)", ref, group, !e.unsaid[ref])
	case e.rewired && !approved && told.covered(e.day):
		return fmt.Errorf("law 1: %s was removed from %s after a change of the configuration, and nobody approved it", ref, group)
	}
	if approved {
		l.use(group, ref)
		return nil
	}
	if l.lost[e.run] == nil {
		l.lost[e.run], l.absent[e.run] = map[string][]string{}, map[string]int{}
	}
	l.lost[e.run][group] = append(l.lost[e.run][group], ref)
	if absent {
		l.absent[e.run][group]++
	}
	l.recent[group] = append(l.recent[group], lapse{e.at, ref})
	return nil
}

// keptElsewhere reports whether a copy of the database from before somebody moved
// here has them where they were, and keeps them there: it cannot know that they are
// here, and a person let the roster without them pass.
func (l *laws) keptElsewhere(group, ref string) bool {
	for other, people := range l.covered {
		if l.old && other != group && people[ref] {
			return true
		}
	}
	return false
}

// use takes somebody who left out of the approvals: each lets them go once.
func (l *laws) use(group, ref string) {
	for _, a := range l.approval {
		if a.group == group {
			delete(a.people, ref)
		}
	}
}

// cameBack reports whether the same person is in the exports under another
// reference_id, and not yet covered under that.
func (l *laws) cameBack(ref string, e evidence) bool {
	serial, known := l.w.serials[ref]
	for _, other := range e.told {
		if known && other.serial == serial && other.ref != ref && other.covered(e.day) && !e.subscribed[other.ref] {
			return true
		}
	}
	return false
}

// changesPlan reports whether somebody may leave for a moment, to come back on
// another plan.
func (l *laws) changesPlan(told worker, e evidence) bool {
	return l.w.story.Setup.PlanChange == "readd" && l.w.plans[told.ref] != told.plan
}

// limits is the second half of law 1: what no person approved stays within
// them. They are written here once more, from the design.
func (l *laws) limits(entry sandbox.Entry, e evidence) error {
	if unapproved := l.lost[e.run][entry.Group]; len(entry.Sync.Members) == 0 && len(unapproved) > 0 {
		return fmt.Errorf("law 1: %s is empty, and nobody approved that %v leave", entry.Group, unapproved)
	}
	if l.w.story.Setup.Lax || l.lost[e.run] == nil {
		return nil
	}
	size, all, gone := len(l.covered[entry.Group]), 0, 0
	for group, people := range l.covered {
		all += len(people)
		gone += len(l.lost[e.run][group])
	}
	bound := func(count int, percent float64, of int) int {
		share := int(math.Floor(percent * float64(of) / 100))
		if of < 20 {
			return 2
		}
		return min(count, share)
	}
	lost, absent := l.lost[e.run][entry.Group], l.absent[e.run][entry.Group]
	left := map[string]bool{} // who left, came back and left again is one
	for _, lapse := range l.recent[entry.Group] {
		if e.at.Sub(lapse.at) < 7*24*time.Hour {
			left[lapse.ref] = true
		}
	}
	week := len(left)
	switch {
	case len(lost) > bound(25, 10, size):
		return fmt.Errorf("law 1: %d people left %s of about %d in one run, and nobody approved it: %v", len(lost), entry.Group, size, lost)
	case absent > bound(5, 5, size):
		return fmt.Errorf("law 1: %d absent people left %s of about %d in one run, and nobody approved it", absent, entry.Group, size)
	case gone > max(2, all/10):
		return fmt.Errorf("law 1: %d people of about %d lost coverage in one run, and nobody approved it", gone, all)
	case week > max(2, (size+week)/5):
		return fmt.Errorf("law 1: %d people left %s of about %d within 7 days, and nobody approved it", week, entry.Group, size)
	}
	return nil
}

// truth is law 7: what the run says of itself is so.
func (l *laws) truth(run roster.Run, e evidence) error {
	w := l.w
	if e.broken && !slices.Contains([]int{1, 5, 8}, run.ExitCode) {
		return fmt.Errorf("law 7: an export cannot be read, and the run exits with %d", run.ExitCode)
	}
	if run.ExitCode != 0 {
		return nil
	}
	if run.Failures > 0 || run.Holds > 0 || run.Groups.Failed > 0 || run.Groups.Blocked > 0 {
		return fmt.Errorf("law 7: the run exits with 0, and %d failures and %d holds are open", run.Failures, run.Holds)
	}
	stays := maps.Clone(l.kept)
	maps.Copy(stays, e.pinned)
	for ref, one := range e.told {
		if one.covered(e.day) && !e.unsaid[ref] && !stays[ref] && !slices.Contains(w.box.Members(one.group), ref) {
			return fmt.Errorf("law 7: the run exits with 0, and %s is not covered in %s", ref, one.group)
		}
	}
	for _, group := range []string{north, south, east, west} {
		for _, ref := range w.box.Members(group) {
			one, told := e.told[ref]
			if told && !e.unsaid[ref] && (!one.covered(e.day) || one.group != group) && !stays[ref] {
				return fmt.Errorf("law 7: the run exits with 0, and %s is still covered in %s", ref, group)
			}
		}
	}
	return nil
}

// restored forgets what a restored rosterd cannot know: decisions of people since
// the copy was made, and who left during the last week.
func (l *laws) restored(approvals []approval) {
	l.approval, l.old = approvals, true
	clear(l.recent)
	clear(l.pending)
}

// forget ends the memory of who may have been covered: what was sent is known
// by now, or will be sent again. What has not taken effect may still, for all that
// rosterd knows: it counts with who is there and with who would be.
func (l *laws) forget() {
	l.covered = map[string]map[string]bool{}
	for _, number := range slices.Sorted(maps.Keys(l.pending)) {
		entry := l.w.box.Ledger()[number-1]
		l.mayBeCovered(entry.Group, entry.Sync.Members...)
		l.mayBeCovered(entry.Group, l.w.box.Members(entry.Group)...)
	}
}
