// Package sourcetest holds the laws of source.Source as a suite that every
// source passes, the one in memory too. A new source gets its tests by saying
// how it is opened over given rows:
//
//	sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source { … })
package sourcetest

import (
	"testing"

	"github.com/rosterd/rosterd/internal/source"
)

// Rows is what a source under test has to deliver: as many values in each
// record as there are columns. All people in it are made up.
type Rows struct {
	Columns []string
	Records [][]string
}

// Open returns a source that has exactly the given rows.
type Open func(Rows) source.Source

// Run holds a source against every law, each in a subtest of its own.
func Run(t *testing.T, open func(t *testing.T, rows Rows) source.Source) {
	t.Helper()
	for _, law := range Laws() {
		t.Run(law.Name, func(t *testing.T) {
			opened := func(rows Rows) source.Source { return open(t, rows) }
			if err := law.Check(t.Context(), opened); err != nil {
				t.Error(err)
			}
		})
	}
}
