package plan

import (
	"maps"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// plain are the groups, by name, that can be planned without their people, since
// their rows are all fit to be sent and either
//
//   - make exactly the payload that the baseline would, so that nobody comes, goes or
//     changes in them (resting), or
//   - are the first roster of a group in which nobody is (starting).
//
// No other group has anything to do with their people, unless divide finds otherwise.
func (a *Assembly) plain() map[string]Group {
	found := map[string]Group{}
	m := &maker{in: a.in}
	if m.anySource(inDoubt) {
		return found
	}
	for _, name := range a.rolls.Groups() {
		state := a.in.States[name]
		_, unsettled := a.in.Baselines[name]
		if !a.in.owns(name) || unsettled || state.HasBaseline && state.Digest == "" {
			continue
		}
		size, digest, plans, ok := a.rolls.Roster(name)
		if !ok || slices.ContainsFunc(plans, func(plan string) bool { return !a.in.Plans[plan] }) {
			continue
		}
		switch made := (&payload{size: size, digest: digest}); {
		case state.HasBaseline && digest == state.Digest:
			if g, rests := m.rest(name, made); rests {
				found[name] = g
			}
		case !state.HasBaseline && a.in.Neighbours == nil: // or another shard may have some of them
			if g, starts := m.start(name, made); starts {
				g.Adds = ownTexts(a.rolls.References(name))
				found[name] = g
			}
		}
	}
	return found
}

// rest plans a group whose baseline makes this payload.
func (m *maker) rest(name string, made *payload) (g Group, rests bool) {
	d := m.newDraft(name, nil)
	d.covered, d.made = made.size, made
	d.block = m.blocked(d)
	g, _ = m.finish(d)
	return g, g.Decision == roster.Skip && g.Reason == roster.ReasonUnchanged
}

// start plans a group in which nobody is, but for naming whom it adds.
func (m *maker) start(name string, made *payload) (g Group, starts bool) {
	d := m.newDraft(name, nil)
	d.made = made
	d.block = m.blocked(d)
	g, _ = m.finish(d)
	return g, g.Decision == roster.Submit && g.Reason == roster.ReasonFirst
}

// divide returns the other groups in parts that do not depend on one another.
// What ties groups together:
//
//   - rows of one person in both;
//   - somebody enrolled in one, with a row in the other;
//   - somebody without any row, enrolled in both;
//   - somebody enrolled in one, without a row, and a row in the other that may
//     be theirs under a new reference_id, also where the other is another shard's.
//
// A group that is tied to another needs its people, and leaves plain. Rows of one person
// in two groups of other shards tie those as well: whoever is enrolled here and has a row
// in one of them is then seen to have two that contradict one another.
func (a *Assembly) divide(plain map[string]Group, index Index) ([][]string, error) {
	t := ties{leader: map[string]string{}}
	for _, pair := range index.Shared() {
		delete(plain, pair[0])
		delete(plain, pair[1])
		t.tie(pair[0], pair[1])
	}
	lost := map[string][]string{} // identity -> groups that have people without a row
	queue := a.names(plain)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		t.find(name)
		elsewhere, err := a.lost(name, index, lost)
		if err != nil {
			return nil, err
		}
		for _, other := range elsewhere {
			if _, simple := plain[other]; simple {
				delete(plain, other)
				queue = append(queue, other)
			}
			t.tie(name, other)
		}
	}
	if len(lost) > 0 {
		a.tieLookAlikes(&t, lost, plain)
	}
	return slices.DeleteFunc(t.parts(), func(groups []string) bool { return !slices.ContainsFunc(groups, a.in.owns) }), nil
}

// names lists, sorted, the groups of this shard that have people or a state and are not
// plain. Those of others come in only with somebody who has to do with both.
func (a *Assembly) names(plain map[string]Group) []string {
	names := map[string]bool{}
	for _, group := range a.rolls.Groups() {
		names[group] = true
	}
	for group := range a.in.States {
		names[group] = true
	}
	for group := range a.in.Baselines {
		names[group] = true
	}
	for group := range plain {
		delete(names, group)
	}
	maps.DeleteFunc(names, func(group string, _ bool) bool { return !a.in.owns(group) })
	return slices.Sorted(maps.Keys(names))
}

// lost notes who is enrolled in a group and has no row that names it, and
// returns the groups that their rows name instead.
func (a *Assembly) lost(group string, index Index, lost map[string][]string) (elsewhere []string, err error) {
	base, known, err := a.enrolled(group)
	if err != nil || !known {
		return nil, err
	}
	here := a.rolls.References(group)
	for i := range base.Members {
		m := &base.Members[i].Member
		if _, there := slices.BinarySearch(here, m.ReferenceID); there {
			continue
		}
		// One who is lost in two groups ties them, whatever is known of them in each.
		for _, sign := range []string{identity(m), "=" + m.ReferenceID} {
			lost[sign] = append(lost[sign], group)
		}
		if other, found := index.Whereabouts(m.ReferenceID); found {
			elsewhere = append(elsewhere, other)
		}
	}
	return elsewhere, nil
}

// tieLookAlikes ties groups that have lost the same person, or one of whom the
// other has a row that looks like them. Rows of resting groups do not count: those
// people are enrolled already. Those of starting groups do, so these need their people;
// and which groups of other shards rest nobody knows.
func (a *Assembly) tieLookAlikes(t *ties, lost map[string][]string, plain map[string]Group) {
	for name, g := range plain {
		if g.Decision == roster.Submit {
			delete(plain, name)
			t.find(name)
		}
	}
	for _, groups := range lost {
		for _, other := range groups[1:] {
			t.tie(groups[0], other)
		}
	}
	groups := slices.Collect(maps.Keys(t.leader))
	for _, group := range a.rolls.Groups() {
		if !a.in.owns(group) {
			groups = append(groups, group)
		}
	}
	for _, group := range groups {
		people := a.rolls.People(group)
		for i := range people {
			if losers := lost[identity(&people[i].Member)]; len(losers) > 0 {
				t.tie(group, losers[0])
			}
		}
	}
}

// ties says which groups belong together: each leads to another of its part, or
// to itself where it stands for the part.
type ties struct{ leader map[string]string }

// find returns the group that stands for the part of this one.
func (t *ties) find(name string) string {
	up, known := t.leader[name]
	if !known {
		t.leader[name] = name
		return name
	}
	if up == name {
		return name
	}
	top := t.find(up)
	t.leader[name] = top
	return top
}

func (t *ties) tie(a, b string) {
	if a, b = t.find(a), t.find(b); a != b {
		t.leader[max(a, b)] = min(a, b)
	}
}

// parts lists the parts, and the groups of each, sorted.
func (t *ties) parts() [][]string {
	members := map[string][]string{}
	for name := range maps.Clone(t.leader) {
		top := t.find(name)
		members[top] = append(members[top], name)
	}
	var all [][]string
	for _, top := range slices.Sorted(maps.Keys(members)) {
		slices.Sort(members[top])
		all = append(all, members[top])
	}
	return all
}
