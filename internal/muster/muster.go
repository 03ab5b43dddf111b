package muster

import (
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Muster is everybody on some sheets: who stands in which group. Nothing may be
// added to its sheets any more.
type Muster struct {
	sheets []*Sheet
	groups []string // sorted; "" where rows name none
	seed   maphash.Seed
	place  map[uint64]uint32 // hash of a reference_id -> index of the first group that has it
	shared [][2]string
}

// Gather returns the muster of some sheets.
func Gather(sheets ...*Sheet) *Muster {
	m := &Muster{sheets: sheets, seed: maphash.MakeSeed()}
	names, people := map[string]bool{}, 0
	for _, s := range sheets {
		people += s.people
		for group := range s.pages {
			names[group] = true
		}
	}
	m.groups = slices.Sorted(maps.Keys(names))
	m.place = make(map[uint64]uint32, people)
	for i, group := range m.groups {
		for ref := range m.references(group) {
			m.put(ref, uint32(i))
		}
	}
	return m
}

// put notes where somebody stands, and which groups share somebody. Two people
// whose hashes are equal count as one here; that ties groups together that
// could be planned apart, and nothing else.
func (m *Muster) put(ref string, group uint32) {
	hash := maphash.String(m.seed, ref)
	if first, there := m.place[hash]; there {
		m.shared = append(m.shared, [2]string{m.groups[first], m.groups[group]})
		return
	}
	m.place[hash] = group
}

// references yields the reference_ids of a group's rows, sheet by sheet.
func (m *Muster) references(group string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, s := range m.sheets {
			if at := s.pages[group]; at != nil && !at.references(yield) {
				return
			}
		}
	}
}

// Groups lists, sorted, the groups that rows name; "" where a row names none.
func (m *Muster) Groups() []string { return m.groups }

// Nameless counts, by source, the rows without a usable reference_id.
func (m *Muster) Nameless() map[string]int {
	counts := map[string]int{}
	for _, s := range m.sheets {
		if s.nameless > 0 {
			counts[s.source] += s.nameless
		}
	}
	return counts
}

// People are the rows that name a group and have a reference_id.
func (m *Muster) People(group string) []roster.Person {
	var people []roster.Person
	for _, s := range m.sheets {
		if more := s.People(group); len(people) == 0 {
			people = more
		} else {
			people = append(people, more...)
		}
	}
	return people
}

// References are the reference_ids of People, sorted.
func (m *Muster) References(group string) []string {
	refs := slices.Collect(m.references(group))
	slices.Sort(refs)
	return refs
}

// Whereabouts returns a group that has a row of this person. It may err on the
// side of naming a group for somebody who has no row at all.
func (m *Muster) Whereabouts(ref string) (group string, found bool) {
	at, found := m.place[maphash.String(m.seed, ref)]
	if !found {
		return "", false
	}
	return m.groups[at], true
}

// Shared lists pairs of groups that have rows of the same person; both are the
// same group where it has them twice.
func (m *Muster) Shared() [][2]string { return m.shared }

// Roster names the payload that the rows of a group make: its size, its digest
// and the plans in it. ok is false where somebody is not in or has a problem.
func (m *Muster) Roster(group string) (size int, digest string, plans []string, ok bool) {
	var pages []*page
	sorted := true
	for _, s := range m.sheets {
		if at := s.pages[group]; at != nil {
			if !at.plain {
				return 0, "", nil, false
			}
			pages = append(pages, at)
			sorted = sorted && at.sorted
			size += at.count
			plans = append(plans, at.plans...)
		}
	}
	d := roster.NewDigester()
	take := func(r record) { d.Packed(r.member) }
	if sorted && len(pages) == 1 {
		for r := range pages[0].each {
			take(r)
		}
		return size, d.Sum(), plans, size > 0
	}
	var records []record
	for _, at := range pages {
		records = slices.AppendSeq(records, at.each)
	}
	slices.SortFunc(records, func(a, b record) int { return strings.Compare(a.reference(), b.reference()) })
	for _, r := range records {
		take(r)
	}
	return size, d.Sum(), plans, size > 0
}
