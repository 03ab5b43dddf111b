package mapping

import (
	"slices"

	"github.com/rosterd/rosterd/internal/source"
)

// Deciding lists, sorted, the columns that say who somebody is and whether they
// are covered. What completes records from elsewhere may not be among them: where
// it is missing, it would end coverage.
func (m *Mapper) Deciding() []string {
	origins := []origin{m.fields[referenceID], m.fields[status], m.fields[hireDate], m.fields[terminationDate]}
	return readBy(append(origins, m.asked()...))
}

// Columns lists, sorted, the columns that the mapping reads, as the configuration
// writes them: what a source that can choose has to bring, and all that it needs
// to ask for.
func (m *Mapper) Columns() []string {
	return readBy(append(slices.Clone(m.fields[:]), m.asked()...))
}

// asked is what the rules read.
func (m *Mapper) asked() []origin {
	var origins []origin
	for _, r := range []rule{m.include, m.terminated} {
		for _, c := range r.clauses {
			origins = append(origins, c.origin)
		}
		origins = append(origins, origin{expression: r.expression})
	}
	return origins
}

// readBy lists, sorted, the columns that some origins read.
func readBy(origins []origin) []string {
	var all []string
	add := func(name string) {
		same := func(other string) bool { return source.Canonical(other) == source.Canonical(name) }
		if name != "" && !slices.ContainsFunc(all, same) {
			all = append(all, name)
		}
	}
	for _, o := range origins {
		add(o.column)
		if o.expression != nil {
			for _, name := range o.expression.columns {
				add(name.written)
			}
		}
	}
	slices.Sort(all)
	return all
}
