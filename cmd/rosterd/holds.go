package main

import (
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// holdsCmd is `rosterd holds`.
type holdsCmd struct {
	output
	Hold string `arg:"" optional:"" help:"Only this one, with everybody who is in it."`
	All  bool   `help:"Settled ones too."`
}

// Help shows an example.
func (holdsCmd) Help() string {
	return "Example:\n\n  rosterd holds\n  rosterd holds h1\n  rosterd approve h1 --digest 5f2c… --by 'Ada Admin' --reason 'layoff of 3 May'"
}

// maxHolds bounds the list of settled holds.
const maxHolds = 1000

// Run lists holds.
func (c *holdsCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) (err error) {
		holds, err := c.find(s, state)
		if err != nil {
			return err
		}
		return c.show(s, view.OfHolds(holds), func(p *printer) { tellHolds(p, holds, c.Hold != "") })
	})
}

func (c *holdsCmd) find(s *session, state *store.Store) ([]roster.Hold, error) {
	switch {
	case c.Hold != "":
		hold, err := state.Hold(s.ctx, c.Hold)
		return []roster.Hold{hold}, err
	case c.All:
		return state.Holds(s.ctx, maxHolds)
	}
	return state.ActiveHolds(s.ctx)
}

// tellHolds prints holds; whole names everybody in them.
func tellHolds(p *printer, holds []roster.Hold, whole bool) {
	if nothing(p, len(holds), "nothing is held") {
		return
	}
	for _, hold := range holds {
		h := view.OfHold(hold)
		p.printf("%s  %s  group %s  %s  since %s\n", h.ID, p.in(warn, string(h.State)), printable(h.Group), h.Reason, when(&h.CreatedAt))
		p.printf("  digest %s\n", h.Digest)
		if h.ApprovedBy != nil {
			p.printf("  approved by %s%s\n", printable(*h.ApprovedBy), lapses(h))
		}
		classes := map[roster.Class][]string{}
		for _, r := range h.Removals {
			classes[r.Class] = append(classes[r.Class], r.ReferenceID)
		}
		cut := false
		for _, class := range roster.Classes() {
			cut = tellRefs(p, string(class), classes[class], whole) || cut
		}
		cut = tellRefs(p, "on the roster", hold.Roster, whole) || cut
		if len(hold.Roster) > 0 {
			p.printf("  whoever Vitable has in this group and is not on the roster loses coverage: compare them\n")
		}
		if cut {
			p.printf("  everybody: rosterd holds %s\n", h.ID)
		}
		if h.State == roster.HoldOpen {
			p.printf("  approve: rosterd approve %s --digest %s --by YOU --reason WHY\n", h.ID, h.Digest)
		}
	}
}

// tellRefs says how many they are, and names them: unless whole, only the first. It
// reports whether somebody was left out.
func tellRefs(p *printer, what string, people []string, whole bool) (cut bool) {
	switch cut = len(people) > maxNamed; {
	case len(people) == 0:
		return false
	case whole && cut:
		p.printf("  %s: %d\n", what, len(people))
		for _, line := range wrap(printable(strings.Join(people, " ")), width-4) {
			p.printf("    %s\n", line)
		}
		return false
	}
	named := printable(strings.Join(people[:min(len(people), maxNamed)], " "))
	if cut {
		named += " …"
	}
	p.printf("  %s: %d (%s)\n", what, len(people), named)
	return cut
}

// lapses says when an approval lapses that waits for its run.
func lapses(h view.Hold) string {
	if h.State != roster.HoldApproved {
		return ""
	}
	return ", lapses " + when(h.ExpiresAt)
}
