package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Make plans every group: what each should have (from the sources), what it
// has (from the baselines), what the guard lets pass, and what to do about it.
//
//	people -> census -> a draft for each group -> guard -> moves -> decisions
//
// The output depends on nothing but the input and is sorted.
func Make(in Input) Plan {
	p := begin(in, nil)
	return join(in, p.m.census.Nameless, p.end(in.overRunLimit(p.people, p.leaving)))
}

// part is the plan of some groups that has come as far as it can without the
// others: how many people leave all of them together is not known yet.
type part struct {
	m       *maker
	people  int // enrolled in its groups
	leaving int // without a person's approval
}

// begin plans the named groups, or all where there are none, up to the limit of
// the run. The people and the baselines of in are those of these groups, and
// nobody in them is in any other.
func begin(in Input, groups []string) *part {
	m := &maker{in: in, groups: groups, census: NewCensus(in.People), drafts: map[string]*draft{}}
	for source, n := range in.Nameless {
		m.census.Nameless[source] += n
	}
	m.enrolledIn = m.indexEnrolled()
	m.draftAll()
	people, leaving := m.guardGroups()
	return &part{m, people, leaving}
}

// end plans the rest. over says that more people would leave in this run than
// may without a person's approval.
func (p *part) end(over bool) Plan {
	if over {
		p.m.keepEverybody()
	}
	p.m.settleMoves()
	return p.m.plan()
}

// overRunLimit reports whether too many people would leave all groups together.
func (in *Input) overRunLimit(people, leaving int) bool {
	for _, gone := range in.RemovedNow {
		leaving += gone.People
	}
	return leaving > 0 && leaving > in.Limits.AllowedInRun(people)
}

// join makes one plan of parts.
func join(in Input, nameless map[string]int, parts ...Plan) Plan {
	p := Plan{ConfigHash: in.ConfigHash}
	for _, part := range parts {
		p.Groups = append(p.Groups, part.Groups...)
		p.Failures = append(p.Failures, part.Failures...)
	}
	p.Failures = append(p.Failures, namelessFailure(nameless)...)
	slices.SortFunc(p.Groups, func(a, b Group) int { return cmp.Compare(a.ExternalReferenceID, b.ExternalReferenceID) })
	slices.SortFunc(p.Failures, func(a, b roster.Failure) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.ReferenceID, b.ReferenceID), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Operation, b.Operation))
	})
	return p
}

type maker struct {
	in         Input
	groups     []string // that the plan is about; nil: all
	census     Census
	drafts     map[string]*draft
	order      []string                  // names of drafts, sorted
	enrolledIn map[string][]string       // reference_id -> groups, sorted
	successor  map[string]*roster.Person // absent enrolled reference_id -> the new row that looks like them
	replaces   map[string][]string       // new reference_id -> absent enrolled ones
	strays     []roster.Failure          // of people who have no draft
}

// indexEnrolled finds the groups of every enrolled person.
func (m *maker) indexEnrolled() map[string][]string {
	index := map[string][]string{}
	for _, group := range slices.Sorted(maps.Keys(m.in.Baselines)) {
		for i := range m.in.Baselines[group].Members {
			ref := m.in.Baselines[group].Members[i].Member.ReferenceID
			index[ref] = append(index[ref], group)
		}
	}
	return index
}

// draftAll makes a draft for every group that has people, then or now.
func (m *maker) draftAll() {
	byGroup := m.census.byGroup()
	m.findRekeyed()
	names := map[string]bool{}
	for group := range m.in.Baselines {
		names[group] = true
	}
	for _, group := range m.remembered() {
		names[group] = true
	}
	for group, people := range byGroup {
		if m.in.owns(group) && m.exists(group) && slices.ContainsFunc(people, func(p *roster.Person) bool { return p.Standing == roster.StandingIn || len(p.Problems) > 0 }) {
			names[group] = true
		}
	}
	m.order = slices.Sorted(maps.Keys(names))
	for _, name := range m.order {
		d := m.newDraft(name, m.in.Baselines[name].Members)
		m.drafts[name] = d
		d.stays = make([]roster.Enrolled, 0, len(d.base))
		d.adds = make([]addition, 0, max(0, len(byGroup[name])-len(d.base)))
		for i := range d.base {
			m.draftEnrolled(d, &d.base[i])
		}
		for _, p := range byGroup[name] {
			m.draftNew(d, p)
		}
	}
	for _, group := range slices.Sorted(maps.Keys(byGroup)) {
		if m.drafts[group] == nil && m.in.owns(group) {
			m.reportStrays(byGroup[group])
		}
	}
	// Only now are all drafts known, so whether one can be sent can be told.
	for _, name := range m.order {
		m.drafts[name].block = m.blocked(m.drafts[name])
	}
}

// remembered are the groups of this plan that have a state.
func (m *maker) remembered() []string {
	if m.groups == nil {
		return slices.Collect(maps.Keys(m.in.States))
	}
	return slices.DeleteFunc(slices.Clone(m.groups), func(group string) bool {
		_, ok := m.in.States[group]
		return !ok
	})
}

// draftEnrolled puts one enrolled person where the truth table says.
func (m *maker) draftEnrolled(d *draft, e *roster.Enrolled) {
	if d.state.RestoredAfter > 0 {
		known := *e
		known.PlanID = "" // it may have changed since the copy was made
		e = &known
	}
	ref := e.Member.ReferenceID
	p := m.census.Person(ref)
	problem := m.disbelieved(d, e, p, m.obstacle(p))
	heir := m.successor[ref]
	missed := 0
	switch {
	case p == nil && heir == nil:
		if missed = m.missed(d, e); missed > 0 {
			d.absent[ref] = missed
		}
	case p == nil && (m.obstacle(heir).Kind != "" || !m.in.owns(heir.Group)):
		problem = roster.Problem{Kind: roster.Rekeyed}
	}
	if m.fromShrunk(d, e) && !m.fromNameless(d, e) {
		missed = m.in.Limits.AbsencePulls // held at once, so that a person can look; the count goes on as it was
	}
	t := treatEnrolled(e, d.name, p, problem, heir != nil, missed, m.in.Limits)
	d.report(ref, p, heir, t.problem)
	switch t.kind {
	case keepRow:
		d.keep(e, p)
	case carryLast:
		d.waiting = d.waiting || t.why == roster.CarriedAbsent
		d.stay(*e, t.why)
	case leaveOut:
		m.leave(d, *e, p, heir, t.class)
	}
}

// leave notes a removal, or a carry where the person is pinned.
func (m *maker) leave(d *draft, e roster.Enrolled, p, heir *roster.Person, class roster.Class) {
	if m.in.Pins[e.Member.ReferenceID] {
		d.stay(e, roster.CarriedPinned)
		return
	}
	out := departure{last: e, class: class}
	switch class {
	case roster.Moved:
		out.to = p.Group
	case roster.Replaced:
		switch {
		case heir != nil:
			out.to = heir.Group // which may be the same
		case p.Standing == roster.StandingIn && p.Group != d.name:
			out.to = p.Group
		}
	}
	d.outs = append(d.outs, out)
}

// disbelieved adds to what is wrong with the row of somebody enrolled that it is the only
// one left of several, as long as it is not believed.
func (m *maker) disbelieved(d *draft, e *roster.Enrolled, p *roster.Person, problem roster.Problem) roster.Problem {
	pulls, contested := m.contested(d, e, p)
	if !contested {
		return problem
	}
	d.contest(e.Member.ReferenceID, pulls)
	if grace := m.in.Limits.AbsencePulls; p != nil && problem.Kind == "" && pulls < grace {
		return roster.Problem{Kind: roster.Duplicate, Field: "reference_id", Detail: fmt.Sprintf(
			"of rows that contradicted each other only one is left, which ends coverage; it is believed when %d complete pulls in a row have no other", grace)}
	}
	return problem
}

// contested counts the complete pulls in a row that had one row of somebody, which
// ends their coverage, after one that had others beside it which contradicted it. One
// of those may be the row that is right, as of a person who left, was hired again and
// is listed for both, and it may be missing for no better reason than anybody's.
func (m *maker) contested(d *draft, e *roster.Enrolled, p *roster.Person) (pulls int, contested bool) {
	before, known := d.state.Contested[e.Member.ReferenceID]
	switch {
	case p != nil && p.Contradictory():
		return 0, true
	case !known:
		return 0, false
	case p == nil || len(p.Problems) > 0:
		return before, true
	case p.Standing == roster.StandingIn:
		return 0, false
	}
	return m.missing(d, e, before), true
}

// missed counts the complete pulls in a row without this person.
func (m *maker) missed(d *draft, e *roster.Enrolled) int {
	return m.missing(d, e, d.state.Absences[e.Member.ReferenceID])
}

// missing counts one more complete pull without a row of this person, if it is one. Rows
// without a reference_id may be theirs, so such a pull proves nothing: they stay within
// their grace. Nor does a pull count in which any source is in doubt: their row
// may just have moved there. Nor one from which many rows are missing: when
// they come back and this one does not, it is missing for the first time.
func (m *maker) missing(d *draft, e *roster.Enrolled, before int) int {
	switch {
	case m.fromNameless(d, e):
		return max(0, min(before, m.in.Limits.AbsencePulls-1))
	case !m.in.CountPull || m.anySource(inDoubt) || m.fromShrunk(d, e):
		return before
	}
	return before + 1
}

// lastSeenIn reports whether a source that fits may be the one that this person
// was last seen in: the baseline says so, or it fed their group in its last
// good pull. The baseline alone does not tell: a row that moves to another
// source and says the same is not sent again, so nothing is updated.
func (m *maker) lastSeenIn(d *draft, e *roster.Enrolled, fits func(source string) bool) bool {
	if fits(e.Source) {
		return true
	}
	for source := range m.in.Sources {
		if fits(source) && slices.Contains(m.in.Fed[source], d.name) {
			return true
		}
	}
	return false
}

// fromNameless reports whether a row without a reference_id may be theirs.
func (m *maker) fromNameless(d *draft, e *roster.Enrolled) bool {
	return m.lastSeenIn(d, e, func(source string) bool { return m.census.Nameless[source] > 0 })
}

// fromShrunk reports whether a source that lost many people at once may be the
// one that this person was last seen in. The guard holds every absence from it.
func (m *maker) fromShrunk(d *draft, e *roster.Enrolled) bool {
	return m.lastSeenIn(d, e, func(source string) bool { return shrank(m.in.Sources[source]) })
}

// draftNew puts one person of this group who is not enrolled in it.
func (m *maker) draftNew(d *draft, p *roster.Person) {
	groups := m.enrolledIn[p.ReferenceID]
	if slices.Contains(groups, d.name) {
		return
	}
	problem := m.obstacle(p)
	if problem.Kind != "" {
		if len(groups) == 0 && !m.elsewhere(p.ReferenceID) { // enrolled elsewhere: carried and reported there
			d.fail(p, p.ReferenceID, problem, describe(p, problem))
			d.leftOut = append(d.leftOut, LeftOut{p.ReferenceID, problem.Kind})
		}
		return
	}
	if p.Standing != roster.StandingIn {
		return
	}
	if m.elsewhere(p.ReferenceID) {
		d.leftOut = append(d.leftOut, LeftOut{p.ReferenceID, WaitsForMove})
		return
	}
	add := addition{entry: roster.Enrolled{Member: p.Member, PlanID: p.Member.PlanID, Source: p.Source}}
	for _, ref := range append([]string{p.ReferenceID}, m.replaces[p.ReferenceID]...) {
		for _, group := range m.enrolledIn[ref] {
			add.from = append(add.from, origin{group, ref})
		}
	}
	d.adds = append(d.adds, add)
}

// reportStrays tells of new people whose group is nowhere.
func (m *maker) reportStrays(people []*roster.Person) {
	for _, p := range people {
		if len(m.enrolledIn[p.ReferenceID]) > 0 {
			continue
		}
		if problem := m.obstacle(p); problem.Kind != "" {
			m.strays = append(m.strays, roster.Failure{
				Group: p.Group, ReferenceID: p.ReferenceID, Source: p.Source, Kind: problem.Kind, Reason: describe(p, problem),
			})
		}
	}
}

// findRekeyed pairs enrolled people without a row with new people of the same
// name and birth date, whether or not their row can be sent. Somebody of whom
// nobody knows whether their first roster arrived is new. Who is new in a group of
// another shard is that one's matter: as soon as it covers them, the other is absent here.
func (m *maker) findRekeyed() {
	m.successor, m.replaces = map[string]*roster.Person{}, map[string][]string{}
	lost := map[string][]string{} // identity -> reference_ids
	maybe := map[string]int{}     // reference_id -> in how many groups they may be
	for _, group := range slices.Sorted(maps.Keys(m.in.Baselines)) {
		for i := range m.in.Baselines[group].Members {
			member := &m.in.Baselines[group].Members[i].Member
			if m.census.Person(member.ReferenceID) == nil {
				lost[identity(member)] = append(lost[identity(member)], member.ReferenceID)
			}
			if m.in.Baselines[group].Members[i].Maybe {
				maybe[member.ReferenceID]++
			}
		}
	}
	if len(lost) == 0 {
		return
	}
	for _, ref := range slices.Sorted(maps.Keys(m.census.people)) {
		p := m.census.people[ref]
		if m.arrived(p) || len(m.enrolledIn[ref]) > maybe[ref] || p.Standing != roster.StandingIn && len(p.Problems) == 0 {
			continue
		}
		for _, old := range lost[identity(&p.Member)] {
			if m.successor[old] == nil {
				m.successor[old] = p
				m.replaces[ref] = append(m.replaces[ref], old)
			}
		}
	}
}

func identity(m *roster.Member) string {
	return strings.ToLower(m.FirstName) + "\x00" + strings.ToLower(m.LastName) + "\x00" + m.DateOfBirth.String()
}

// blocked says why nothing can be sent for a group, whatever its people.
func (m *maker) blocked(d *draft) roster.Reason {
	if m.sourceInDoubt(d) {
		return roster.ReasonSource
	}
	if known, ok := m.in.Known[d.name]; !ok || m.isAnother(d, known) {
		return roster.ReasonGroupMissing
	}
	return m.in.Busy[d.name]
}

// isAnother reports whether Vitable lists another group under the name of one
// that has, or may have, people: another organisation's, after a change of key
// or URL, one that was made anew, or one that was given the name. What is known
// of the people says nothing about it.
func (m *maker) isAnother(d *draft, known roster.Group) bool {
	return (d.state.HasBaseline || d.covered > 0) && d.state.GroupID != "" && known.ID != d.state.GroupID
}

// sourceInDoubt reports whether a source that feeds the group, or may feed it,
// could not be read: it fed people of the baseline, or it fed the group in its
// last good pull. A group without a baseline may be fed by any source.
func (m *maker) sourceInDoubt(d *draft) bool {
	for name, state := range m.in.Sources {
		if !inDoubt(state) {
			continue
		}
		if !d.state.HasBaseline || slices.Contains(m.in.Fed[name], d.name) {
			return true
		}
		if slices.ContainsFunc(d.base, func(e roster.Enrolled) bool { return e.Source == name }) {
			return true
		}
	}
	return false
}

func (m *maker) anySource(fits func(roster.SourceState) bool) bool {
	for _, state := range m.in.Sources {
		if fits(state) {
			return true
		}
	}
	return false
}

func inDoubt(state roster.SourceState) bool {
	return state == roster.SourceBroken || state == roster.SourceOld
}

func shrank(state roster.SourceState) bool { return state == roster.SourceShrunk }

// selected reports whether this run is about the group.
func (m *maker) selected(name string) bool { return m.in.Selected == nil || m.in.Selected[name] }

// plan turns the drafts into the plan.
func (m *maker) plan() Plan {
	p := Plan{ConfigHash: m.in.ConfigHash}
	for _, name := range m.order {
		if group, show := m.finish(m.drafts[name]); show {
			p.Groups = append(p.Groups, group)
			p.Failures = append(p.Failures, m.drafts[name].problem...)
		}
	}
	p.Failures = append(p.Failures, m.strays...)
	return p
}
