package main

import (
	"maps"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// statusCmd is `rosterd status`.
type statusCmd struct{ output }

// Help shows an example.
func (statusCmd) Help() string { return "Example:\n\n  rosterd status --output json" }

// Run tells how things stand.
func (c *statusCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		status, err := view.StatusOf(s.ctx, state)
		if err != nil {
			return err
		}
		return c.show(s, status, func(p *printer) { tellStatus(p, status) })
	})
}

func tellStatus(p *printer, status view.Status) {
	if status.LastRun == nil {
		p.printf("no run yet\n")
		return
	}
	run := status.LastRun
	p.printf("last run  %s, started %s, %s\n", run.RunID, when(&run.StartedAt), p.in(toneOf(run.Outcome), string(run.Outcome)))
	for _, source := range status.Sources {
		t := good
		if source.State != roster.SourceOK {
			t = bad
		}
		p.printf("source    %s: %s, %s, last complete %s\n", source.Name, p.in(t, string(source.State)), plural(source.Records, "record"), when(source.LastSuccess))
	}
	p.printf("groups    %d, with %d people\n", status.Groups, status.Members)
	p.printf("requests  %d in flight\n", status.InFlight)
	for _, hold := range status.Holds {
		p.printf("hold      %s: %s of group %s, %s, since %s\n", hold.ID, plural(len(hold.Removals), "removal"), hold.Group, p.in(warn, string(hold.Reason)), when(&hold.CreatedAt))
	}
	for _, kind := range slices.Sorted(maps.Keys(status.Failures)) {
		p.printf("failures  %d %s\n", status.Failures[kind], p.in(warn, string(kind)))
	}
	if len(status.Pins) > 0 {
		p.printf("pins      %d\n", len(status.Pins))
	}
}
