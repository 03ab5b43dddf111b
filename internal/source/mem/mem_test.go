package mem_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/mem"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

func TestLaws(t *testing.T) {
	sourcetest.Run(t, func(_ *testing.T, rows sourcetest.Rows) source.Source {
		return mem.New(rows.Columns, rows.Records...)
	})
}

func TestInjectedErrorsEndThePull(t *testing.T) {
	broken := errors.New("line is down")
	for _, test := range []struct {
		name      string
		after     int
		announced bool
		records   int
	}{
		{"before the columns", -1, false, 0},
		{"before the first record", 0, true, 0},
		{"between records", 1, true, 1},
		{"after the last record", 2, true, 2},
		{"later than there are records", 9, true, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := mem.New([]string{"id", "name"}, []string{"1", "Ada Testbird"}, []string{"2", "Bo Testbird"})
			s.Err, s.ErrAfter = broken, test.after
			var got sourcetest.Recorder
			report, err := s.Pull(t.Context(), &got)
			if !errors.Is(err, broken) {
				t.Errorf("Pull returned %v, want the injected error", err)
			}
			if (got.Names != nil) != test.announced || len(got.Records) != test.records {
				t.Errorf("columns %v and %d records came, want %d records", got.Names, len(got.Records), test.records)
			}
			if diff := cmp.Diff(source.Report{}, report); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReportIsWhatTheTestSays(t *testing.T) {
	s := mem.New([]string{"id"}, []string{"1"})
	s.Report.Expected = 5
	s.Report.Withheld = []string{"phone"}
	s.Report.Seen = 99
	report, err := s.Pull(t.Context(), &sourcetest.Recorder{})
	if err != nil {
		t.Fatal(err)
	}
	want := source.Report{Seen: 1, Expected: 5, Layout: "id", Withheld: []string{"phone"}}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestRowsThatNoSourceMayDeliver(t *testing.T) {
	for _, test := range []struct {
		name   string
		source *mem.Source
		word   string
	}{
		{"too few values", mem.New([]string{"id", "name"}, []string{"1"}), source.WordRagged},
		{"too many values", mem.New([]string{"id"}, []string{"1", "Ada Testbird"}), source.WordRagged},
		{"two columns of one name", mem.New([]string{"Name", "name *"}), source.WordHeader},
		{"a column without a name", mem.New([]string{"id", " "}), source.WordHeader},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.source.Pull(t.Context(), &sourcetest.Recorder{})
			fault, ok := errors.AsType[*source.Fault](err)
			if !ok || fault.Word != test.word {
				t.Errorf("Pull returned %v, want %s", err, test.word)
			}
		})
	}
}

// keeper keeps the slices that it is given, which no sink may do.
type keeper struct{ kept [][]string }

func (*keeper) Columns([]string) error { return nil }
func (k *keeper) Record(values []string, _ int) error {
	k.kept = append(k.kept, values)
	return nil
}

func TestSinkThatKeepsTheSliceIsFoundOut(t *testing.T) {
	var sink keeper
	if _, err := mem.New([]string{"id"}, []string{"1"}).Pull(t.Context(), &sink); err != nil {
		t.Fatal(err)
	}
	if sink.kept[0][0] == "1" {
		t.Error("the kept slice still has its value")
	}
}
