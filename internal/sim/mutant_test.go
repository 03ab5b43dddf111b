package sim_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

var hunt = flag.Bool("sim.mutants", false, "build rosterd with each deliberate bug, and see that the simulator finds it")

// mutant is one deliberate bug: in a file, one text stands for another.
type mutant struct {
	name string
	file string // below internal/
	old  string // stands in it exactly once
	new  string
}

// TestMutants is the proof that the simulator can find bugs: it has to find
// every one of these.
func TestMutants(t *testing.T) {
	if !*hunt {
		t.Skip("only with -sim.mutants: it builds rosterd once for each bug")
	}
	for _, m := range mutants() {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			program := m.build(t)
			found := exec.CommandContext(t.Context(), program, "-test.run", "TestKept|TestLaws", "-test.failfast", "-test.timeout", "10m",
				"-sim.histories", "4000", "-sim.for", "4m", "-sim.seed", "1", "-sim.players", "1", "-sim.shorten=false")
			printed, err := found.CombinedOutput()
			broken := lawBroken().Find(printed)
			if err == nil || broken == nil {
				t.Fatalf("the simulator does not find it (%v)\n%s", err, lastLines(printed))
			}
			t.Logf("%s", broken)
		})
	}
}

// TestMutantsFollowTheCode: a bug whose text is gone from the code proves nothing,
// and the run that builds them all is too late to hear of it.
func TestMutantsFollowTheCode(t *testing.T) {
	for _, m := range mutants() {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) { m.apply(t) })
	}
}

// apply gives the path of the mutant's file, and its text with the bug in it.
func (m mutant) apply(t *testing.T) (path, text string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", filepath.FromSlash(m.file)))
	if err != nil {
		t.Fatal(err)
	}
	right, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(right), m.old); n != 1 {
		t.Fatalf("the text to change stands %d times in %s, want once: the bug has to follow the code", n, m.file)
	}
	return path, strings.Replace(string(right), m.old, m.new, 1)
}

// build builds the simulator around a rosterd with the bug.
func (m mutant) build(t *testing.T) string {
	t.Helper()
	path, text := m.apply(t)
	dir := canary.Input(t) // the simulator itself knows the people of tests
	changed := filepath.Join(dir, filepath.Base(path))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, changed, text)
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	program := filepath.Join(dir, "sim.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, ".")
	if printed, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, printed)
	}
	return program
}

// lawBroken is what the simulator prints of a broken law.
func lawBroken() *regexp.Regexp { return regexp.MustCompile(`law \d: .*|somebody's data: .*`) }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func lastLines(printed []byte) []byte { return printed[max(0, len(printed)-2000):] }
