package files_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// object is a file of a test, so many hours old.
type object struct {
	name string
	text string
	age  int
}

// older is a time so many hours ago.
func older(hours int) time.Time {
	return time.Now().Add(-time.Duration(hours) * time.Hour).Truncate(time.Second)
}

// read finds a file and reads it to its end.
func read(t *testing.T, config files.Config, o source.Opening) (*files.Chosen, string, error) {
	t.Helper()
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	return drain(t.Context(), config, o)
}

func drain(ctx context.Context, config files.Config, o source.Opening) (*files.Chosen, string, error) {
	chosen, err := config.Open(o, files.EndingLikeOthers).Find(ctx)
	if err != nil {
		return nil, "", err
	}
	defer chosen.Close()
	content, err := chosen.Read(ctx)
	if err != nil {
		return nil, "", err
	}
	text, err := io.ReadAll(iotest.HalfReader(content))
	if err != nil {
		return nil, "", err
	}
	return chosen, string(text), chosen.Unchanged(ctx)
}

// wantFault checks the word, a part of the detail, and that no secret is in it.
func wantFault(t *testing.T, err error, word, detail string) {
	t.Helper()
	fault, ok := errors.AsType[*source.Fault](err)
	switch {
	case !ok || fault.Word != word:
		t.Errorf("got %v, want %s", err, word)
	case !strings.Contains(fault.Error(), detail):
		t.Errorf("got %v, want it to say %q", err, detail)
	}
	canary.Text(t, "the fault", fmt.Sprint(err))
}

// environment has the secrets of tests.
func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// testPlace is what a place of files has to do, whichever it is. place puts the
// objects into a directory outbox and returns where that is.
func testPlace(t *testing.T, place func(t *testing.T, objects ...object) (files.Config, source.Opening)) {
	for _, test := range []struct {
		name    string
		path    string // below outbox
		change  func(*files.Config)
		objects []object
		want    string // the text that is read
		word    string // of a fault
	}{
		{"one file by its name", "/census.csv", nil, []object{{"census.csv", "id\n1\n", 2}, {"other.csv", "id\n2\n", 1}}, "id\n1\n", ""},
		{"a large file", "/census.csv", nil, []object{{"census.csv", strings.Repeat("0123456789abcde\n", 300_000), 2}}, strings.Repeat("0123456789abcde\n", 300_000), ""},
		{"the newest of a pattern", "/census-*.csv", nil, []object{{"census-1.csv", "id\n1\n", 1}, {"census-2.csv", "id\n2\n", 2}, {"x.csv", "id\n3\n", 1}}, "id\n1\n", ""},
		{"a pattern for directories", "/*/census.csv", nil, []object{{"acme/census.csv", "id\n1\n", 3}, {"zenith/census.csv", "id\n2\n", 2}}, "id\n2\n", ""},
		{"an unfinished name is passed over", "/*", nil, []object{{"b.csv", "id\n1\n", 3}, {"c.csv.filepart", "id\n2\n", 2}}, "id\n1\n", ""},
		{"one without its sidecar is passed over", "/*.csv", func(c *files.Config) { c.Sidecar = ".done" }, []object{{"b.csv", "id\n1\n", 3}, {"b.csv.done", "x", 2}, {"c.csv", "id\n2\n", 2}}, "id\n1\n", ""},
		{"one that ends where others do not is passed over", "/*.csv", nil, []object{{"b.csv", "id\n1\n", 3}, {"c.csv", "id\n2", 2}}, "id\n1\n", ""},
		{"a packed one", "/*.csv.gz", nil, []object{{"b.csv.gz", gzipped("id\n1\n"), 3}}, "id\n1\n", ""},
		{"an empty file", "/b.csv", nil, []object{{"b.csv", "", 3}}, "", ""},
		{"no such file", "/b.csv", nil, []object{{"c.csv", "id\n1\n", 3}}, "", source.WordMissing},
		{"nothing matches", "/b*.csv", nil, []object{{"c.csv", "id\n1\n", 3}}, "", source.WordMissing},
		{"larger than max_size", "/b.csv", func(c *files.Config) { c.MaxSize = 4 }, []object{{"b.csv", "id\n1\n", 3}}, "", source.WordTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, o := place(t, test.objects...)
			config.Path += test.path
			if test.change != nil {
				test.change(&config)
			}
			chosen, got, err := read(t, config, o)
			switch {
			case test.word != "":
				wantFault(t, err, test.word, "")
			case err != nil:
				t.Fatal(err)
			case got != test.want:
				t.Errorf("read %d bytes, want %d", len(got), len(test.want))
			case time.Since(chosen.Modified) < time.Hour/2:
				t.Errorf("the file is of %s", chosen.Modified)
			}
		})
	}
	t.Run("a pull that is cancelled", func(t *testing.T) {
		config, o := place(t, object{"census.csv", "id\n1\n", 2})
		config.Path += "/census.csv"
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := drain(ctx, config, o); err != nil && !errors.Is(err, context.Canceled) { // a disk is fast enough
			t.Errorf("got %v", err)
		}
	})
}
