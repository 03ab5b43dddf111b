package csv_test

import (
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

func TestLaws(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source {
		var text strings.Builder
		w := stdcsv.NewWriter(&text)
		if err := w.WriteAll(append([][]string{rows.Columns}, rows.Records...)); err != nil {
			t.Fatal(err)
		}
		return open(t, settings(write(t, canary.Input(t), "census.csv", text.String(), yesterday())))
	})
}

func yesterday() time.Time { return time.Now().Add(-24 * time.Hour).Truncate(time.Second) }

// write makes a file with the given text and time and returns its path.
func write(t *testing.T, directory, name, text string, modified time.Time) string {
	t.Helper()
	path := filepath.Join(directory, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, modified, modified); err != nil {
		t.Fatal(err)
	}
	return path
}

// settings returns the defaults with this path.
func settings(path string) *csv.Config {
	config := csv.Type().New().(*csv.Config)
	config.Path = path
	return config
}

func open(t *testing.T, config *csv.Config) source.Source {
	t.Helper()
	opened, err := config.Open(source.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// pull reads one file with the given text.
func pull(t *testing.T, text string, change func(*csv.Config)) (*sourcetest.Recorder, source.Report, error) {
	t.Helper()
	config := settings(write(t, canary.Input(t), "census.csv", text, yesterday()))
	if change != nil {
		change(config)
	}
	return drain(t, open(t, config))
}

func drain(t *testing.T, opened source.Source) (*sourcetest.Recorder, source.Report, error) {
	t.Helper()
	got := new(sourcetest.Recorder)
	report, err := opened.Pull(t.Context(), got)
	if breaches := got.Breaches(); breaches != nil {
		t.Error(breaches)
	}
	return got, report, err
}

// wantFault checks the word, a part of the detail, and that nobody's data is
// in the message: all people of these tests are called Testbird.
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
