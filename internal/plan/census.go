package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// Census is everybody whom the sources name, one person for each reference_id.
type Census struct {
	people map[string]*roster.Person
	order  []string // reference_ids as they came, most often sorted
	// Nameless counts, by source, rows without a usable reference_id. They may
	// be anybody, so their source proves no absence in this pull.
	Nameless map[string]int
}

// NewCensus folds rows into people. Rows of one reference_id that say the same
// are one, the first by source and place, whatever order they come in; rows
// that differ become one person with a Duplicate problem, whose standing nobody
// can tell.
func NewCensus(rows []roster.Person) Census {
	c := Census{people: make(map[string]*roster.Person, len(rows)), Nameless: map[string]int{}, order: make([]string, 0, len(rows))}
	var conflicts []string
	for i := range rows {
		row := &rows[i]
		if row.ReferenceID == "" {
			c.Nameless[row.Source]++
			continue
		}
		first, seen := c.people[row.ReferenceID]
		if seen && !first.SaysTheSame(row) {
			conflicts = append(conflicts, row.ReferenceID)
		}
		if !seen {
			c.order = append(c.order, row.ReferenceID)
		}
		if !seen || earlier(row, first) {
			c.people[row.ReferenceID] = row
		}
	}
	for _, ref := range conflicts {
		c.people[ref] = contradiction(c.people[ref])
	}
	return c
}

func earlier(a, b *roster.Person) bool {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Row, b.Row)) < 0
}

// contradiction keeps the Member of the first row: not to be sent, but to
// recognise somebody who came under another reference_id.
func contradiction(p *roster.Person) *roster.Person {
	return &roster.Person{
		ReferenceID: p.ReferenceID, Source: p.Source, Row: p.Row, Group: p.Group, Member: p.Member,
		Problems: []roster.Problem{{Kind: roster.Duplicate, Field: "reference_id", Detail: "rows of this reference_id contradict each other"}},
	}
}

// Person returns the person of a reference_id, nil when no row names them.
func (c Census) Person(ref string) *roster.Person { return c.people[ref] }

// byGroup lists, sorted by reference_id, the people whose rows name each group.
func (c Census) byGroup() map[string][]*roster.Person {
	groups := map[string][]*roster.Person{}
	for _, ref := range c.order {
		p := c.people[ref]
		groups[p.Group] = append(groups[p.Group], p)
	}
	for _, people := range groups {
		slices.SortFunc(people, func(a, b *roster.Person) int { return cmp.Compare(a.ReferenceID, b.ReferenceID) })
	}
	return groups
}

// namelessFailure reports rows that nobody can be recognised by.
func namelessFailure(nameless map[string]int) []roster.Failure {
	var found []roster.Failure
	for _, source := range slices.Sorted(maps.Keys(nameless)) {
		found = append(found, roster.Failure{
			Source: source, Kind: roster.InvalidRow, Operation: source,
			Reason: fmt.Sprintf("%d rows of source %s have no usable reference_id; until they have one, nobody counts as absent from it", nameless[source], source),
		})
	}
	return found
}
