package exec_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/exec"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// open returns a source that runs the helper.
func open(t *testing.T, columns []string, change func(*exec.Config), words ...string) source.Source {
	t.Helper()
	config := exec.Type().New().(*exec.Config)
	config.Command, config.Args = os.Args[0], append([]string{helper}, words...)
	change(config)
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	getenv := func(name string) string {
		return map[string]string{"PATH": "/bin", "HOME": "/home/nobody", "TZ": "UTC", "TOKEN": canary.Secret, "ROSTERD_STATE_KEY": canary.Secret}[name]
	}
	opened, err := config.Open(source.Opening{Columns: columns, Getenv: getenv})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

func asItIs(*exec.Config) {}

func singer(c *exec.Config) { c.Format, c.Stream = "singer", "people" }

// file is a file with a text that programs print.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(canary.Input(t), "printed")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLaws(t *testing.T) {
	t.Run("ndjson", func(t *testing.T) {
		sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source {
			return open(t, rows.Columns, asItIs, "print", file(t, objects(t, rows, "%s\n")))
		})
	})
	t.Run("singer", func(t *testing.T) {
		sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source {
			text := `{"type": "SCHEMA", "stream": "people", "key_properties": [], "schema": {}}` + "\n" +
				objects(t, rows, `{"type": "RECORD", "stream": "people", "record": %s}`+"\n") + `{"type": "STATE", "value": {}}` + "\n"
			return open(t, rows.Columns, singer, "print", file(t, text))
		})
	})
}

// objects are rows as JSON, each in a line of its own form.
func objects(t *testing.T, rows sourcetest.Rows, form string) string {
	t.Helper()
	var all strings.Builder
	for _, record := range rows.Records {
		object, err := json.Marshal(sourcetest.Nested(rows.Columns, record))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&all, form, object)
	}
	return all.String()
}

// fails asserts that a pull fails with a word, that it says a text and nobody's
// data, and that what it handed out until then is all that it could.
func fails(t *testing.T, s source.Source, word, says string) {
	t.Helper()
	report, err := s.Pull(t.Context(), new(sourcetest.Recorder))
	if err == nil {
		t.Fatal("the pull passes")
	}
	canary.Text(t, "the error", err.Error())
	if diff := cmp.Diff(source.Report{}, report); diff != "" {
		t.Errorf("report beside an error (-want +got):\n%s", diff)
	}
	if fault := source.AsFault(err); fault.Word != word || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want %s: … %s", err, word, says)
	}
}

func TestEnds(t *testing.T) {
	good := file(t, `{"id": "1", "name": "`+canary.FamilyName+`"}`+"\n")
	for _, tt := range []struct {
		name       string
		words      []string
		word, says string
	}{
		{"an exit code", []string{"print", good, "complain", "exit", "3"}, source.WordService, "ended with exit code 3, after 2 lines of stderr"},
		{"a signal", []string{"print", good, "die"}, source.WordService, "was ended by a signal, after 0 lines"},
		{"somebody who holds the output", []string{"print", good, "child", "stay", "/"}, source.WordService, "left others behind"},
	} {
		t.Run(tt.name, func(t *testing.T) { fails(t, open(t, []string{"id"}, asItIs, tt.words...), tt.word, tt.says) })
	}
	t.Run("complaints alone", func(t *testing.T) {
		report, err := open(t, []string{"id"}, asItIs, "complain", "print", good).Pull(t.Context(), new(sourcetest.Recorder))
		if err != nil || report.Seen != 1 {
			t.Errorf("%d records: %v", report.Seen, err)
		}
	})
	t.Run("a last line without its end", func(t *testing.T) {
		ragged := file(t, `{"id": "1"}`+"\n"+`{"id": "2"}`)
		report, err := open(t, []string{"id"}, asItIs, "print", ragged).Pull(t.Context(), new(sourcetest.Recorder))
		if err != nil || report.Seen != 2 {
			t.Errorf("%d records: %v", report.Seen, err)
		}
	})
	t.Run("no program", func(t *testing.T) {
		for command, word := range map[string]string{"rosterd-test-none": source.WordMissing, "/none/program": source.WordMissing, good: source.WordUnreadable} {
			fails(t, open(t, []string{"id"}, func(c *exec.Config) { c.Command = command }), word, "program")
		}
	})
	t.Run("no directory", func(t *testing.T) {
		fails(t, open(t, []string{"id"}, func(c *exec.Config) { c.Dir = "/none" }), source.WordMissing, "directory")
	})
}

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		name       string
		words      []string
		change     func(*exec.Config)
		word, says string
	}{
		{"time", []string{"stay"}, func(c *exec.Config) { c.Timeout = time.Second }, source.WordUnreached, "longer than timeout"},
		{"time, for who does not mind", []string{"deaf", "stay"}, func(c *exec.Config) { c.Timeout = time.Second }, source.WordUnreached, "longer than timeout"},
		{"time, while it prints", []string{"flood"}, func(c *exec.Config) { c.Timeout = time.Second }, source.WordUnreached, "longer than timeout"},
		{"output", []string{"flood"}, func(c *exec.Config) { c.MaxOutput = 1 << 20 }, source.WordTooLarge, "more than 1048576 bytes"},
		{"line", []string{"endless"}, asItIs, source.WordTooLarge, "line 1 of the output is longer than 1024 KiB"},
	} {
		t.Run(tt.name, func(t *testing.T) { fails(t, open(t, []string{"id"}, tt.change, tt.words...), tt.word, tt.says) })
	}
}

// Whoever the program started is gone when the pull is: what they hold is free.
func TestNothingIsLeft(t *testing.T) {
	line := file(t, `{"id": "1"}`+"\n")
	for _, tt := range []struct {
		name          string
		child, parent []string // what they do beside
	}{
		{"both go", nil, []string{"stay"}},
		{"both do not mind", []string{"deaf"}, []string{"deaf", "stay"}},
		{"the child does not mind", []string{"deaf"}, []string{"stay"}},
		{"the parent went before", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			held := filepath.Join(canary.Dir(t), "held")
			// The child prints once it holds the file, and then the pull is called off.
			words := slices.Concat([]string{"child"}, tt.child, []string{"hold", held, "print", line, "stay", "/"}, tt.parent)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			got := &sourcetest.Recorder{OnRecord: func(int) error { cancel(); return nil }}
			if _, err := open(t, []string{"id"}, asItIs, words...).Pull(ctx, got); !errors.Is(err, context.Canceled) {
				t.Errorf("pull returned %v", err)
			}
			if err := lock(held); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	secret := file(t, canary.Secret+"-of-a-file\n")
	printed := func(change func(*exec.Config)) string {
		var got sourcetest.Recorder
		if _, err := open(t, []string{"id"}, change, "env").Pull(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		return got.Records[0][0]
	}
	t.Setenv("OTHER", "of the test")
	if diff := cmp.Diff("PATH=/bin, HOME=/home/nobody, TZ=UTC", without(printed(asItIs), "PWD=")); diff != "" {
		t.Errorf("the environment (-want +got):\n%s", diff)
	}
	got := printed(func(c *exec.Config) {
		c.Env = map[string]source.Secret{"TOKEN": {Env: "TOKEN"}, "KEY": {File: secret}, "HOME": {Env: "TZ"}}
	})
	for _, want := range []string{"TOKEN=" + canary.Secret, "KEY=" + canary.Secret + "-of-a-file", "HOME=UTC"} {
		if !strings.Contains(got, want) {
			t.Errorf("a variable is not there: %s", want[:5])
		}
	}
	fails(t, open(t, []string{"id"}, func(c *exec.Config) { c.Env = map[string]source.Secret{"A": {Env: "NONE"}} }, "env"), source.WordSecret, "NONE is empty")
}

// without is a list of variables without those that begin so.
func without(list, prefix string) string {
	var kept []string
	for word := range strings.SplitSeq(list, ", ") {
		if !strings.HasPrefix(word, prefix) {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept, ", ")
}

// What argparse, which taps read their words with, takes for a state is refused; what
// only looks like it is not.
func TestStates(t *testing.T) {
	for words, refused := range map[string]bool{
		"--state state.json": true, "--state=state.json": true, "--stat state.json": true, "--sta=state.json": true,
		"--st state.json": true, "--s=state.json": true, "-s state.json": true, "-s=state.json": true, "-sstate.json": true,
		"--config config.json -s state.json": true, "--state=": true, "-ds state.json": true,
		"--config config.json --catalog catalog.json": false, "-c states.json": false, "-cstates.json": false, "--start-date 2026-01-01": false,
		"--stream people": false, "--states all": false, "--stateless": false, "--select=name": false, "--": false, "state": false, "-p us.json": false,
	} {
		config := exec.Type().New().(*exec.Config)
		config.Command, config.Args = "tap", strings.Fields(words)
		singer(config)
		if got := len(config.Faults()) > 0; got != refused {
			t.Errorf("%s: refused %t, want %t", words, got, refused)
		}
		config.Format, config.Stream = "ndjson", ""
		if faults := config.Faults(); len(faults) > 0 {
			t.Errorf("%s: of a program that is no tap it is refused too: %v", words, faults)
		}
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*exec.Config)
		key    string
	}{
		{"all that is needed", asItIs, ""},
		{"a tap", singer, ""},
		{"no command", func(c *exec.Config) { c.Command = " " }, "command"},
		{"another format", func(c *exec.Config) { c.Format = "xml" }, "format"},
		{"a tap without a stream", func(c *exec.Config) { c.Format = "singer" }, "stream"},
		{"a stream without a tap", func(c *exec.Config) { c.Stream = "people" }, "stream"},
		{"a tap with a state", func(c *exec.Config) { singer(c); c.Args = []string{"--state", "state.json"} }, "args"},
		{"a tap with its state", func(c *exec.Config) { singer(c); c.Args = []string{"--state=state.json"} }, "args"},
		{"a secret in two places", func(c *exec.Config) { c.Env = map[string]source.Secret{"A": {Env: "A", File: "a"}} }, "env.A"},
		{"a variable without a name", func(c *exec.Config) { c.Env = map[string]source.Secret{"A=B": {Env: "A"}} }, "env"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := exec.Type().New().(*exec.Config)
			config.Command = "true"
			tt.change(config)
			faults := config.Faults()
			_, err := config.Open(source.Opening{})
			if (err != nil) != (tt.key != "") || len(faults) > 1 || tt.key != "" && (len(faults) == 0 || faults[0].Key != tt.key) {
				t.Errorf("faults %v, open %v, want one of %q", faults, err, tt.key)
			}
		})
	}
}
