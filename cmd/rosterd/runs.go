package main

import (
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// runsCmd is `rosterd runs`.
type runsCmd struct {
	output
	Limit int `help:"How many, the newest first." default:"20"`
}

// Help shows an example.
func (runsCmd) Help() string { return "Example:\n\n  rosterd runs --limit 5" }

// Run lists runs.
func (c *runsCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		runs, err := state.Runs(s.ctx, c.Limit)
		if err != nil {
			return err
		}
		shown := view.OfRuns(runs)
		return c.show(s, shown, func(p *printer) {
			if nothing(p, len(shown), "no runs yet") {
				return
			}
			var rows [][]string
			for _, r := range shown {
				rows = append(rows, []string{when(&r.StartedAt), r.Trigger, number(r.Added), number(r.Changed), number(r.Removed), number(r.Groups.Submitted), number(r.ExitCode), string(r.Outcome)})
			}
			p.table([]string{"STARTED", "BY", "ADDED", "CHANGED", "REMOVED", "GROUPS", "EXIT", "OUTCOME"}, rows)
		})
	})
}
