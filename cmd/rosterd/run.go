package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/view"
)

// runCmd is `rosterd run`.
type runCmd struct {
	output
	Wait   bool     `help:"Wait for another instance to end instead of exiting with 6."`
	FailOn []string `help:"What makes the exit code other than 0: source, failures, held, api." default:"source,failures,held,api" enum:"source,failures,held,api" placeholder:"WHAT"`
	Group  []string `help:"Only this group (external_reference_id); may be repeated." placeholder:"EXT" sep:"none"`
}

// Help shows an example.
func (runCmd) Help() string {
	return "Example:\n\n  rosterd run --fail-on source,api --output json\n\nExit codes: 0 done, 3 open failures, 4 something is held, 5 a source failed, 6 another instance is running, 7 state unusable, 8 Vitable unreachable."
}

// Run makes one run.
func (c *runCmd) Run(s *session) (err error) {
	a, done, err := s.open(true, func(o *app.Options) { o.Progress = progress(s) })
	if err != nil {
		return err
	}
	defer done(&err)
	failOn := map[roster.Concern]bool{}
	for _, what := range c.FailOn {
		failOn[roster.Concern(what)] = true
	}
	run, err := a.RunOnce(s.ctx, reconcile.Options{Trigger: "manual", Groups: c.Group, FailOn: failOn}, c.Wait)
	if run.ID == "" {
		return err
	}
	shown := view.OfRun(run)
	if err != nil {
		shown.ExitCode = app.ExitCode(err)
	}
	if showErr := c.show(s, shown, func(p *printer) { tellRun(p, shown) }); showErr != nil || err != nil {
		if err != nil {
			return err
		}
		return showErr
	}
	if run.ExitCode != 0 {
		return exit(run.ExitCode)
	}
	return nil
}

// tellRun prints a run for people.
func tellRun(p *printer, r view.Run) {
	p.printf("run %s: %s\n\n", r.RunID, p.in(toneOf(r.Outcome), string(r.Outcome)))
	tellSources(p, r.Sources)
	p.printf("groups   %d submitted, %d skipped, %d held, %d blocked, %d failed\n", r.Groups.Submitted, r.Groups.Skipped, r.Groups.Held, r.Groups.Blocked, r.Groups.Failed)
	p.printf("people   %d added, %d changed, %d removed, %d carried\n", r.Added, r.Changed, r.Removed, r.Carried)
	p.printf("open     %d failures, %d holds\n", r.FailuresOpen, r.HoldsOpen)
	if r.HoldsOpen > 0 {
		p.printf("next     rosterd holds\n")
	} else if r.FailuresOpen > 0 {
		p.printf("next     rosterd failures\n")
	}
}

func tellSources(p *printer, sources []roster.SourceResult) {
	for _, source := range sources {
		t := good
		if source.State != roster.SourceOK {
			t = bad
		}
		p.printf("source   %s: %s, %d records\n", source.Name, p.in(t, string(source.State)), source.Records)
		if source.Reason != "" {
			for _, line := range wrap(source.Reason, width-9) {
				p.printf("         %s\n", line)
			}
		}
	}
}

func toneOf(o roster.RunOutcome) tone {
	switch o {
	case roster.RunDone:
		return good
	case roster.RunFailures, roster.RunHeld, roster.RunRunning:
		return warn
	}
	return bad
}

// progress tells people at a terminal how far long work has come.
func progress(s *session) func(stage string, done, total int) {
	if !onTerminal(s.stderr) {
		return nil
	}
	return throttled(func(stage string, done, total int) {
		of := ""
		if total > 0 {
			of = fmt.Sprintf(" of %d", total)
		}
		fmt.Fprintf(s.stderr, "\r%s\r%s: %d%s", strings.Repeat(" ", 60), stage, done, of)
		if total > 0 && done == total {
			fmt.Fprint(s.stderr, "\r"+strings.Repeat(" ", 60)+"\r")
		}
	})
}

// throttled calls tell at most ten times a second, and always at an end.
func throttled(tell func(stage string, done, total int)) func(string, int, int) {
	type moment struct{ at time.Time }
	last := make(chan moment, 1)
	last <- moment{}
	return func(stage string, done, total int) {
		before := <-last
		if now := time.Now(); now.Sub(before.at) > 100*time.Millisecond || done == total {
			tell(stage, done, total)
			before.at = now
		}
		last <- before
	}
}
