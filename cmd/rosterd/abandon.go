package main

import (
	"fmt"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/store"
)

// abandonCmd is `rosterd abandon`.
type abandonCmd struct {
	RequestID string `arg:"" help:"The request, from rosterd failures."`
	By        string `help:"Who decides." placeholder:"WHO"`
	Reason    string `help:"Why." placeholder:"WHY"`
}

// Help shows an example.
func (abandonCmd) Help() string {
	return "Example:\n\n  rosterd abandon grpmsr_123 --by 'Ada Admin' --reason 'Vitable support lost it'\n\nWhat the request did stays unknown; the next run sends the current roster."
}

// Run gives a request up.
func (c *abandonCmd) Run(s *session) error {
	return s.writing(false, func(a *app.App, state *store.Store) error {
		sync, err := state.Abandon(s.ctx, c.RequestID, c.By, c.Reason, a.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "request %s of group %s is abandoned; the next run sends the current roster\n", c.RequestID, sync.Group)
		return nil
	})
}
