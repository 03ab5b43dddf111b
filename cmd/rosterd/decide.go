package main

import (
	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// verdictArgs are what an approval and a rejection need.
type verdictArgs struct {
	output
	Hold   string `arg:"" help:"Id of the hold, from rosterd holds."`
	Digest string `required:"" help:"Digest of the set that you looked at." placeholder:"D"`
	By     string `required:"" help:"Who decides." placeholder:"WHO"`
	Reason string `required:"" help:"Why." placeholder:"WHY"`
}

// approveCmd is `rosterd approve`.
type approveCmd struct{ verdictArgs }

// Help shows an example.
func (approveCmd) Help() string {
	return "Example:\n\n  rosterd approve h1 --digest 5f2c… --by 'Ada Admin' --reason 'layoff of 3 May'\n\nThe next run lets exactly that set through, once, until safety.approval_ttl has passed."
}

// Run approves.
func (c *approveCmd) Run(s *session) error {
	return s.writing(true, func(a *app.App, state *store.Store) error {
		now := a.Now()
		hold, err := state.Approve(s.ctx, store.Verdict{
			HoldID: c.Hold, Digest: c.Digest, By: c.By, Why: c.Reason, At: now, ExpiresAt: now.Add(a.File.Safety.ApprovalTTL),
		})
		if err != nil {
			return err
		}
		shown := view.OfHold(hold)
		return c.show(s, shown, func(p *printer) {
			p.printf("%s approved until %s; the next run lets it through\n", shown.ID, when(shown.ExpiresAt))
		})
	})
}

// rejectCmd is `rosterd reject`.
type rejectCmd struct{ verdictArgs }

// Help shows an example.
func (rejectCmd) Help() string {
	return "Example:\n\n  rosterd reject h1 --digest 5f2c… --by 'Ada Admin' --reason 'the export was wrong'"
}

// Run rejects.
func (c *rejectCmd) Run(s *session) error {
	return s.writing(false, func(a *app.App, state *store.Store) error {
		hold, err := state.Reject(s.ctx, store.Verdict{HoldID: c.Hold, Digest: c.Digest, By: c.By, Why: c.Reason, At: a.Now()})
		if err != nil {
			return err
		}
		shown := view.OfHold(hold)
		return c.show(s, shown, func(p *printer) {
			p.printf("%s rejected; its people stay covered until the set changes\n", shown.ID)
		})
	})
}
