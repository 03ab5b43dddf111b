package canary

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"
)

// Tests are the tests of a package, as *testing.M has them.
type Tests interface{ Run() int }

// Main is the TestMain of a test package: it runs the tests in a process of
// their own and searches what that prints, to its very end, be that a failure, a
// panic or a time limit, and what it leaves in its directory of temporary files.
// It does not return.
func Main(m Tests) { os.Exit(Watched(m).Run()) }

// Watched are the same tests as Main runs, for a TestMain with more to do.
func Watched(m Tests) Tests { return watched{m} }

type watched struct{ tests Tests }

// inner is the variable that tells a process that it is watched. Set by hand, it
// lets a debugger have the tests.
const inner = "CANARY_WATCHED"

// Run runs the tests, or starts the process that does.
func (w watched) Run() int {
	if os.Getenv(inner) != "" {
		return w.tests.Run()
	}
	code, err := watch(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stdout, "watch tests:", err)
		return max(code, 1)
	}
	return code
}

// watch runs this program again and returns its exit code, or 1 where it told
// somebody's data. Both of its outputs go to out, so that their lines keep their
// order.
func watch(args []string, out io.Writer) (code int, err error) {
	dir, err := os.MkdirTemp("", "canary-")
	if err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	program, err := os.Executable()
	if err != nil {
		return 1, err
	}
	var printed Buffer
	both := io.MultiWriter(out, &printed)
	child := exec.Command(program, args...)
	child.Env = append(os.Environ(), inner+"=1", "TMPDIR="+dir)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, both, both
	child.WaitDelay = 10 * time.Second // for what a test left running
	code, err = finish(child)
	found := append(Find("what the tests printed", printed.Bytes()), Tree(dir, isInput)...)
	for _, f := range found {
		fmt.Fprintln(out, "somebody's data:", f)
		code = max(code, 1)
	}
	return code, err
}

// finish starts a process, hands on the signals that come meanwhile, and returns
// its exit code. A process that a signal ended has failed.
func finish(child *exec.Cmd) (int, error) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT)
	defer close(signals)
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return 1, err
	}
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s) // it may have ended
		}
	}()
	err := child.Wait()
	if _, isExit := errors.AsType[*exec.ExitError](err); isExit {
		err = nil
	}
	if code := child.ProcessState.ExitCode(); code >= 0 {
		return code, err
	}
	return 2, err
}
