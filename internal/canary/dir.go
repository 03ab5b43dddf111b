package canary

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inputs is the name of the directories of what tests hand to a program.
const inputs = "canary-input"

// Dir is a directory for everything that a program under test may write. It is
// searched when the test ends, and removed.
func Dir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() { report(t, Tree(dir, isInput)) })
	return dir
}

// Input is a directory for what a test hands to a program and what holds people
// or secrets on purpose: exports and key files. Only the names in it are searched.
func Input(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(Dir(t), inputs)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatalf("make directory of inputs: %v", err)
	}
	return dir
}

func isInput(path string) bool {
	return strings.Contains(path, string(filepath.Separator)+inputs+string(filepath.Separator))
}

// Text searches what a test has at hand, such as an error's text; where says
// what it is.
func Text(t testing.TB, where, text string) {
	t.Helper()
	report(t, Find(where, []byte(text)))
}

func report(t testing.TB, found []Finding) {
	t.Helper()
	for _, f := range found {
		t.Errorf("somebody's data: %s", f)
	}
}
