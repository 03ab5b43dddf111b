package muster

import (
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Sheet is what one source says, as it comes. It keeps nothing of the people
// that are added but what it copies. The zero value is not usable; see NewSheet.
type Sheet struct {
	source   string
	people   int
	nameless int
	pages    map[string]*page
}

// page is the part of a sheet that names one group.
type page struct {
	chunks [][]byte        // of whole records
	odd    []roster.Person // rows that are not packed
	plain  bool            // everybody on it is in and has no problem
	sorted bool            // by reference_id, nobody twice
	last   []byte          // the reference_id of the last record
	plans  []string        // that people on it have
	count  int             // of records
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
		s.pages[strings.Clone(p.Group)] = at
	}
	if p.ReferenceID == "" {
		return
	}
	code, packs := codeOf(p)
	if !packs {
		odd := *p
		odd.Own()
		odd.Source, odd.Notes = s.source, nil
		at.odd, at.plain = append(at.odd, odd), false
		return
	}
	at.plain = at.plain && code == codeIn
	at.sorted = at.sorted && (at.count == 0 || string(at.last) < p.ReferenceID)
	at.last = append(at.last[:0], p.ReferenceID...)
	at.count++
	if code == codeIn && !slices.Contains(at.plans, p.Member.PlanID) {
		at.plans = append(at.plans, strings.Clone(p.Member.PlanID))
	}
	at.write(p, code)
}

// The sizes of chunks. Small groups are many, so the first is small; a chunk
// that is full is never copied.
const (
	firstChunk = 1 << 10
	lastChunk  = 32 << 10
)

// write appends the record of a row.
func (p *page) write(row *roster.Person, code byte) {
	member, last := row.Member, len(p.chunks)-1
	member.ReferenceID = row.ReferenceID
	packed := roster.PackedSize(&member)
	if need := frame + packed; last < 0 || cap(p.chunks[last])-len(p.chunks[last]) < need {
		size := firstChunk
		if last >= 0 {
			size = min(2*cap(p.chunks[last]), lastChunk)
		}
		p.chunks = append(p.chunks, make([]byte, 0, max(size, need)))
		last++
	}
	p.chunks[last] = appendRecord(p.chunks[last], code, row.Row, &member, packed)
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

// each yields the records, which are parts of copies: the people outlive the
// sheet.
func (p *page) each(yield func(record) bool) {
	for _, chunk := range p.chunks {
		for rest := string(chunk); rest != ""; {
			var r record
			if r, rest = cutRecord(rest); !yield(r) {
				return
			}
		}
	}
}
