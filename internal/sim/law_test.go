package sim_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// evidence is all that a run could know when it began, and all that a person
// had allowed by then.
type evidence struct {
	run        int
	in         *instance // whose run it is
	at         time.Time
	day        string
	told       map[string]worker          // what the exports were meant to say, by reference_id
	unsaid     map[string]bool            // whose row is not in them all the same
	missed     map[string]int             // complete pulls in a row without a row, this one included
	torn       map[string]bool            // whose rows were seen to contradict each other before
	approved   map[string]map[string]bool // group -> reference_ids whom a person let go
	pinned     map[string]bool
	copied     bool                       // the state is an old copy
	known      map[string]map[string]bool // group -> who is in it by such a state; nothing but the eyes of a person keeps whom it does not know
	subscribed map[string]bool            // at Vitable, in whatever group
	rewired    bool                       // the mapping or the layout is not the one of the run before
	broken     bool                       // an export cannot be read
}

// laws judges what Vitable was told by nothing but the truth.
type laws struct {
	w        *world
	judged   int                         // ledger entries that were looked at
	pending  map[int]evidence            // accepted rosters that have not taken effect, by ledger number
	covered  map[string]map[string]bool  // group -> everybody who may have been subscribed in it these days
	sizes    map[int]map[string]int      // run -> group -> how many may have been subscribed in it when it was judged first
	lost     map[int]map[string][]string // run -> group -> removals that nobody approved
	absent   map[int]map[string]int      // run -> group -> how many of them were merely absent
	recent   map[string][]lapse          // group -> unapproved removals
	approval []approval
	kept     map[string]bool               // reference_ids whose removal a person rejected: they stay, and nobody is told any more
	old      map[*instance]bool            // where a backup was put back: it has movers where they were, and sends them in both groups rather than in none
	been     map[string]map[*instance]bool // reference_id -> whose groups they were ever in, or should be
	shifts   []shift                       // when who was at work
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

// approvals copies what people let pass so far in the groups of an instance.
func (l *laws) approvals(in *instance) (all []approval) {
	for _, a := range l.approval {
		if in.owns(a.group) {
			all = append(all, approval{a.group, maps.Clone(a.people), a.expires})
		}
	}
	return all
}

func newLaws(w *world) *laws {
	return &laws{
		w: w, pending: map[int]evidence{}, covered: map[string]map[string]bool{}, sizes: map[int]map[string]int{}, lost: map[int]map[string][]string{},
		absent: map[int]map[string]int{}, recent: map[string][]lapse{}, kept: map[string]bool{}, old: map[*instance]bool{},
		been: map[string]map[*instance]bool{},
	}
}

// before is the evidence for a run of an instance that is about to begin.
func (l *laws) before(in *instance, counts bool) evidence {
	w := l.w
	e := evidence{
		run: w.runs, in: in, at: w.now(), day: w.today(0), told: map[string]worker{}, unsaid: map[string]bool{},
		approved: map[string]map[string]bool{}, pinned: maps.Clone(in.pinned), subscribed: map[string]bool{}, rewired: in.rewired(),
	}
	for _, s := range w.systems {
		e.broken = e.broken || s.flaw.broken()
		for _, one := range s.told {
			e.told[one.ref] = one
			l.wasIn(one.group, one.ref)
		}
		for _, ref := range s.unsaid {
			e.unsaid[ref] = true
		}
	}
	l.countAbsences(e, counts)
	e.missed, e.torn = maps.Clone(in.complete), maps.Clone(in.torn)
	for _, a := range l.approval {
		if e.at.Before(a.expires) {
			if e.approved[a.group] == nil {
				e.approved[a.group] = map[string]bool{}
			}
			maps.Copy(e.approved[a.group], a.people)
		}
	}
	if e.copied = l.old[in]; e.copied {
		e.known = in.knownByGroup()
	}
	for group, members := range w.members() {
		l.mayBeCovered(group, members...)
		for _, ref := range members {
			e.subscribed[ref] = true
			l.wasIn(group, ref)
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
			e.in.complete[ref]++
		}
	}
}

// present ends the count of everybody who has a row, after a run that lived to
// remember it.
func (l *laws) present(e evidence) {
	for ref, one := range e.told {
		if !e.broken && e.has(ref) {
			e.in.complete[ref], e.in.torn[ref] = 0, one.former
		}
	}
}

// whole forgets contradictions that a run may have seen to be gone.
func (l *laws) whole(e evidence) {
	for ref, one := range e.told {
		if !one.former {
			delete(e.in.torn, ref)
		}
	}
}

// mistaken reports whether all that a run could know of somebody was an earlier
// employment of theirs, which ended: their own row is missing, and was never seen
// beside that one.
func (e evidence) mistaken(told worker) bool {
	return told.former && e.unsaid[told.ref] && !e.torn[told.ref]
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
func (l *laws) after(runs []*attempt) error {
	l.rosters(runs)
	ledger := l.w.box.Ledger()
	known := map[*instance]evidence{}
	for _, a := range runs {
		known[a.in] = a.known
	}
	for _, entry := range ledger[l.judged:] {
		if entry.Sync != nil {
			e, ran := known[l.w.owner(entry.Group)]
			if !ran {
				return fmt.Errorf("law 5: %s is sent, and %s does not run", entry.Group, l.w.owner(entry.Group))
			}
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
			if err := errors.Join(l.removal(entry, ref, known), l.handedOver(entry, ref, known)); err != nil {
				return err
			}
		}
		if err := l.limits(entry, known); err != nil {
			return err
		}
	}
	if found := slices.DeleteFunc(l.w.box.Violations(), l.ofOldCopy); len(found) > 0 {
		return fmt.Errorf("law 5: %s", strings.Join(found, "; "))
	}
	return nil
}

// ofOldCopy reports whether a violation has to do with a group of an instance that has
// an old copy: it has people where they were, and other shards where they are.
func (l *laws) ofOldCopy(violation string) bool {
	return slices.ContainsFunc(allGroups(), func(group string) bool {
		return l.old[l.w.owner(group)] && strings.Contains(violation, group)
	})
}

// removal is law 1: somebody lost coverage in a group, and there must be proof.
func (l *laws) removal(entry sandbox.Entry, ref string, e evidence) error {
	group := entry.Group
	approved := e.approved[group][ref]
	told, has := e.told[ref]
	if e.pinned[ref] && !e.unseen(group, ref) {
		return fmt.Errorf("law 1: %s was removed from %s and is pinned", ref, group)
	}
	absent := false
	switch {
	case !has && l.cameBack(entry, ref, e) && !approved:
		return fmt.Errorf("law 1: %s was removed from %s, came under another reference_id, and nobody approved it", ref, group)
	case !has && !approved && e.missed[ref] < 2:
		return fmt.Errorf("law 1: %s was removed from %s after %d complete pulls without them", ref, group, e.missed[ref])
	case !has:
		absent = true
	case told.covered(e.day) && told.group == group && !l.changesPlan(told, e) && !e.mistaken(told):
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

// unseen reports whether a person approved a roster without somebody of whom the old copy
// of the database does not know: no pin and no move keeps them.
func (e evidence) unseen(group, ref string) bool {
	return e.copied && e.approved[group][ref] && !e.known[group][ref]
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
// reference_id, and not yet covered under that when they were removed.
func (l *laws) cameBack(entry sandbox.Entry, ref string, e evidence) bool {
	serial, known := l.w.serials[ref]
	for _, other := range e.told {
		if known && other.serial == serial && other.ref != ref && other.covered(e.day) && !e.subscribed[other.ref] && !l.addedBefore(entry.At, other.ref) {
			return true
		}
	}
	return false
}

// addedBefore reports whether somebody was added before a moment: by another shard, beside
// the run that is judged.
func (l *laws) addedBefore(at time.Time, ref string) bool {
	return slices.ContainsFunc(l.w.box.Ledger(), func(entry sandbox.Entry) bool {
		return entry.Sync != nil && entry.Sync.ProcessedAt != nil && entry.Sync.ProcessedAt.Before(at) && slices.Contains(entry.Sync.Added, ref)
	})
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
	size, all, gone := l.size(e.run, entry.Group), 0, 0
	for group := range l.covered {
		if e.in.owns(group) { // shards know nothing of each other's people, and each has a limit of its own
			all += l.size(e.run, group)
			gone += len(l.lost[e.run][group])
		}
	}
	bound := func(count int, percent float64, of int) int {
		share := min(count, int(math.Floor(percent*float64(of)/100)))
		if of-len(entry.Sync.Added) < 20 { // a small group may lose two, and one whom this roster adds was not in it
			return max(2, share)
		}
		return share
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

// size is how many may have been subscribed in a group when a run sent: a roster of it may
// take effect long after the others, when those who left are forgotten.
func (l *laws) size(run int, group string) int {
	if l.sizes[run] == nil {
		l.sizes[run] = map[string]int{}
	}
	l.sizes[run][group] = max(l.sizes[run][group], len(l.covered[group]))
	return l.sizes[run][group]
}

// truth is law 7: what the run says of itself is so, in the groups that are its own.
// Whoever it says to wait for another shard may be where they were: in a group of its
// own that they leave when that shard takes them, or in one of that shard. An old copy
// may have somebody who moves between two groups of this one, and they wait for it. Of
// whoever cannot be sent the shard tells that has them.
func (l *laws) truth(a *attempt) error {
	run, e := a.made, a.known
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
	for _, in := range l.w.instances {
		maps.Copy(stays, in.pinned)
	}
	for ref, one := range e.told {
		waits := l.elsewhere(e.in, ref) && (run.Waiting || e.unsendable(one))
		if e.in.owns(one.group) && one.covered(e.day) && !e.unsaid[ref] && !stays[ref] && !waits && !slices.Contains(a.left[one.group], ref) {
			return fmt.Errorf("law 7: the run of %s exits with 0, and %s is not covered in %s", e.in, ref, one.group)
		}
	}
	for group, members := range a.left {
		for _, ref := range members {
			one, told := e.told[ref]
			waits := run.Waiting && one.covered(e.day) && l.elsewhere(e.in, ref)
			if e.in.owns(group) && told && !e.unsaid[ref] && (!one.covered(e.day) || one.group != group) && !stays[ref] && !waits {
				return fmt.Errorf("law 7: the run of %s exits with 0, and %s is still covered in %s", e.in, ref, group)
			}
		}
	}
	return nil
}

// restored forgets what a restored rosterd cannot know: decisions of people since
// the copy was made, and who left during the last week.
func (l *laws) restored(in *instance) {
	l.old[in] = true
	l.approval = slices.DeleteFunc(l.approval, func(a approval) bool { return in.owns(a.group) })
	l.approval = append(l.approval, in.approvedThen...)
	maps.DeleteFunc(l.recent, func(group string, _ []lapse) bool { return in.owns(group) })
	maps.DeleteFunc(l.pending, func(_ int, e evidence) bool { return e.in == in })
}

// forget ends the memory of who may have been covered in the groups of an instance:
// what was sent is known by now, or will be sent again. What has not taken effect may
// still, for all that rosterd knows: it counts with who is there and with who would be.
func (l *laws) forget(in *instance) {
	maps.DeleteFunc(l.covered, func(group string, _ map[string]bool) bool { return in.owns(group) })
	ledger := l.w.box.Ledger()
	for _, number := range slices.Sorted(maps.Keys(l.pending)) {
		if entry := ledger[number-1]; in.owns(entry.Group) {
			l.mayBeCovered(entry.Group, entry.Sync.Members...)
			l.mayBeCovered(entry.Group, l.w.box.Members(entry.Group)...)
		}
	}
}
