package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/roster"
)

// The README names every variable, command, exit code, kind of failure and type
// of source that there is.
func TestReadmeIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, v := range config.Variables() {
		want = append(want, "`"+v.Name+"`")
		if v.Default != "" {
			want = append(want, "`"+v.Default+"`")
		}
	}
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		want = append(want, "`"+command.Name+"`")
	}
	for _, kind := range roster.Kinds() {
		want = append(want, "`"+string(kind)+"`")
	}
	for code := app.ExitDone; code <= app.ExitAPI; code++ {
		want = append(want, "\n| "+strconv.Itoa(code)+" |")
	}
	for _, source := range app.SourceTypes() {
		want = append(want, "`"+source.Name+"`")
	}
	for _, name := range want {
		if !strings.Contains(string(text), name) {
			t.Errorf("README.md does not name %s", strings.TrimSpace(name))
		}
	}
}

// Every command's help shows an example.
func TestHelpShowsAnExample(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		if !strings.Contains(command.Detail, "Example:\n\n  rosterd "+command.Name) && !strings.Contains(command.Detail, "rosterd "+command.Name) {
			t.Errorf("rosterd %s --help shows no example", command.Name)
		}
	}
}
