package main

import (
	"fmt"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// holdsCmd is `rosterd holds`.
type holdsCmd struct {
	output
	All bool `help:"Settled ones too."`
}

// Help shows an example.
func (holdsCmd) Help() string {
	return "Example:\n\n  rosterd holds\n  rosterd approve h1 --digest 5f2c… --by 'Ada Admin' --reason 'layoff of 3 May'"
}

// maxHolds bounds the list of settled holds.
const maxHolds = 1000

// Run lists holds.
func (c *holdsCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) (err error) {
		var holds []roster.Hold
		if c.All {
			holds, err = state.Holds(s.ctx, maxHolds)
		} else {
			holds, err = state.ActiveHolds(s.ctx)
		}
		if err != nil {
			return err
		}
		shown := view.OfHolds(holds)
		return c.show(s, shown, func(p *printer) { tellHolds(p, shown) })
	})
}

func tellHolds(p *printer, holds []view.Hold) {
	if nothing(p, len(holds), "nothing is held") {
		return
	}
	for _, h := range holds {
		p.printf("%s  %s  group %s  %s  since %s\n", h.ID, p.in(warn, string(h.State)), h.Group, h.Reason, when(&h.CreatedAt))
		p.printf("  digest %s\n", h.Digest)
		if h.ApprovedBy != nil {
			p.printf("  approved by %s%s\n", printable(*h.ApprovedBy), lapses(h))
		}
		classes := map[roster.Class][]string{}
		for _, r := range h.Removals {
			classes[r.Class] = append(classes[r.Class], r.ReferenceID)
		}
		for _, class := range roster.Classes() {
			if people := classes[class]; len(people) > 0 {
				p.printf("  %s: %s\n", class, named(people))
			}
		}
		if h.State == roster.HoldOpen {
			p.printf("  approve: rosterd approve %s --digest %s --by YOU --reason WHY\n", h.ID, h.Digest)
		}
	}
}

// lapses says when an approval lapses that waits for its run.
func lapses(h view.Hold) string {
	if h.State != roster.HoldApproved {
		return ""
	}
	return ", lapses " + when(h.ExpiresAt)
}

func named(people []string) string {
	text := fmt.Sprintf("%d (%s", len(people), strings.Join(people[:min(len(people), maxNamed)], " "))
	if len(people) > maxNamed {
		text += " …"
	}
	return text + ")"
}
