package sim_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write FAULTS.md anew")

// fault is one row of the fault matrix: something goes wrong, and the program
// does what is right.
type fault struct {
	number   string // F01 …, C1 … for faults that come together
	fault    string // what goes wrong
	right    string // what has to happen
	injected string // how a test makes it go wrong
	// play injects the fault, asserts what has to happen, and says in half a
	// sentence what did: without times and names that differ from run to run. nil
	// where the fault does not apply.
	play func(t *testing.T) string
	// elsewhere names the test that plays it where real processes and files are.
	elsewhere string
	// not says why the fault does not apply.
	not string
}

// faultTable is the whole matrix, in the order of its numbers.
func faultTable() []fault {
	var all []fault
	for _, part := range [][]fault{sourceFaults(), vitableFaults(), processFaults(), storageFaults(), timeFaults(), networkFaults(), compoundFaults()} {
		all = append(all, part...)
	}
	return all
}

// TestFaults plays the matrix and compares FAULTS.md with what happened.
func TestFaults(t *testing.T) {
	rows := faultTable()
	happened := make([]string, len(rows))
	t.Run("matrix", func(t *testing.T) {
		for i, row := range rows {
			if row.play == nil {
				continue
			}
			t.Run(row.number, func(t *testing.T) {
				t.Parallel()
				happened[i] = row.play(t)
			})
		}
	})
	if t.Failed() {
		return
	}
	want := faultsDocument(rows, happened)
	if *update {
		if err := os.WriteFile("FAULTS.md", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("FAULTS.md"); err != nil || string(got) != want {
		t.Errorf("FAULTS.md is not what happened (%v): go test ./internal/sim -run TestFaults -update", err)
	}
}

// TestFaultsAreAllThere keeps a row for every number, and every test that a row
// names.
func TestFaultsAreAllThere(t *testing.T) {
	rows := faultTable()
	for i, row := range rows {
		want := fmt.Sprintf("F%02d", i+1)
		if i >= 72 {
			want = fmt.Sprintf("C%d", i-71)
		}
		if row.number != want {
			t.Fatalf("row %d is %s, want %s", i+1, row.number, want)
		}
		if ways := []bool{row.play != nil, row.elsewhere != "", row.not != ""}; !oneOf(ways) {
			t.Errorf("%s: one of play, elsewhere and not has to be there: %v", row.number, ways)
		}
		if dir, test, ok := strings.Cut(row.elsewhere, " "); ok && !declared(t, dir, test) {
			t.Errorf("%s: there is no %s in %s", row.number, test, dir)
		}
	}
	if len(rows) != 77 {
		t.Errorf("%d rows, want 77", len(rows))
	}
}

func oneOf(ways []bool) bool {
	n := 0
	for _, way := range ways {
		if way {
			n++
		}
	}
	return n == 1
}

// declared reports whether a package of the module has a test of that name.
func declared(t *testing.T, dir, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+test+"(") {
			return true
		}
	}
	return false
}

// faultsDocument is FAULTS.md.
func faultsDocument(rows []fault, happened []string) string {
	var text strings.Builder
	text.WriteString("# What goes wrong, and what rosterd does\n\nWritten by `go test ./internal/sim -run TestFaults -update`; the test plays every row.\n\n" +
		"| | fault | right | injected | what happened |\n| --- | --- | --- | --- | --- |\n")
	for i, row := range rows {
		switch {
		case row.elsewhere != "":
			fmt.Fprintf(&text, "| %s | %s | %s | %s | played by %s |\n", row.number, row.fault, row.right, row.injected, row.elsewhere)
			continue
		case row.play == nil:
			fmt.Fprintf(&text, "| %s | %s | %s | – | does not apply: %s |\n", row.number, row.fault, row.right, row.not)
			continue
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", row.number, row.fault, row.right, row.injected, happened[i])
	}
	return text.String()
}
