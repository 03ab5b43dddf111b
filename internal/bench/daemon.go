package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// idleFor is how long a daemon is left alone before its memory is looked at.
const idleFor = 3 * time.Second

// daemon measures a daemon that has nothing to do: what is known is that of a
// finished run over ten thousand people.
func (b *bench) daemon(ctx context.Context, out io.Writer) error {
	s, err := b.stage(ctx, 10_000, 10)
	if err != nil {
		return err
	}
	defer s.stop()
	dir := filepath.Join(b.dir, "daemon")
	if err := s.export(s.path); err != nil {
		return err
	}
	if _, err := spend(ctx, s.environ(dir), b.rosterd, "run"); err != nil {
		return err
	}
	for _, runs := range []string{"false", "true"} {
		ready, idle, stopped, err := s.serve(ctx, dir, runs)
		if err != nil {
			return err
		}
		what := "that only waits"
		if runs == "true" {
			what = "after a run over 10000 people"
		}
		fmt.Fprintf(out, "daemon %s: ready after %s, %.1f MiB resident, ended %s after SIGTERM\n",
			what, millis(ready), float64(idle)/(1<<20), millis(stopped))
	}
	return nil
}

// serve starts a daemon, lets it idle, looks at its memory and stops it.
func (s *stage) serve(ctx context.Context, dir, runOnStart string) (ready time.Duration, idle int64, stopped time.Duration, err error) {
	child := exec.CommandContext(ctx, s.bench.rosterd, "serve")
	child.Env = append(append(os.Environ(), s.environ(dir)...),
		"ROSTERD_LISTEN=127.0.0.1:0", "ROSTERD_LOG_LEVEL=info", "ROSTERD_LOG_FORMAT=json", "ROSTERD_RUN_ON_START="+runOnStart)
	log, err := child.StderrPipe()
	if err != nil {
		return 0, 0, 0, err
	}
	begun := time.Now()
	if err := child.Start(); err != nil {
		return 0, 0, 0, err
	}
	defer child.Process.Kill() //nolint:errcheck // it has ended, unless something went wrong
	lines := bufio.NewScanner(log)
	address, err := find(lines, "listening")
	if err != nil {
		return 0, 0, 0, err
	}
	if err := untilReady(ctx, "http://"+address+"/readyz"); err != nil {
		return 0, 0, 0, err
	}
	ready = time.Since(begun)
	if runOnStart == "true" {
		if _, err := find(lines, "run ended"); err != nil {
			return 0, 0, 0, err
		}
	}
	go func() { _, _ = io.Copy(io.Discard, log) }() // so that it never waits for a reader
	time.Sleep(idleFor)
	if idle, err = resident(child.Process.Pid); err != nil {
		return 0, 0, 0, err
	}
	begun = time.Now()
	if err := child.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, 0, 0, err
	}
	if err := child.Wait(); err != nil {
		return 0, 0, 0, fmt.Errorf("stop daemon: %w", err)
	}
	return ready, idle, time.Since(begun), nil
}

// find reads the log up to a message and returns the address in that line.
func find(lines *bufio.Scanner, message string) (string, error) {
	for lines.Scan() {
		var line struct {
			Msg     string `json:"msg"`
			Address string `json:"address"`
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == message {
			return line.Address, nil
		}
	}
	return "", fmt.Errorf("read log: it ends before %q", message)
}

func untilReady(ctx context.Context, url string) error {
	for ctx.Err() == nil {
		answer, err := http.Get(url)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return ctx.Err()
}

// resident is the memory of a process, as /proc has it.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib << 10, nil
		}
	}
	return 0, errors.New("read /proc: no VmRSS")
}
