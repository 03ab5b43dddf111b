package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/bench/census"
	"github.com/rosterd/rosterd/internal/bench/sink"
)

// groupPrefix is in front of the ids of the sink's groups.
const groupPrefix = "grp_"

// bench has what all measurements need.
type bench struct {
	dir     string // everything is made in it and goes with it
	self    string // this program: the bare one and the sink are in it
	rosterd string
}

func newBench(ctx context.Context) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find own program: %w", err)
	}
	dir, err := os.MkdirTemp("", "rosterd-bench-")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	b := &bench{dir: dir, self: self, rosterd: filepath.Join(dir, "rosterd")}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.rosterd, "github.com/rosterd/rosterd/cmd/rosterd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		b.close()
		return nil, fmt.Errorf("build rosterd: %w\n%s", err, said)
	}
	return b, nil
}

func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// stage is one size: an export, the same with one person in a hundred changed,
// a sink with the groups, and a configuration.
type stage struct {
	bench         *bench
	path, changed string // of the exports
	serving       string // of the export that rosterd reads
	config        string
	url           string
	stop          func()
}

func (b *bench) stage(ctx context.Context, people, groups int) (*stage, error) {
	s := &stage{
		bench: b, path: filepath.Join(b.dir, "census.csv"), changed: filepath.Join(b.dir, "changed.csv"),
		serving: filepath.Join(b.dir, "live.csv"), config: filepath.Join(b.dir, "rosterd.yaml"),
	}
	for path, c := range map[string]census.Census{
		s.path:    {People: people, Groups: groups},
		s.changed: {People: people, Groups: groups, Moved: 10},
	} {
		if err := write(path, c); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(s.config, []byte(strings.ReplaceAll(configuration, "CENSUS", s.serving)), 0o600); err != nil {
		return nil, err
	}
	return s, s.startSink(ctx, groups)
}

func write(path string, c census.Census) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.Write(file); err != nil {
		return err
	}
	return file.Close()
}

// configuration is that of somebody who knows what is in the groups, so that
// the first run sends.
const configuration = `version: 1
vitable: {requests_per_second: 0, concurrency: 8}
sources:
  - name: hq
    type: csv
    path: CENSUS
    stable_for: 0s
    fields:
      reference_id: employee_id
      first_name: first_name
      last_name: last_name
      date_of_birth: {column: dob, format: MM/DD/YYYY}
      phone: mobile
      email: email
      address_line_1: street
      address_line_2: street2
      city: city
      state: state
      zipcode: zip
      plan: plan_code
      group: department
      status: status
      termination_date: term_date
    include: {status: [active, leave]}
    terminated: {status: [terminated]}
safety: {first_sync: allow}
`

func (s *stage) startSink(ctx context.Context, groups int) error {
	ctx, cancel := context.WithCancel(ctx)
	child := exec.CommandContext(ctx, s.bench.self, "sink", strconv.Itoa(groups))
	out, err := child.StdoutPipe()
	if err != nil {
		cancel()
		return fmt.Errorf("start sink: %w", err)
	}
	if err := child.Start(); err != nil {
		cancel()
		return fmt.Errorf("start sink: %w", err)
	}
	s.stop = func() {
		cancel()
		_ = child.Wait() // it was killed
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.stop()
		return fmt.Errorf("start sink: %w", err)
	}
	s.url = strings.TrimSpace(url)
	return nil
}

// counts asks the sink what came since the last time.
func (s *stage) counts() (counts sink.Counts, err error) {
	answer, err := http.Get(s.url + sink.CountsPath)
	if err != nil {
		return counts, err
	}
	defer answer.Body.Close()
	return counts, json.NewDecoder(answer.Body).Decode(&counts)
}

// environ is that of a rosterd whose state is in dir.
func (s *stage) environ(dir string) []string {
	return []string{
		"VITABLE_CONNECT_API_KEY=key", "VITABLE_CONNECT_BASE_URL=" + s.url, "ROSTERD_CONFIG=" + s.config, "ROSTERD_DATA_DIR=" + dir,
		"ROSTERD_STATE_KEY=" + base64.StdEncoding.EncodeToString(make([]byte, 32)), "ROSTERD_LOG_LEVEL=warn",
	}
}

// export makes a file the one that rosterd reads.
func (s *stage) export(path string) error {
	_ = os.Remove(s.serving) // the first time there is none
	return os.Link(path, s.serving)
}
