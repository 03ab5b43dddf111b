package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// failuresCmd is `rosterd failures`.
type failuresCmd struct {
	output
	All   bool   `help:"Resolved ones too."`
	Group string `help:"Only of this group." placeholder:"EXT"`
	Kind  kind   `help:"Only of this kind, such as invalid_row." placeholder:"KIND"`
	Limit int    `help:"How many; 0: all." default:"0"`
}

// kind is a kind of failure that there is, or "" for any: of another one, no failure is
// ever open.
type kind roster.Kind

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *kind) UnmarshalText(text []byte) error {
	if *k = kind(text); *k == "" || slices.Contains(roster.Kinds(), roster.Kind(*k)) {
		return nil
	}
	var all []string
	for _, one := range roster.Kinds() {
		all = append(all, string(one))
	}
	return fmt.Errorf("there is no kind %q; there are: %s", text, strings.Join(all, ", "))
}

// Help shows an example.
func (failuresCmd) Help() string {
	return "Example:\n\n  rosterd failures --kind invalid_row --output json"
}

// Run lists failures.
func (c *failuresCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		failures, err := state.Failures(s.ctx, store.Filter{All: c.All, Group: c.Group, Kind: roster.Kind(c.Kind), Limit: c.Limit})
		if err != nil {
			return err
		}
		shown := view.OfFailures(failures)
		return c.show(s, shown, func(p *printer) { tellFailures(p, shown) })
	})
}

func tellFailures(p *printer, failures []view.Failure) {
	if nothing(p, len(failures), "no open failures") {
		return
	}
	var rows [][]string
	for _, f := range failures {
		rows = append(rows, []string{f.ID, string(f.Severity), string(f.Kind), f.Group, f.ReferenceID, f.Reason})
	}
	p.table([]string{"ID", "SEVERITY", "KIND", "GROUP", "PERSON", "REASON"}, rows)
	told := map[roster.Kind]bool{}
	for _, f := range failures {
		if told[f.Kind] {
			continue
		}
		told[f.Kind] = true
		p.printf("\n%s\n", p.in(warn, string(f.Kind)))
		for _, line := range wrap(f.Guidance, width-2) {
			p.printf("  %s\n", line)
		}
	}
}
