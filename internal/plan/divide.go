package plan

import (
	"maps"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// resting are the groups whose rows make exactly the payload that their baseline
// would, and for which nothing is to be done. Nobody comes, goes or changes in
// them, and no other group has anything to do with their people, unless divide
// finds otherwise.
func (a *Assembly) resting() map[string]Group {
	found := map[string]Group{}
	m := &maker{in: a.in}
	if m.anySource(inDoubt) {
		return found
	}
	for _, name := range a.rolls.Groups() {
		state := a.in.States[name]
		if !a.in.owns(name) {
			continue
		}
		if _, unsettled := a.in.Baselines[name]; unsettled || !state.HasBaseline || state.Digest == "" {
			continue
		}
		size, digest, plans, ok := a.rolls.Roster(name)
		if !ok || digest != state.Digest || slices.ContainsFunc(plans, func(plan string) bool { return !a.in.Plans[plan] }) {
			continue
		}
		if g, rests := m.rest(name, size, digest); rests {
			found[name] = g
		}
	}
	return found
}

// rest plans a group of which all that matters is known without its people.
func (m *maker) rest(name string, size int, digest string) (g Group, rests bool) {
	d := m.newDraft(name, nil)
	d.covered, d.made = size, &payload{size: size, digest: digest}
	d.block = m.blocked(d)
	g, _ = m.finish(d)
	return g, g.Decision == roster.Skip && g.Reason == roster.ReasonUnchanged
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
// A resting group that is tied to another does not rest.
func (a *Assembly) divide(resting map[string]Group, index Index) ([][]string, error) {
	t := ties{leader: map[string]string{}}
	for _, pair := range index.Shared() {
		if !a.in.owns(pair[0]) && !a.in.owns(pair[1]) {
			continue
		}
		delete(resting, pair[0])
		delete(resting, pair[1])
		t.tie(pair[0], pair[1])
	}
	lost := map[string][]string{} // identity -> groups that have people without a row
	queue := a.names(resting)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		t.find(name)
		elsewhere, err := a.lost(name, index, lost)
		if err != nil {
			return nil, err
		}
		for _, other := range elsewhere {
			if _, rests := resting[other]; rests {
				delete(resting, other)
				queue = append(queue, other)
			}
			t.tie(name, other)
		}
	}
	a.tieLookAlikes(&t, lost)
	return t.parts(), nil
}

// names lists, sorted, the groups of this shard that have people or a state and do not
// rest. Those of others come in only with somebody who has to do with both.
func (a *Assembly) names(resting map[string]Group) []string {
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
	for group := range resting {
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
// other has a row that looks like them. Rows of resting groups do not count:
// those people are enrolled already. Which groups of other shards rest nobody knows.
func (a *Assembly) tieLookAlikes(t *ties, lost map[string][]string) {
	if len(lost) == 0 {
		return
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
