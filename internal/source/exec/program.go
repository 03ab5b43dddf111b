package exec

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os/exec"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// grace is how long a program that is asked to end may take. rosterd itself has
// to end within five seconds.
const grace = 2 * time.Second

// program is the source.
type program struct {
	config  Config
	opening source.Opening
}

// Pull implements source.Source.
func (p *program) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	if ctx.Err() != nil {
		return source.Report{}, context.Cause(ctx)
	}
	environment, err := p.environment()
	if err != nil {
		return source.Report{}, err
	}
	if err := sink.Columns(p.opening.Columns); err != nil {
		return source.Report{}, err
	}
	return p.run(ctx, environment, sink)
}

// environment is all that the program sees of rosterd's.
func (p *program) environment() ([]string, error) {
	variables := []string{} // not nil, which would stand for rosterd's own
	for _, name := range []string{"PATH", "HOME", "TZ", "LANG"} {
		if p.opening.Getenv != nil && p.opening.Getenv(name) != "" {
			variables = append(variables, name+"="+p.opening.Getenv(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.config.Env)) {
		value, err := p.config.Env[name].Read(p.opening.Getenv)
		if err != nil {
			return nil, err
		}
		variables = append(variables, name+"="+value) // of two, the last counts
	}
	return variables, nil
}

// run runs the program to its end and hands out what it prints. Whatever goes
// wrong ends the program; what went wrong first is returned.
func (p *program) run(ctx context.Context, environment []string, sink source.Sink) (source.Report, error) {
	overdue := source.Faultf(source.WordUnreached, "the program takes longer than timeout")
	ctx, cancel := context.WithTimeoutCause(ctx, p.config.Timeout, overdue)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	printed, complaints := newOutput(ctx, stop, &p.config, p.opening.Columns, sink), new(lines)
	command := exec.CommandContext(ctx, p.config.Command, p.config.Args...)
	command.Dir, command.Env, command.Stdout, command.Stderr = p.config.Dir, environment, printed, complaints
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGTERM) }
	command.WaitDelay = grace
	if err := command.Start(); err != nil {
		return source.Report{}, cmp.Or(context.Cause(ctx), unstarted(err))
	}
	err := command.Wait()
	// Who is left of the group: those who do not mind SIGTERM, and those whom the
	// program left behind. There may be nobody.
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
	if err == nil {
		printed.end()
	}
	switch cause := context.Cause(ctx); {
	case cause != nil:
		return source.Report{}, cause
	case err != nil:
		return source.Report{}, failed(err, complaints.count.Load())
	}
	return printed.report(), nil
}

// unstarted says why a program does not start. Its path and its arguments are in
// the file of settings.
func unstarted(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, exec.ErrNotFound) {
		return source.Faultf(source.WordMissing, "there is no such program, or not the directory that it works in")
	}
	if number, is := errors.AsType[syscall.Errno](err); is {
		return source.Faultf(source.WordUnreadable, "the program does not start: %s", number)
	}
	return source.Faultf(source.WordUnreadable, "the program does not start")
}

// failed says how a program ended.
func failed(err error, complaints int64) error {
	how := "ended, and its output cannot be read"
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
		how = "ended, and left others behind who hold its output"
	case ended && exit.ExitCode() < 0:
		how = "was ended by a signal"
	case ended:
		how = fmt.Sprintf("ended with exit code %d", exit.ExitCode())
	}
	return source.Faultf(source.WordService, "the program %s, after %d lines of stderr, which only a run by hand shows", how, complaints)
}

// lines counts the lines of what is written to it and forgets them.
type lines struct{ count atomic.Int64 }

// Write implements io.Writer.
func (l *lines) Write(text []byte) (int, error) {
	l.count.Add(int64(bytes.Count(text, []byte("\n"))))
	return len(text), nil
}
