package canary_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

func TestMain(m *testing.M) { canary.Main(m) }

// plant names what TestPlant does; without it, that is nothing.
const plant = "CANARY_PLANT"

// TestPlant is what the watched process of TestMainSeesWhatAProcessTells runs.
func TestPlant(t *testing.T) {
	switch os.Getenv(plant) {
	case "stdout":
		fmt.Println("hello " + canary.FamilyName)
	case "stderr":
		fmt.Fprintln(os.Stderr, "hello "+strings.ToUpper(canary.FamilyName))
	case "failure":
		t.Errorf("got %q", canary.Phone)
	case "panic":
		panic("a row of " + canary.Street)
	case "panic of a goroutine":
		go func() { panic("a row of " + canary.Street) }()
		select {}
	case "exit":
		fmt.Print(canary.BirthDate)
		os.Exit(0)
	case "file left behind":
		leave(t, "rest-*", canary.Mail)
	case "file name left behind":
		leave(t, canary.GivenName+"-*", "")
	case "directory of a test that panics":
		path := filepath.Join(canary.Dir(t), "data")
		if err := os.WriteFile(path, []byte(canary.ZIP), 0o600); err != nil {
			t.Fatal(err)
		}
		go func() { panic("with nobody's data") }() // no cleanup runs
		select {}
	case "nothing":
		fmt.Println("hello E-1")
	}
}

func leave(t *testing.T, pattern, text string) {
	file, err := os.CreateTemp("", pattern)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
	file.Close()
}

func TestMainSeesWhatAProcessTells(t *testing.T) {
	for _, test := range []struct{ plant, says string }{
		{"stdout", "what the tests printed tells a family name"},
		{"stderr", "what the tests printed tells a family name"},
		{"failure", "what the tests printed tells a phone number"},
		{"panic", "what the tests printed tells a street"},
		{"panic of a goroutine", "what the tests printed tells a street"},
		{"exit", "what the tests printed tells a birth date"},
		{"file left behind", "tells an e-mail address"},
		{"file name left behind", "tells a given name"},
		{"directory of a test that panics", "data tells a ZIP code"},
		{"nothing", ""},
	} {
		t.Run(test.plant, func(t *testing.T) {
			program, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			watcher := exec.CommandContext(t.Context(), program, "-test.run=^TestPlant$", "-test.paniconexit0=false")
			for _, variable := range os.Environ() {
				if !strings.HasPrefix(variable, "CANARY_WATCHED=") {
					watcher.Env = append(watcher.Env, variable)
				}
			}
			watcher.Env = append(watcher.Env, plant+"="+test.plant)
			text, err := watcher.CombinedOutput()
			_, failed := errors.AsType[*exec.ExitError](err)
			if err != nil && !failed {
				t.Fatal(err)
			}
			if failed != (test.says != "") {
				t.Errorf("the process failed: %t", failed)
			}
			if saw := strings.Contains(string(text), "somebody's data: "); saw != (test.says != "") || !strings.Contains(string(text), test.says) {
				t.Errorf("it saw something: %t, and does not say %q", saw, test.says)
			}
			if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "canary-*")); len(left) > 0 {
				t.Errorf("%d directories are left behind", len(left))
			}
		})
	}
}
