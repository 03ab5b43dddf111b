package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/view"
)

// planCmd is `rosterd plan`.
type planCmd struct {
	output
	Group []string `help:"Only this group (external_reference_id); may be repeated." placeholder:"EXT" sep:"none"`
}

// Help shows an example.
func (planCmd) Help() string {
	return "Example:\n\n  rosterd plan --group mol_seg_001\n\nReads the sources and Vitable, sends nothing and stores nothing."
}

// Run shows what a run would do.
func (c *planCmd) Run(s *session) (err error) {
	a, done, err := s.open(true, func(o *app.Options) { o.Progress = progress(s) })
	if err != nil {
		return err
	}
	defer done(&err)
	proposal, err := a.PlanOnce(s.ctx, reconcile.Options{Groups: c.Group})
	if err != nil {
		return err
	}
	shown := view.OfPlan(proposal)
	if err := c.show(s, shown, func(p *printer) { tellPlan(p, shown) }); err != nil {
		return err
	}
	for _, source := range shown.Sources {
		if source.State == roster.SourceBroken || source.State == roster.SourceOld {
			return exit(app.ExitSource)
		}
	}
	if slices.ContainsFunc(proposal.Plan.Groups, waits) {
		return exit(app.ExitHeld)
	}
	return nil
}

// waits reports whether a group waits for a person; one whose hold was rejected
// or approved does not.
func waits(g plan.Group) bool {
	return g.Reason == roster.ReasonOverCapacity || g.Hold != nil && g.Hold.State == roster.HoldOpen
}

func tellPlan(p *printer, shown view.Plan) {
	tellSources(p, shown.Sources)
	p.printf("\n")
	var rows [][]string
	for _, g := range shown.Groups {
		rows = append(rows, []string{
			g.ExternalReferenceID, string(g.Decision), number(g.Baseline), number(g.Payload), number(len(g.Adds)), number(len(g.Changes)),
			number(len(g.Removals)), number(len(g.Carried)), number(len(g.LeftOut)), string(g.Reason),
		})
	}
	p.table([]string{"GROUP", "DECISION", "HAS", "GETS", "ADD", "CHANGE", "REMOVE", "CARRY", "LEFT OUT", "REASON"}, rows)
	for _, g := range shown.Groups {
		tellPeople(p, g)
	}
}

// maxNamed is how many people a table names; JSON names all.
const maxNamed = 20

func tellPeople(p *printer, g view.PlannedGroup) {
	var lines []string
	for _, r := range g.Removals {
		lines = append(lines, fmt.Sprintf("remove %s (%s)", r.ReferenceID, r.Class))
	}
	for _, c := range g.Carried {
		lines = append(lines, fmt.Sprintf("carry %s (%s)", c.ReferenceID, c.Why))
	}
	for _, l := range g.LeftOut {
		lines = append(lines, fmt.Sprintf("left out %s (%s)", l.ReferenceID, l.Kind))
	}
	if len(lines) == 0 {
		return
	}
	more := ""
	if len(lines) > maxNamed {
		more = fmt.Sprintf("\n  and %d more; --output json lists all", len(lines)-maxNamed)
		lines = lines[:maxNamed]
	}
	p.printf("\n%s\n  %s%s\n", g.ExternalReferenceID, strings.Join(lines, "\n  "), more)
}

func number(n int) string { return fmt.Sprint(n) }
