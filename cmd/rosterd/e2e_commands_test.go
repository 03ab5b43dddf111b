package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// patience is how long a script waits for something that has to happen.
const patience = 3 * time.Minute

type command = func(ts *testscript.TestScript, neg bool, args []string)

func commandTable() map[string]command {
	return map[string]command{
		"sandbox": cmdSandbox, "put": cmdPut, "census": cmdCensus, "ros": cmdRos, "bg": cmdBackground, "signal": cmdSignal, "ended": cmdEnded, "prints": cmdPrints,
		"until": cmdUntil, "json": cmdJSON, "let": cmdLet, "members": cmdMembers, "ledger": cmdLedger, "accepted": cmdAccepted, "order": cmdOrder,
		"absent": cmdAbsent, "keys": cmdKeys, "age": cmdAge, "cut": cmdCut,
		"http": cmdHTTP, "await": cmdAwait, "freeport": cmdFreeport, "sql": cmdSQL, "rows": cmdRows, "scramble": cmdScramble, "configure": cmdConfigure,
		"receiver": cmdReceiver, "received": cmdReceived, "answers": cmdAnswers,
		"monitor": cmdMonitor, "alerts": cmdAlerts, "litestream": cmdLitestream,
		"shot": cmdShot, "removed": cmdRemoved, "whole": cmdWhole,
		"cramped": cmdCramped, "enough": cmdEnough, "mounted": cmdMounted, "readonly": cmdReadonly,
	}
}

func stageOf(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

// need stops the script where a command was called the wrong way.
func need(ts *testscript.TestScript, args []string, n int, usage string) {
	if len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

// process is a program in the background with all that it printed.
type process struct {
	cmd    *exec.Cmd
	output *canary.Buffer
	done   chan struct{}
	told   time.Time // when it was signalled
}

func (p *process) kill() {
	// Killing what has ended already is what is wanted.
	_ = p.cmd.Process.Kill()
	<-p.done
}

// tee writes to the process's output, and to another writer where there is one.
func (p *process) tee(to io.Writer) io.Writer {
	if to == nil {
		return p.output
	}
	return io.MultiWriter(p.output, to)
}

// start starts rosterd; stdout and stderr go to the process's output too.
func start(ts *testscript.TestScript, stdout, stderr io.Writer, args ...string) *process {
	return launch(ts, "rosterd", stdout, stderr, args...)
}

// launch starts one of the commands of TestMain.
func launch(ts *testscript.TestScript, name string, stdout, stderr io.Writer, args ...string) *process {
	path, err := lookPath(ts.Getenv("PATH"), name)
	ts.Check(err)
	p := &process{cmd: exec.Command(path, args...), output: &canary.Buffer{}, done: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env = ts.MkAbs("."), environ(ts)
	p.cmd.Stdout, p.cmd.Stderr = p.tee(stdout), p.tee(stderr)
	ts.Check(p.cmd.Start())
	go func() {
		// How it ended is read from its state.
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p
}

// environ is the environment of the script's programs.
func environ(ts *testscript.TestScript) []string {
	var all []string
	for _, name := range []string{
		"PATH", "HOME", "TMPDIR", "VITABLE_CONNECT_API_KEY", "VITABLE_CONNECT_BASE_URL", "ROSTERD_DATA_DIR", "ROSTERD_CONFIG", "ROSTERD_LISTEN",
		"ROSTERD_METRICS_LISTEN", "ROSTERD_SHARD", "ROSTERD_SHEDULE", "ROSTERD_STATE_KEY", "ROSTERD_SCHEDULE", "ROSTERD_TIMEZONE", "ROSTERD_RUN_ON_START", "ROSTERD_WEB_TOKEN", "ROSTERD_LOG_LEVEL", "LITESTREAM_REPLICA", "GOCOVERDIR", "GORACE",
	} {
		if value := ts.Getenv(name); value != "" {
			all = append(all, name+"="+value)
		}
	}
	return all
}

func lookPath(path, name string) (string, error) {
	for dir := range strings.SplitSeq(path, string(os.PathListSeparator)) {
		if info, err := os.Stat(dir + "/" + name); err == nil && !info.IsDir() {
			return dir + "/" + name, nil
		}
	}
	return "", errors.New(name + " is not in PATH")
}

func cmdSandbox(ts *testscript.TestScript, _ bool, args []string) {
	s := stageOf(ts)
	reader, writer := io.Pipe()
	s.sandbox = start(ts, writer, nil, append([]string{"sandbox", "--listen", "127.0.0.1:0"}, args...)...)
	line := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(reader).ReadString('\n')
		line <- text
		_, _ = io.Copy(io.Discard, reader)
	}()
	select {
	case text := <-line:
		_, s.url, _ = strings.Cut(strings.TrimSpace(text), "listens on ")
	case <-s.sandbox.done:
		ts.Fatalf("sandbox ended\n%s", s.sandbox.output.Bytes())
	case <-time.After(patience):
		ts.Fatalf("sandbox does not start")
	}
	ts.Setenv("VITABLE_CONNECT_BASE_URL", s.url)
}

func (s *stage) get(path string, into any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/_sandbox/"+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}

func (s *stage) entries(ts *testscript.TestScript) []sandbox.Entry {
	var entries []sandbox.Entry
	ts.Check(s.get("ledger", &entries))
	return entries
}

func cmdPut(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "put PATH BODY")
	request, err := http.NewRequest(http.MethodPut, stageOf(ts).url+"/_sandbox/"+args[0], strings.NewReader(args[1]))
	ts.Check(err)
	answer, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		text, _ := io.ReadAll(answer.Body)
		ts.Fatalf("put %s: status %d: %s", args[0], answer.StatusCode, text)
	}
}

func cmdCensus(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "census FILE SPEC...")
	ts.Check(writeCensus(ts.MkAbs(args[0]), args[1:]))
}

func cmdRos(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "ros CODE ARG...")
	var stdout, stderr bytes.Buffer
	p := start(ts, &stdout, &stderr, args[1:]...)
	begun := time.Now()
	finish(ts, "rosterd "+args[1], p, args[0])
	if args[1] == "run" {
		stageOf(ts).took = time.Since(begun)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("err"), stderr.Bytes(), 0o600))
	if found := canary.Find("its output", p.output.Bytes()); len(found) > 0 {
		ts.Fatalf("somebody's data: %v", found)
	}
}

// wait waits for the end of a program, and ends it where patience does.
func (p *process) wait() (ended bool) {
	select {
	case <-p.done:
		return true
	case <-time.After(patience):
		p.kill()
		return false
	}
}

// finish waits for the end of a program and compares its exit code.
func finish(ts *testscript.TestScript, name string, p *process, want string) {
	if !p.wait() {
		ts.Fatalf("%s does not end\n%s", name, p.output.Bytes())
	}
	code := strconv.Itoa(p.cmd.ProcessState.ExitCode())
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		code = "killed"
	}
	if code != want {
		ts.Fatalf("%s ended with %s, expected %s\n%s", name, code, want, p.output.Bytes())
	}
}

func cmdBackground(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "bg NAME ARG...")
	stageOf(ts).background[args[0]] = start(ts, nil, nil, args[1:]...)
}

func cmdSignal(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "signal NAME kill|term")
	signals := map[string]syscall.Signal{"kill": syscall.SIGKILL, "term": syscall.SIGTERM}
	p := stageOf(ts).background[args[0]]
	p.told = time.Now()
	ts.Check(p.cmd.Process.Signal(signals[args[1]]))
}

func cmdEnded(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "ended NAME CODE [WITHIN]")
	p := stageOf(ts).background[args[0]]
	finish(ts, args[0], p, args[1])
	if len(args) == 2 {
		return
	}
	within, err := time.ParseDuration(args[2])
	ts.Check(err)
	if took := time.Since(p.told); took > within {
		ts.Fatalf("%s ended %s after the signal, expected %s", args[0], took, within)
	}
}

func cmdPrints(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "prints NAME TEXT")
	p := stageOf(ts).background[args[0]]
	if !eventually(func() bool { return bytes.Contains(p.output.Bytes(), []byte(args[1])) }) {
		ts.Fatalf("%s does not print %q\n%s", args[0], args[1], p.output.Bytes())
	}
}

func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "until CALL N")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	if !eventually(func() bool { return countCalls(stageOf(ts).entries(ts), args[0]) >= want }) {
		ts.Fatalf("fewer than %d requests of %s", want, args[0])
	}
}

func countCalls(entries []sandbox.Entry, call string) int {
	n := 0
	for _, e := range entries {
		if string(e.Call) == call || call == "*" {
			n++
		}
	}
	return n
}

func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, args, 2, "json FILE PATH [VALUE]")
	got, err := lookUp([]byte(ts.ReadFile(args[0])), args[1])
	if err != nil {
		if neg && len(args) == 2 {
			return
		}
		ts.Fatalf("%v\n%s", err, ts.ReadFile(args[0]))
	}
	want := strings.Join(args[2:], " ")
	if (got == want) == neg {
		ts.Fatalf("%s is %s, expected %s\n%s", args[1], got, want, ts.ReadFile(args[0]))
	}
}

func cmdLet(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "let NAME FILE PATH")
	got, err := lookUp([]byte(ts.ReadFile(args[1])), args[2])
	ts.Check(err)
	ts.Setenv(args[0], got)
}

func cmdMembers(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "members GROUP SPEC...")
	var members map[string][]string
	ts.Check(stageOf(ts).get("members", &members))
	want := map[string]bool{}
	for _, spec := range args[1:] {
		refs, take := strings.CutPrefix(spec, "-")
		for _, ref := range expand(refs) {
			if spec != "none" {
				want[ref] = !take
			}
		}
	}
	var missing, extra []string
	for ref, in := range want {
		if in && !slices.Contains(members[args[0]], ref) {
			missing = append(missing, ref)
		}
	}
	for _, ref := range members[args[0]] {
		if !want[ref] {
			extra = append(extra, ref)
		}
	}
	if len(missing)+len(extra) > 0 {
		slices.Sort(missing)
		ts.Fatalf("group %s: missing %v, not expected %v", args[0], missing, extra)
	}
}

func cmdLedger(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "ledger CALL N")
	if got := strconv.Itoa(countCalls(stageOf(ts).entries(ts), args[0])); got != args[1] {
		ts.Fatalf("%s requests of %s, expected %s", got, args[0], args[1])
	}
}

// cmdAccepted asserts how many rosters Vitable took. One that arrived may be looked into
// still, so fewer are waited for.
func cmdAccepted(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "accepted GROUP N")
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	n := 0
	eventually(func() bool {
		n = countAccepted(stageOf(ts).entries(ts), args[0])
		return n >= want
	})
	if n != want {
		ts.Fatalf("%d rosters of %s accepted, expected %d", n, args[0], want)
	}
}

func countAccepted(entries []sandbox.Entry, group string) int {
	n := 0
	for _, e := range entries {
		if e.Sync != nil && (group == "*" || e.Group == group) {
			n++
		}
	}
	return n
}

func cmdOrder(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "order A B")
	last := map[string]sandbox.Entry{}
	for _, e := range stageOf(ts).entries(ts) {
		if e.Sync != nil {
			last[e.Group] = e
		}
	}
	before, after := last[args[0]], last[args[1]]
	if before.Sync == nil || after.Sync == nil || before.Sync.ProcessedAt == nil || before.Sync.ProcessedAt.After(after.At) {
		ts.Fatalf("%s was not finished before %s was sent", args[0], args[1])
	}
}

func cmdAbsent(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "absent FILE TEXT")
	if strings.Contains(ts.ReadFile(args[0]), args[1]) {
		ts.Fatalf("%s holds %q", args[0], args[1])
	}
}

func cmdKeys(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "keys FILE PATH KEY...")
	for _, key := range args[2:] {
		if _, err := lookUp([]byte(ts.ReadFile(args[0])), strings.TrimPrefix(args[1]+"."+key, ".")); err != nil {
			ts.Fatalf("%v\n%s", err, ts.ReadFile(args[0]))
		}
	}
}

func cmdAge(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "age FILE DURATION")
	old, err := time.ParseDuration(args[1])
	ts.Check(err)
	at := time.Now().Add(-old)
	ts.Check(os.Chtimes(ts.MkAbs(args[0]), at, at))
}

func cmdCut(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "cut FILE BYTES")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text[:len(text)-n]), 0o600))
}
