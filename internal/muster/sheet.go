package muster

import (
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// Sheet is what one source says, as it comes. It keeps nothing of the people
// that are added but what it copies. The zero value is not usable; see NewSheet.
type Sheet struct {
	source   string
	people   int
	nameless int
	pages    map[string]*page
	scratch  []byte
}

// page is the part of a sheet that names one group.
type page struct {
	records []byte
	odd     []roster.Person // rows that are not packed
	plain   bool            // everybody on it is in and has no problem
	sorted  bool            // by reference_id, nobody twice
	last    []byte          // the reference_id of the last record
	plans   []string        // that people on it have
	count   int             // of records
}

// NewSheet returns an empty sheet of the named source.
func NewSheet(source string) *Sheet {
	return &Sheet{source: source, pages: map[string]*page{}}
}

// Len is the number of rows.
func (s *Sheet) Len() int { return s.people }

// Add takes one row. Rows without a reference_id are counted and forgotten,
// since nobody can be recognised by them. What was noted about a row is not kept.
func (s *Sheet) Add(p *roster.Person) {
	s.people++
	if p.ReferenceID == "" {
		s.nameless++
	}
	at := s.pages[p.Group]
	if at == nil {
		at = &page{plain: true, sorted: true}
		s.pages[p.Group] = at
	}
	if p.ReferenceID == "" {
		return
	}
	code, packs := codeOf(p)
	if !packs {
		odd := *p
		odd.Source, odd.Notes = s.source, nil
		at.odd, at.plain = append(at.odd, odd), false
		return
	}
	at.plain = at.plain && code == codeIn
	at.sorted = at.sorted && (at.count == 0 || string(at.last) < p.ReferenceID)
	at.last = append(at.last[:0], p.ReferenceID...)
	at.count++
	if code == codeIn && !slices.Contains(at.plans, p.Member.PlanID) {
		at.plans = append(at.plans, p.Member.PlanID)
	}
	at.records, s.scratch = appendRecord(at.records, s.scratch, p, code)
}

// Groups lists, sorted, the groups that rows name, nameless ones included.
func (s *Sheet) Groups() []string {
	var groups []string
	for group := range s.pages {
		if group != "" {
			groups = append(groups, group)
		}
	}
	slices.Sort(groups)
	return groups
}

// People are the rows of one group that have a reference_id.
func (s *Sheet) People(group string) []roster.Person {
	at := s.pages[group]
	if at == nil {
		return nil
	}
	people := make([]roster.Person, 0, at.count+len(at.odd))
	for r := range at.each {
		people = append(people, r.person(s.source, group))
	}
	return append(people, at.odd...)
}

// References yields the reference_id of every row that has one, in no order.
func (s *Sheet) References(yield func(string) bool) {
	for _, at := range s.pages {
		if !at.references(yield) {
			return
		}
	}
}

// references yields those of one group; it returns false when it was stopped.
func (p *page) references(yield func(string) bool) bool {
	for r := range p.each {
		if !yield(r.reference()) {
			return false
		}
	}
	for i := range p.odd {
		if !yield(p.odd[i].ReferenceID) {
			return false
		}
	}
	return true
}

// each yields the records, which are parts of one copy: the people outlive the
// sheet.
func (p *page) each(yield func(record) bool) {
	for rest := string(p.records); rest != ""; {
		var r record
		if r, rest = cutRecord(rest); !yield(r) {
			return
		}
	}
}
