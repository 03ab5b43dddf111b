package sql_test

import (
	stdsql "database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
)

// program finds a program of a database server. Without it the test is skipped,
// unless CI_SERVERS is set, as in CI, where all of them are installed.
func program(t *testing.T, name, packaged string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return path
		}
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for _, sbin := range []string{"/usr/sbin/", "/usr/libexec/"} {
		if _, err := os.Stat(sbin + name); err == nil {
			found = append(found, sbin+name)
		}
	}
	if len(found) > 0 {
		return slices.Max(found)
	}
	if os.Getenv("CI_SERVERS") != "" {
		t.Fatalf("there is no %s: install Debian's package %s", name, packaged)
	}
	t.Skipf("NOT TESTED: there is no %s; install Debian's package %s", name, packaged)
	return ""
}

// home is a directory for a server, which refuses to run as root.
type home struct {
	dir   string
	owner *syscall.Credential // nil: whoever runs the test
}

// newHome makes a directory that belongs to account, or to whoever runs the test
// where that is not root.
func newHome(t *testing.T, account string) home {
	t.Helper()
	h := home{dir: filepath.Join(canary.Input(t), "server")}
	if err := os.Mkdir(h.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		return h
	}
	known, err := user.Lookup(account)
	if err != nil {
		t.Fatal(err)
	}
	uid, err1 := strconv.ParseUint(known.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(known.Gid, 10, 32)
	err = errors.Join(err1, err2, os.Chown(h.dir, int(uid), int(gid)))
	// The way there is closed to others.
	for at := filepath.Dir(h.dir); err == nil && strings.HasPrefix(at, os.Getenv("TMPDIR")) && at != "/"; at = filepath.Dir(at) {
		err = os.Chmod(at, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	h.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return h
}

// file writes a file that the server reads.
func (h home) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// command is a program of the server. What it says goes to a file: it repeats
// what it was asked.
func (h home) command(t *testing.T, path string, args ...string) *exec.Cmd {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(h.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { log.Close() })
	c := exec.Command(path, args...)
	c.Dir, c.Stdout, c.Stderr = h.dir, log, log
	c.Env = []string{"HOME=" + h.dir, "TMPDIR=" + h.dir, "LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: h.owner}
	return c
}

// run runs a program of the server to its end.
func (h home) run(t *testing.T, path string, args ...string) {
	t.Helper()
	if err := h.command(t, path, args...).Run(); err != nil {
		t.Fatalf("%s: %v; it says: %s", filepath.Base(path), err, h.said())
	}
}

// said is the last of what the programs said.
func (h home) said() string {
	text, err := os.ReadFile(filepath.Join(h.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// serve starts a server on a free port and returns a connection to it once it
// answers. The server is ended, by its process, when the test is.
func (h home) serve(t *testing.T, end syscall.Signal, driver string, command func(port int) *exec.Cmd, dsn func(port int) string) (*stdsql.DB, int) {
	t.Helper()
	const tries = 3 // somebody else may take the port first
	for range tries {
		port := freePort(t)
		c := command(port)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			_ = c.Wait() // it is asked to end, or what it said tells
			close(ended)
		}()
		t.Cleanup(func() { finish(t, c, end, ended) })
		admin, err := stdsql.Open(driver, dsn(port))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = admin.Close() })
		if answers(t, admin, ended) {
			return admin, port
		}
	}
	t.Fatalf("the server does not answer; it says: %s", h.said())
	return nil, 0
}

// answers waits until a server does. It returns false when that has ended.
func answers(t *testing.T, admin *stdsql.DB, ended <-chan struct{}) bool {
	t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for deadline := time.After(time.Minute); ; {
		if admin.PingContext(t.Context()) == nil {
			return true
		}
		select {
		case <-look.C:
		case <-ended:
			return false
		case <-deadline:
			return false
		}
	}
}

func finish(t *testing.T, c *exec.Cmd, end syscall.Signal, ended <-chan struct{}) {
	_ = c.Process.Signal(end) // it may have ended
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Errorf("the server does not end: %v", c.Process.Kill())
		<-ended
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// at is a port of this machine.
func at(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
