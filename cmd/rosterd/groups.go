package main

import (
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// groupsCmd is `rosterd groups`.
type groupsCmd struct{ output }

// Help shows an example.
func (groupsCmd) Help() string { return "Example:\n\n  rosterd groups" }

// Run lists the groups.
func (c *groupsCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		groups, err := state.Groups(s.ctx)
		if err != nil {
			return err
		}
		shown := view.OfGroups(groups)
		return c.show(s, shown, func(p *printer) {
			if nothing(p, len(shown), "no groups yet") {
				return
			}
			var rows [][]string
			for _, g := range shown {
				rows = append(rows, []string{g.ExternalReferenceID, number(g.Members), number(g.LastSyncFailures), number(g.Absent), when(g.LastSync), g.Name})
			}
			p.table([]string{"GROUP", "PEOPLE", "FAILED", "ABSENT", "LAST SYNC", "NAME"}, rows)
		})
	})
}
