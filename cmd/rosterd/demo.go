package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/store"
)

// demoCmd is `rosterd demo`.
type demoCmd struct {
	Fast bool `help:"End after the story instead of serving."`
}

// Help shows an example.
func (demoCmd) Help() string {
	return "Example:\n\n  rosterd demo --fast\n\nEverything happens in a temporary directory and on loopback; nothing is left behind."
}

// demo is the story while it is told.
type demo struct {
	session *session
	print   *printer
	server  *sandbox.Server
	dir     string
	environ []string
	census  census
	chapter int
}

const demoConfig = `version: 1
vitable: {requests_per_second: 0, poll: {initial: 30ms, max: 1s}, settle: 1s}
plans: {GOLD: pln_gold, SILVER: pln_silver}
groups: {create_missing: true}
sources:
  - name: hq
    type: csv
    path: %s
    stable_for: 0s
    fields:
      reference_id: employee_id
      first_name: first_name
      last_name: last_name
      date_of_birth: {column: dob, format: MM/DD/YYYY}
      phone: mobile
      email: email
      address_line_1: street
      city: city
      state: state
      zipcode: zip
      plan: plan_code
      group: department
      status: status
      termination_date: term_date
    include: {status: [active]}
    terminated: {status: [terminated]}
`

// Run tells the story.
func (c *demoCmd) Run(s *session) (err error) {
	dir, err := os.MkdirTemp("", "rosterd-demo-")
	if err != nil {
		return fmt.Errorf("make temporary directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	options := sandbox.Default()
	options.Groups = nil
	server := sandbox.New(options)
	at, stop, err := serveSandbox(server, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	d := &demo{
		session: s, print: &printer{w: s.stdout, colour: onTerminal(s.stdout)}, server: server, dir: dir, census: newCensus(),
		environ: []string{
			"VITABLE_CONNECT_API_KEY=demo", "VITABLE_CONNECT_BASE_URL=http://" + at.String(), "ROSTERD_DATA_DIR=" + filepath.Join(dir, "data"),
			"ROSTERD_CONFIG=" + filepath.Join(dir, "rosterd.yaml"), "ROSTERD_LISTEN=127.0.0.1:0", "ROSTERD_SCHEDULE=* * * * *", "ROSTERD_LOG_LEVEL=error",
		},
	}
	if err := os.WriteFile(filepath.Join(dir, "rosterd.yaml"), fmt.Appendf(nil, demoConfig, d.file()), 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	if err := d.tell(); err != nil {
		return err
	}
	if c.Fast {
		return nil
	}
	return d.serve()
}

func (d *demo) file() string { return filepath.Join(d.dir, "census.csv") }

// tell is the story, chapter by chapter.
func (d *demo) tell() error {
	d.print.printf("rosterd demo: an employer with %d people in %d departments, and an imitation of Vitable.\n", len(d.census.people), len(departments()))
	for _, chapter := range []func() error{
		d.firstSync, d.unchanged, d.hire, d.termination, d.badRow, d.brokenExport, d.massRemoval, d.approval, d.refusedRow,
	} {
		if err := chapter(); err != nil {
			return err
		}
	}
	d.print.printf("\nThat is the story. Throughout it, nobody lost coverage without proof and a person's approval.\n")
	return d.print.err
}

func (d *demo) firstSync() error {
	d.title("A first sync", "Vitable has no groups yet, so rosterd creates them and sends each its full roster.")
	return d.expect(roster.RunDone, func(r roster.Run) bool { return r.Added == len(d.census.people) })
}

func (d *demo) unchanged() error {
	d.title("Nothing changed", "The same export again: nothing is sent.")
	before := d.submissions()
	return d.expect(roster.RunDone, func(r roster.Run) bool { return r.Groups.Submitted == 0 && d.submissions() == before })
}

func (d *demo) hire() error {
	d.title("A hire", "One new row in Sales. Only that group is sent, with everybody in it: the API replaces rosters.")
	d.census.hire("N2001", "Sales")
	return d.expect(roster.RunDone, func(r roster.Run) bool { return r.Added == 1 && r.Groups.Submitted == 1 })
}

func (d *demo) termination() error {
	d.title("A termination", "Row E1003 says terminated and its date has come. That is proof, and one person is within the limits.")
	d.census.terminate("E1003")
	return d.expect(roster.RunDone, func(r roster.Run) bool { return r.Removed == 1 && !d.covered("E1003") })
}

func (d *demo) badRow() error {
	d.title("A bad row", "E1007 lost their phone number, so the row cannot be sent. Leaving it out would end their coverage;\nrosterd carries the last accepted record forward and says so.")
	d.census.change("E1007", func(p *employee) { p.phone = "" })
	return d.expect(roster.RunFailures, func(r roster.Run) bool { return r.Carried == 1 && r.Removed == 0 && d.covered("E1007") })
}

func (d *demo) brokenExport() error {
	d.title("A broken export", "The export stops in the middle of a row. Nothing that it feeds is touched.")
	before := d.submissions()
	whole := d.census.csv()
	if err := d.write(whole[:len(whole)/2]); err != nil {
		return err
	}
	if err := d.run(roster.RunSourceFailed, func(r roster.Run) bool { return r.Removed == 0 && d.submissions() == before }); err != nil {
		return err
	}
	d.census.change("E1007", func(p *employee) { p.phone = "202-555-0107" })
	return nil
}

func (d *demo) massRemoval() error {
	d.title("A mass removal", "Today's export says that a third of Operations was terminated, and that two people were hired there.\nThe hires go through at once; the removals are over the limit and wait for a person.")
	for n := 1020; n < 1028; n++ {
		d.census.terminate(fmt.Sprintf("E%d", n))
	}
	d.census.hire("N2002", "Operations")
	d.census.hire("N2003", "Operations")
	return d.expect(roster.RunHeld, func(r roster.Run) bool { return r.Added == 2 && r.Removed == 0 && r.Holds == 1 && d.covered("E1020") })
}

func (d *demo) approval() error {
	d.title("Its approval", "A benefits administrator looks at the list and approves exactly that set.")
	if err := d.approve(); err != nil {
		return err
	}
	return d.expect(roster.RunDone, func(r roster.Run) bool { return r.Removed == 8 && !d.covered("E1020") })
}

func (d *demo) refusedRow() error {
	d.title("A row that Vitable refuses", "A new hire is covered under another employer. Everybody else goes through; the refusal is kept as a failure.")
	d.server.Refuse("N2004", "add", "Member is subscribed under another organization")
	d.census.hire("N2004", "Engineering")
	d.census.hire("N2005", "Engineering")
	if err := d.expect(roster.RunFailures, func(r roster.Run) bool { return r.Added == 1 && d.covered("N2005") && !d.covered("N2004") }); err != nil {
		return err
	}
	return d.withApp(func(a *app.App) error {
		state, err := a.ReadStore(d.session.ctx)
		if err != nil {
			return err
		}
		failures, err := state.OpenFailures(d.session.ctx)
		if err != nil {
			return err
		}
		for _, f := range failures {
			d.print.printf("  failure %s: %s, group %s, person %s: %s\n", f.ID, f.Kind, f.Group, f.ReferenceID, f.Reason)
		}
		return nil
	})
}

// serve keeps the daemon running on the sandbox.
func (d *demo) serve() error {
	return d.withApp(func(a *app.App) error {
		return a.Serve(d.session.ctx, func(at net.Addr) {
			d.print.printf("\nThe daemon now runs on the sandbox, once a minute. Look at:\n\n  http://%s/ in a browser\n  http://%s/api/v1/status\n  http://%s/metrics\n\nEdit %s and watch. Ctrl-C ends it and leaves nothing behind.\n", at, at, at, d.file())
		})
	})
}

func (d *demo) title(name, text string) {
	d.chapter++
	d.print.printf("\n%s\n", d.print.in(good, fmt.Sprintf("%d. %s", d.chapter, name)))
	for _, line := range strings.Split(text, "\n") {
		d.print.printf("  %s\n", line)
	}
}

// expect writes today's census, makes a run and checks that it came out as told.
func (d *demo) expect(outcome roster.RunOutcome, holds func(roster.Run) bool) error {
	if err := d.write(d.census.csv()); err != nil {
		return err
	}
	return d.run(outcome, holds)
}

func (d *demo) write(text string) error {
	if err := os.WriteFile(d.file(), []byte(text), 0o600); err != nil {
		return fmt.Errorf("write census: %w", err)
	}
	return nil
}

func (d *demo) run(outcome roster.RunOutcome, holds func(roster.Run) bool) error {
	return d.withApp(func(a *app.App) error {
		run, err := a.RunOnce(d.session.ctx, reconcile.Options{Trigger: "manual"}, false)
		if err != nil {
			return err
		}
		g := run.Groups
		d.print.printf("  -> %s (exit code %d): %d added, %d changed, %d removed, %d carried; groups: %d submitted, %d skipped, %d held, %d blocked\n",
			run.Outcome, run.ExitCode, run.Added, run.Changed, run.Removed, run.Carried, g.Submitted, g.Skipped, g.Held, g.Blocked)
		for _, source := range run.Sources {
			if source.Reason != "" {
				d.print.printf("     source %s: %s\n", source.Name, source.Reason)
			}
		}
		if run.Outcome != outcome || !holds(run) {
			return fmt.Errorf("the demo went differently than told in chapter %d", d.chapter)
		}
		return nil
	})
}

// approve approves the one open hold, as a person would.
func (d *demo) approve() error {
	return d.withApp(func(a *app.App) error {
		state, err := a.OpenStore(d.session.ctx)
		if err != nil {
			return err
		}
		holds, err := state.ActiveHolds(d.session.ctx)
		if err != nil {
			return err
		}
		for _, hold := range holds {
			d.print.printf("  rosterd approve %s --digest %s --by 'Ada Admin' --reason 'layoff, confirmed by HR'\n", hold.ID, hold.Digest)
			if _, err := state.Approve(d.session.ctx, store.Verdict{
				HoldID: hold.ID, Digest: hold.Digest, By: "Ada Admin", Why: "layoff, confirmed by HR", At: a.Now(), ExpiresAt: a.Now().Add(time.Hour),
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *demo) withApp(use func(*app.App) error) (err error) {
	inner := *d.session
	inner.environ, inner.config = d.environ, ""
	a, done, err := inner.open(true, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	return use(a)
}

func (d *demo) submissions() int {
	n := 0
	for _, entry := range d.server.Ledger() {
		if entry.Call == sandbox.SubmitSync {
			n++
		}
	}
	return n
}

func (d *demo) covered(ref string) bool {
	for _, department := range departments() {
		if _, ok := d.server.Member(department, ref); ok {
			return true
		}
	}
	return false
}
