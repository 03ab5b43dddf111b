package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// leaseDir, when it is set, makes this test binary another instance: it takes
// the lease in that directory, says so, and holds it until it is killed.
const leaseDir = "STORE_TEST_LEASE_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(leaseDir); dir != "" {
		holdLease(dir)
		return
	}
	canary.Main(m)
}

func holdLease(dir string) {
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err == nil {
		_, err = s.Lease(context.Background(), "another process", false)
	}
	if err != nil {
		fmt.Println("error: " + err.Error())
		return
	}
	fmt.Println("held")
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}

// startHolder starts another process that holds the lease.
func startHolder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	holder := exec.CommandContext(t.Context(), os.Args[0])
	holder.Env = append(os.Environ(), leaseDir+"="+dir)
	stdin := value(holder.StdinPipe())(t)
	stdout := value(holder.StdoutPipe())(t)
	check(t, holder.Start())
	t.Cleanup(func() { _ = stdin.Close(); _ = holder.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "held\n" {
		t.Fatalf("other process says %q: %v", line, err)
	}
	return holder
}

func TestLeaseBetweenProcesses(t *testing.T) {
	dir := canary.Dir(t)
	s := mustOpen(t, store.Options{Dir: dir})
	holder := startHolder(t, dir)

	_, err := s.Lease(t.Context(), "we", false)
	wantError(t, err, store.ErrBusy)
	if err != nil && !strings.Contains(err.Error(), "another process") {
		t.Errorf("error %q does not say who holds the lease", err)
	}
	check(t, s.Pin(t.Context(), roster.Pin{ReferenceID: "EMP1", By: "ann"})) // a person's write needs no lease

	check(t, holder.Process.Kill())
	if _, err := s.Lease(t.Context(), "we", true); err != nil {
		t.Errorf("lease of a killed holder: %v", err)
	}
}

func TestLeaseWaits(t *testing.T) {
	dir := canary.Dir(t)
	_, held := mustLease(t, store.Options{Dir: dir})
	second := mustOpen(t, store.Options{Dir: dir})
	synctest.Test(t, func(t *testing.T) {
		time.AfterFunc(10*time.Second, func() { _ = held.Release() })
		start := time.Now()
		lease, err := second.Lease(t.Context(), "second", true)
		check(t, err)
		if waited := time.Since(start); waited < 10*time.Second || waited > 11*time.Second {
			t.Errorf("waited %v, want until the release after 10s", waited)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = second.Lease(ctx, "third", true)
		wantError(t, err, context.DeadlineExceeded)
		check(t, lease.Release())
	})
}

func TestLeaseRelease(t *testing.T) {
	dir := canary.Dir(t)
	s, lease := mustLease(t, store.Options{Dir: dir})
	check(t, lease.Release())
	check(t, lease.Release())
	wantError(t, s.StartRun(t.Context(), roster.Run{ID: "run1"}), store.ErrNoLease)
	wantError(t, lease.Beat(t.Context()), store.ErrNoLease)
	again, err := s.Lease(t.Context(), "again", false)
	check(t, err)
	check(t, again.Beat(t.Context()))
	check(t, s.Close())
	mustLease(t, store.Options{Dir: dir}) // Close gave it back
}

// A lock file that was deleted keeps nobody out; the fencing number does.
func TestFencing(t *testing.T) {
	dir := canary.Dir(t)
	slow, lease := mustLease(t, store.Options{Dir: dir})
	id := intend(t, slow, "g1", people(1))
	check(t, os.Remove(filepath.Join(dir, "rosterd.lock")))
	fast, _ := mustLease(t, store.Options{Dir: dir})

	ctx := t.Context()
	writes := map[string]func() error{
		"beat":         func() error { return lease.Beat(ctx) },
		"start run":    func() error { return slow.StartRun(ctx, roster.Run{ID: "run1"}) },
		"finish run":   func() error { return slow.FinishRun(ctx, roster.Run{ID: "run1"}) },
		"save plan":    func() error { return slow.SavePlan(ctx, roster.PlanRecord{}) },
		"sweep":        func() error { return slow.Sweep(ctx, roster.Sweep{}) },
		"create group": func() error { return slow.GroupCreated(ctx, roster.GroupState{ExternalReferenceID: "g2"}) },
		"intend":       func() error { _, err := slow.Intend(ctx, intent("g2", nil)); return err },
		"accepted":     func() error { return slow.Accepted(ctx, id, roster.Receipt{RequestID: "req"}, time.Now()) },
		"mark unknown": func() error { return slow.MarkUnknown(ctx, id, time.Now()) },
		"complete":     func() error { return slow.Complete(ctx, completion(id, "g1", nil)) },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) { wantError(t, write(), store.ErrFenced) })
	}
	t.Run("the new holder writes", func(t *testing.T) {
		check(t, fast.MarkUnknown(ctx, id, time.Now()))
	})
	t.Run("a release takes nothing from the new holder", func(t *testing.T) {
		check(t, lease.Release())
		check(t, fast.StartRun(ctx, roster.Run{ID: "run2"}))
		_, err := fast.Lease(ctx, "third", false)
		wantError(t, err, store.ErrBusy)
		if err != nil && !strings.Contains(err.Error(), "test") {
			t.Errorf("error %q does not say that the new holder has it", err)
		}
	})
}

func TestWritesWithoutLease(t *testing.T) {
	s := mustOpen(t, store.Options{Dir: canary.Dir(t)})
	_, err := s.Intend(t.Context(), intent("g1", nil))
	wantError(t, err, store.ErrNoLease)
	wantError(t, s.SavePlan(t.Context(), roster.PlanRecord{}), store.ErrNoLease)
}

func TestReplacedWhileOpen(t *testing.T) {
	for name, replace := range map[string]func(string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, []byte("x"), 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := canary.Dir(t)
			s, _ := mustLease(t, store.Options{Dir: dir})
			check(t, replace(filepath.Join(dir, "rosterd.db")))
			_, err := s.Intend(t.Context(), intent("g1", people(1)))
			wantError(t, err, store.ErrUnusable)
			wantError(t, s.Pin(t.Context(), roster.Pin{ReferenceID: "EMP1"}), store.ErrUnusable)
		})
	}
}
