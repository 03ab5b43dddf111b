package verify_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The units are what systemd takes. It asks whether the program is there, so they name
// one that is.
func TestUnits(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	switch {
	case err != nil && os.Getenv("CI_SERVERS") != "":
		t.Fatal("there is no systemd-analyze: install Debian's package systemd")
	case err != nil:
		t.Skip("NOT TESTED: there is no systemd-analyze; install Debian's package systemd")
	}
	units, err := filepath.Glob("../systemd/*")
	if err != nil || len(units) == 0 {
		t.Fatal("no units", err)
	}
	dir := t.TempDir()
	args := []string{"verify"}
	for _, unit := range units {
		text := read(t, unit)
		if strings.HasSuffix(unit, ".service") && !strings.Contains(text, "ExecStart=/usr/local/bin/rosterd ") {
			t.Errorf("%s does not start rosterd", unit)
		}
		there := strings.ReplaceAll(text, "/usr/local/bin/rosterd", "/bin/true")
		file := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(file, []byte(there), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	said, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
	if err != nil || len(said) > 0 {
		t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, said)
	}
}
