package muster

import (
	"maps"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Muster is everybody on some sheets, group by group. Nothing may be added to
// its sheets any more.
type Muster struct {
	sheets []*Sheet
	groups []string // sorted; "" where rows name none
}

// Gather returns the muster of some sheets.
func Gather(sheets ...*Sheet) *Muster {
	names := map[string]bool{}
	for _, s := range sheets {
		for group := range s.pages {
			names[group] = true
		}
	}
	return &Muster{sheets, slices.Sorted(maps.Keys(names))}
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
