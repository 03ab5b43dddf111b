package mapping

import (
	"slices"

	"github.com/rosterd/rosterd/internal/source"
)

// Columns lists, sorted, the columns that the mapping reads, as the configuration
// writes them: what a source that can choose has to bring, and all that it needs
// to ask for.
func (m *Mapper) Columns() []string {
	var all []string
	add := func(name string) {
		same := func(other string) bool { return source.Canonical(other) == source.Canonical(name) }
		if name != "" && !slices.ContainsFunc(all, same) {
			all = append(all, name)
		}
	}
	origins := slices.Clone(m.fields[:])
	for _, r := range []rule{m.include, m.terminated} {
		for _, c := range r.clauses {
			origins = append(origins, c.origin)
		}
		origins = append(origins, origin{expression: r.expression})
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
