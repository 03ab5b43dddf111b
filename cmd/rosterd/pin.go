package main

import (
	"fmt"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// pinCmd is `rosterd pin`.
type pinCmd struct {
	ReferenceID string `arg:"" help:"The person."`
	By          string `help:"Who decides." placeholder:"WHO"`
	Reason      string `help:"Why." placeholder:"WHY"`
}

// Help shows an example.
func (pinCmd) Help() string {
	return "Example:\n\n  rosterd pin E1001 --by 'Ada Admin' --reason 'on COBRA until June'"
}

// Run pins.
func (c *pinCmd) Run(s *session) error {
	return s.writing(false, func(a *app.App, state *store.Store) error {
		if err := state.Pin(s.ctx, roster.Pin{ReferenceID: c.ReferenceID, By: c.By, Comment: c.Reason, At: a.Now()}); err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "%s is pinned: no run removes them\n", c.ReferenceID)
		story, err := view.Explain(s.ctx, state, c.ReferenceID)
		if err == nil && story.State == view.StateUnknown {
			fmt.Fprintln(s.stdout, "nobody known has this reference_id, so look whether it is right; the pin waits for whoever comes with it")
		}
		return err
	})
}

// unpinCmd is `rosterd unpin`.
type unpinCmd struct {
	ReferenceID string `arg:"" help:"The person."`
	By          string `help:"Who decides." placeholder:"WHO"`
}

// Help shows an example.
func (unpinCmd) Help() string { return "Example:\n\n  rosterd unpin E1001 --by 'Ada Admin'" }

// Run takes a pin back.
func (c *unpinCmd) Run(s *session) error {
	return s.writing(false, func(a *app.App, state *store.Store) error {
		if err := state.Unpin(s.ctx, c.ReferenceID, c.By, a.Now()); err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "%s is no longer pinned\n", c.ReferenceID)
		return nil
	})
}
