package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
)

// cramps are stories in which a disk has ever more room, from none to enough:
// every write finds its end somewhere.
func cramps() []siege {
	stories := func(kind, place string) []siege {
		begin := place + `env ROSTERD_DATA_DIR=data/state
sandbox --empty
census census.csv sales:S1-S30
ros 0 run
`
		return []siege{
			{
				name: kind + " run", begin: begin, times: 26,
				again: func(n int) string {
					return fmt.Sprintf("census census.csv sales:S1-S%d\ncramped %s %d run\nros 0 run\nmembers sales S1-S%[1]d\n", 30+n, kind, n*6000)
				},
				end: "enough\nremoved none\nros 0 run --output json\njson out groups.submitted 0\njson out failures_open 0\n",
			},
			{
				name: kind + " first start", begin: begin, times: 16,
				again: func(n int) string {
					return fmt.Sprintf("rm data/state\ncramped %s %d run\nros 0 run --output json\njson out holds_open 0\nmembers sales S1-S30\n", kind, n*27000)
				},
				end: "enough\nremoved none\n",
			},
			{
				name: kind + " backup", begin: begin, times: 6,
				again: func(n int) string {
					return fmt.Sprintf("cramped %s %d backup data/saved.db\nwhole data/saved.db\n! exists data/saved.db.partial\nrm data/saved.db\n", kind, (n-1)*40000)
				},
				end: "enough\nros 0 run\n",
			},
		}
	}
	return append(stories("file", ""), stories("disk", "[!mount] skip 'no right to mount a tmpfs'\nmounted data 8m\n")...)
}

// TestDiskFull tells the cramps: once with a limit on the size of files, which
// every system has, and once with a small file system.
func TestDiskFull(t *testing.T) { runSieges(t, cramps()) }

// TestDiskReadOnly makes the disk read-only between two runs.
func TestDiskReadOnly(t *testing.T) {
	runSieges(t, []siege{{
		name: "read-only",
		begin: `[!mount] skip 'no right to mount a tmpfs'
mounted data 8m
env ROSTERD_DATA_DIR=data/state
sandbox --empty
census census.csv sales:S1-S30
ros 0 run
census census.csv sales:S1-S31 S1!terminated
readonly data on
ros 1 run
ros 1 backup data/saved.db
accepted * 1
readonly data off
ros 0 run
members sales S2-S31
removed S1
`,
	}})
}

// limited is a command of the scripts: it runs a program that cannot write files
// beyond a number of bytes.
func limited() {
	bytes, err := strconv.ParseUint(os.Args[1], 10, 64)
	if err == nil {
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes})
	}
	path, lookErr := exec.LookPath(os.Args[2])
	if err == nil && lookErr == nil {
		err = syscall.Exec(path, os.Args[2:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "limited:", err, lookErr)
	os.Exit(125)
}

// cmdCramped runs rosterd with little room: no file may be larger than that many
// bytes, or the disk has no more left. It may fail, but only by saying so, and
// nothing is sent that is not recorded.
func cmdCramped(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "cramped file|disk BYTES ARG...")
	s := stageOf(ts)
	sent, recorded := countCalls(s.entries(ts), "submit_sync"), countSyncs(ts)
	var p *process
	switch args[0] {
	case "file":
		p = launch(ts, "limited", nil, nil, append([]string{args[1], "rosterd"}, args[2:]...)...)
		p.wait()
	case "disk":
		room, err := strconv.ParseInt(args[1], 10, 64)
		ts.Check(err)
		filler := filepath.Join(ts.MkAbs("data"), "filler")
		ts.Check(fill(filler, room))
		p = start(ts, nil, nil, args[2:]...)
		p.wait()
		ts.Check(os.Remove(filler))
	default:
		ts.Fatalf("cramped: no %q", args[0])
	}
	code := p.cmd.ProcessState.ExitCode()
	output := p.output
	ts.Logf("exit code %d\n%s", code, output.Bytes())
	if found := canary.Find("its output", output.Bytes()); len(found) > 0 {
		ts.Fatalf("somebody's data: %v", found)
	}
	if code != 0 && code != 1 || bytes.Contains(output.Bytes(), []byte("panic")) {
		ts.Fatalf("it ended with %d, expected 0 or 1", code)
	}
	sent, recorded = countCalls(s.entries(ts), "submit_sync")-sent, countSyncs(ts)-recorded
	if sent > recorded || code == 0 && args[2] == "run" && sent == 0 {
		ts.Fatalf("%d rosters were sent, %d are recorded, and it ended with %d", sent, recorded, code)
	}
	s.roomy = code == 0
}

// cmdEnough asserts that there was room enough the last time: else the story
// stopped before its end.
func cmdEnough(ts *testscript.TestScript, _ bool, _ []string) {
	if !stageOf(ts).roomy {
		ts.Fatalf("there was never room enough")
	}
}

// countSyncs is how many attempts are recorded; none where there is no database.
func countSyncs(ts *testscript.TestScript) int {
	path := ts.MkAbs("data/state/rosterd.db")
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return 0
	}
	got, err := firstValue(path, "SELECT count(*) FROM syncs")
	ts.Check(err)
	n, err := strconv.Atoi(got)
	ts.Check(err)
	return n
}

// fill writes a file that leaves so many bytes of its file system.
func fill(path string, room int64) error {
	var stat syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &stat); err != nil {
		return err
	}
	free := int64(stat.Bavail) * int64(stat.Bsize)
	return os.WriteFile(path, make([]byte, max(0, free-room)), 0o600)
}

// cmdMounted mounts a small file system, until the end of the script.
func cmdMounted(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "mounted DIR SIZE")
	dir := ts.MkAbs(args[0])
	ts.Check(os.Mkdir(dir, 0o700))
	ts.Check(mount(dir, args[1]))
	ts.Defer(func() { ts.Check(unmount(dir)) })
}

// cmdReadonly makes a mounted file system read-only, or writable again.
func cmdReadonly(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "readonly DIR on|off")
	ts.Check(remount(ts.MkAbs(args[0]), args[1] == "on"))
}

// mayMount tries it. Where it is not allowed, the tests that need it are
// skipped, and say so even where nobody asked for the details.
func mayMount() bool {
	dir := filepath.Join(os.Getenv("TMPDIR"), fmt.Sprintf("rosterd-mount-%d", os.Getpid())) // TestMain sets it
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		defer os.Remove(dir) //nolint:errcheck // an empty directory is in nobody's way
		if err = mount(dir, "1m"); err == nil {
			err = unmount(dir)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "SKIPPED: full and read-only file systems, for a tmpfs cannot be mounted here:", err)
	}
	return err == nil
}
