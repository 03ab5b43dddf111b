package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"github.com/rosterd/rosterd/internal/app"
)

// commands is the whole command line.
type commands struct {
	Config string `help:"The YAML file. Default: ROSTERD_CONFIG, or rosterd.yaml." placeholder:"FILE" short:"c"`

	Demo        demoCmd        `cmd:"" help:"See rosterd work: sandbox, sample census and built-in trouble; no key, no network."`
	Serve       serveCmd       `cmd:"" help:"Run as a daemon: on schedule, with health, metrics and the JSON interface."`
	Run         runCmd         `cmd:"" help:"Make one run and exit."`
	Plan        planCmd        `cmd:"" help:"Show what a run would do, and do nothing."`
	Check       checkCmd       `cmd:"" help:"Test the file, the sources and the API, and say what to do."`
	Sources     sourcesCmd     `cmd:"" help:"List the types of sources with their keys and presets."`
	Status      statusCmd      `cmd:"" help:"Is everything all right: last run, sources, holds, failures."`
	Groups      groupsCmd      `cmd:"" help:"List the groups and how many people each has."`
	Runs        runsCmd        `cmd:"" help:"List past runs."`
	Failures    failuresCmd    `cmd:"" help:"List open failures with what to do about each."`
	Holds       holdsCmd       `cmd:"" help:"List what waits for approval."`
	Approve     approveCmd     `cmd:"" help:"Let exactly the removals of a hold through, once."`
	Reject      rejectCmd      `cmd:"" help:"Keep the people of a hold covered, and silence it until its set changes."`
	Pin         pinCmd         `cmd:"" help:"Keep a person covered whatever the sources say."`
	Unpin       unpinCmd       `cmd:"" help:"Take a pin back."`
	Explain     explainCmd     `cmd:"" help:"Tell what is known of one person, and why."`
	Abandon     abandonCmd     `cmd:"" help:"Give up a request that Vitable does not finish."`
	Notify      notifyCmd      `cmd:"" help:"Test the senders of notifications."`
	Sandbox     sandboxCmd     `cmd:"" help:"Serve a faithful imitation of Vitable, with faults on demand."`
	Backup      backupCmd      `cmd:"" help:"Write a consistent copy of the database."`
	Schema      schemaCmd      `cmd:"" help:"Print the JSON Schema of the YAML file."`
	Healthcheck healthcheckCmd `cmd:"" help:"Ask the daemon whether it is alive; for container health checks."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

// session is one call of the program. Everything that it touches is in here, so
// a test can call it like any function.
type session struct {
	args    []string
	environ []string
	stdout  io.Writer
	stderr  io.Writer
	version string

	ctx    context.Context
	config string
	blank  bool // there is no database to read
}

// exit ends a command with a code that is no error: the work was done, and this
// is what it came to.
type exit int

// Error says which code.
func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run makes one call and returns its exit code.
func run(ctx context.Context, s *session) int {
	s.ctx = ctx
	var line commands
	exited := -1
	parser, err := kong.New(&line, kong.Name("rosterd"), kong.Description("Keeps Vitable group rosters equal to what your HR systems say. Nobody is dropped from coverage because something hiccuped."),
		kong.Writers(s.stdout, s.stderr), kong.Exit(func(code int) { exited = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		fmt.Fprintln(s.stderr, "rosterd:", err)
		return app.ExitInternal
	}
	call, err := parser.Parse(s.args)
	if exited >= 0 { // --help
		return exited
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "rosterd: %v\nTry: rosterd --help\n", err)
		return app.ExitUsage
	}
	s.config = line.Config
	return s.told(s.safely(func() error { return call.Run(s) }))
}

// safely turns a panic into an error without what it panicked with, which may
// be somebody's data.
func (s *session) safely(command func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("stopped unexpectedly; this is a bug of rosterd\n%s", debug.Stack())
		}
	}()
	return command()
}

// told prints an error, once, and returns its exit code.
func (s *session) told(err error) int {
	var code exit
	if errors.As(err, &code) {
		return int(code)
	}
	if err != nil {
		fmt.Fprintln(s.stderr, "rosterd:", err)
	}
	return app.ExitCode(err)
}

// open starts the program; file says whether the YAML file is needed. The
// returned function closes it and adds its error to err.
func (s *session) open(file bool, tune func(*app.Options)) (a *app.App, done func(err *error), err error) {
	o := app.Options{Environ: s.environ, Config: s.config, Version: s.version, Log: s.stderr, Quiet: true}
	if tune != nil {
		tune(&o)
	}
	if a, err = app.New(o); err != nil {
		return nil, nil, err
	}
	if file {
		if err := a.ReadFile(); err != nil {
			return nil, nil, err
		}
	}
	return a, func(err *error) { *err = errors.Join(*err, a.Close()) }, nil
}
