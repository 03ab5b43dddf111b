package join_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/join"
	"github.com/rosterd/rosterd/internal/source/mem"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// TestLaws: what leads is a source like any other, whoever completes it.
func TestLaws(t *testing.T) {
	sourcetest.Run(t, func(_ *testing.T, rows sourcetest.Rows) source.Source {
		part := join.Part{Name: "directory", Source: mem.New([]string{"key"}, []string{"x"}), On: rows.Columns[0], Key: "key"}
		return join.New(mem.New(rows.Columns, rows.Records...), []join.Part{part}, time.Now)
	})
}

func now() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func payroll() *mem.Source {
	return mem.New([]string{"id", "Work Email"}, []string{"1", "a@example.com"}, []string{"2", " B@example.com"}, []string{"3", ""}, []string{"4", "d@example.com"})
}

func directory(records ...[]string) *mem.Source {
	return mem.New([]string{"mail", "unused", "phone", "city"}, records...)
}

func part(from source.Source) join.Part {
	return join.Part{Name: "directory", Source: from, On: "work email", Key: "Mail", Columns: []string{"phone", "city"}}
}

func TestRecordsAreCompleted(t *testing.T) {
	from := directory(
		[]string{"b@example.com ", "x", "2", "Two"}, []string{"A@EXAMPLE.COM", "x", "1", "One"}, []string{"", "x", "9", "Nine"},
		[]string{"nobody@example.com", "x", "8", "Eight"}, []string{"d@example.com", "x", "4", "Four"}, []string{"d@example.com", "y", "4", "Four"},
	)
	got := new(sourcetest.Recorder)
	report, err := join.New(payroll(), []join.Part{part(from)}, now).Pull(t.Context(), got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"id", "Work Email", "directory.phone", "directory.city"}, got.Names); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	want := [][]string{
		{"1", "a@example.com", "1", "One"}, {"2", " B@example.com", "2", "Two"}, {"3", "", "", ""}, {"4", "d@example.com", "4", "Four"},
	}
	if diff := cmp.Diff(want, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int][]string{2: {"join: no record of source directory has its work email"}}, got.Doubts); diff != "" {
		t.Errorf("doubts (-want +got):\n%s", diff)
	}
	if report.Seen != 4 || report.Expected != 4 {
		t.Errorf("the report is %+v", report)
	}
	if err := got.Breaches(); err != nil {
		t.Error(err)
	}
}

func TestRecordsInDoubt(t *testing.T) {
	for _, test := range []struct {
		name    string
		records [][]string
		want    string
	}{
		{"nobody has the key", [][]string{{"x@example.com", "", "1", "One"}}, "join: no record of source directory has its work email"},
		{"two have it and differ", [][]string{{"a@example.com", "", "1", "One"}, {"a@example.com", "", "2", "One"}}, "join: two records of source directory have its work email and differ, or one is in doubt"},
		{"three have it, of whom two agree", [][]string{{"a@example.com", "", "1", "One"}, {"a@example.com", "", "2", "One"}, {"a@example.com", "", "2", "One"}}, "join: two records of source directory have its work email and differ, or one is in doubt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := new(sourcetest.Recorder)
			lead := mem.New([]string{"id", "work email"}, []string{"1", "a@example.com"})
			if _, err := join.New(lead, []join.Part{part(directory(test.records...))}, now).Pull(t.Context(), got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{{"1", "a@example.com", "", ""}}, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[int][]string{0: {test.want}}, got.Doubts); diff != "" {
				t.Errorf("doubts (-want +got):\n%s", diff)
			}
		})
	}
}

// One system writes ids in upper case, another in lower case; and there are ids that
// differ in nothing but case, each of which is somebody else.
func TestKeysThatDifferInCase(t *testing.T) {
	const doubt = "join: two records of source directory have its work email and differ, or one is in doubt"
	const nobody = "join: no record of source directory has its work email"
	for _, test := range []struct {
		name   string
		part   []string // keys; the phone is the place among them
		lead   string
		want   string // the phone
		doubts []string
	}{
		{"as written", []string{"E-17"}, "E-17", "0", nil},
		{"in lower case", []string{"E-17"}, "e-17", "0", nil},
		{"in upper case", []string{"0a1b"}, "0A1B", "0", nil},
		{"an address", []string{"Ann.Lee@example.com"}, "aNN.lee@Example.com", "0", nil},
		{"of somebody else", []string{"0051A00000aBcDe"}, "0051a00000AbCdE", "", []string{nobody}},
		{"of two", []string{"0051A00000aBcDe", "0051a00000AbCdE"}, "0051a00000AbCdE", "1", nil},
		{"of two, in one case", []string{"0051A00000aBcDe", "0051a00000AbCdE"}, "0051a00000abcde", "", []string{doubt}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var records [][]string
			for i, key := range test.part {
				records = append(records, []string{key, "", strconv.Itoa(i), ""})
			}
			got := new(sourcetest.Recorder)
			lead := mem.New([]string{"id", "work email"}, []string{"1", test.lead})
			if _, err := join.New(lead, []join.Part{part(directory(records...))}, now).Pull(t.Context(), got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{{"1", test.lead, test.want, ""}}, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.doubts, got.Doubts[0]); diff != "" {
				t.Errorf("doubts (-want +got):\n%s", diff)
			}
		})
	}
}

// doubtful is a source that is in doubt about one of its records.
type doubtful struct {
	source.Source
	at int // the record, from 0
}

// Pull implements source.Source.
func (d doubtful) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	doubter, err := source.Doubting(sink)
	if err != nil {
		return source.Report{}, err
	}
	return d.Source.Pull(ctx, &raising{Doubter: doubter, at: d.at})
}

type raising struct {
	source.Doubter
	at, n int
}

// Record implements source.Sink.
func (r *raising) Record(values []string, place int) error {
	if r.n == r.at {
		r.Doubt("status", "it says two things")
	}
	r.n++
	return r.Doubter.Record(values, place)
}

// What leads is told of as it is; what completes and is in doubt completes nothing.
func TestDoubtsAreHandedOn(t *testing.T) {
	lead := mem.New([]string{"id", "work email"}, []string{"1", "a@example.com"}, []string{"2", "b@example.com"}, []string{"3", "c@example.com"})
	from := directory([]string{"a@example.com", "", "1", "One"}, []string{"b@example.com", "", "2", "Two"}, []string{"c@example.com", "", "3", "Three"})
	got := new(sourcetest.Recorder)
	if _, err := join.New(doubtful{lead, 0}, []join.Part{part(doubtful{from, 1})}, now).Pull(t.Context(), got); err != nil {
		t.Fatal(err)
	}
	want := map[int][]string{
		0: {"status: it says two things"},
		1: {"join: two records of source directory have its work email and differ, or one is in doubt"},
	}
	if diff := cmp.Diff(want, got.Doubts); diff != "" {
		t.Errorf("doubts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"1", "a@example.com", "1", "One"}, {"2", "b@example.com", "", ""}, {"3", "c@example.com", "3", "Three"}}, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// A part that fails fails the pull: with half of what is known of people, the
// other half would be sent blank.
func TestPartsThatFail(t *testing.T) {
	one := []string{"a@example.com", "", "1", "One"}
	for _, test := range []struct {
		name   string
		change func(*mem.Source)
		word   string
	}{
		{"it breaks", func(s *mem.Source) { s.Err = source.Faultf(source.WordDenied, "not let in") }, source.WordDenied},
		{"it breaks after a record", func(s *mem.Source) { s.Err, s.ErrAfter = errors.New("gone"), 1 }, source.WordUnreadable},
		{"nobody is in it", func(s *mem.Source) { s.Records, s.Report.Expected = nil, -1 }, source.WordEmpty},
		{"it declares more", func(s *mem.Source) { s.Report.Expected = 7 }, source.WordCount},
		{"it withholds", func(s *mem.Source) { s.Report.Withheld = []string{"phone"} }, source.WordWithheld},
		{"it is too old", func(s *mem.Source) { s.Report.AsOf = now().Add(-49 * time.Hour) }, source.WordStale},
		{"it lacks a column", func(s *mem.Source) { s.Names[2] = "telephone" }, source.WordColumn},
		{"it lacks its key", func(s *mem.Source) { s.Names[0] = "user" }, source.WordColumn},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := directory(one)
			test.change(from)
			completing := part(from)
			completing.MaxAge = 48 * time.Hour
			got := new(sourcetest.Recorder)
			_, err := join.New(payroll(), []join.Part{completing}, now).Pull(t.Context(), got)
			fault, ok := errors.AsType[*source.Fault](err)
			if !ok || fault.Word != test.word || !strings.Contains(fault.Detail, "source directory") {
				t.Errorf("got %v, want %s of source directory", err, test.word)
			}
			if got.Names != nil {
				t.Error("the leading source was read all the same")
			}
		})
	}
}

func TestLeadThatLacksTheKey(t *testing.T) {
	completing := part(directory([]string{"a@example.com", "", "1", "One"}))
	completing.On = "user"
	_, err := join.New(payroll(), []join.Part{completing}, now).Pull(t.Context(), new(sourcetest.Recorder))
	if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != source.WordColumn {
		t.Errorf("got %v", err)
	}
}

// Data is of the time of the leading source, so that an older file of it that came back
// is seen beside any part; and a part that looks otherwise is a change of the layout.
func TestReport(t *testing.T) {
	from := directory([]string{"a@example.com", "", "1", "One"})
	lead := payroll()
	pull := func() source.Report {
		t.Helper()
		report, err := join.New(lead, []join.Part{part(from)}, now).Pull(t.Context(), new(sourcetest.Recorder))
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	before := pull()
	if !before.AsOf.IsZero() {
		t.Errorf("the data is of %s", before.AsOf)
	}
	lead.Report.AsOf, from.Report.AsOf = now().Add(-time.Hour), now().Add(-3*time.Hour)
	from.Report.Layout = "another"
	after := pull()
	if !after.AsOf.Equal(lead.Report.AsOf) {
		t.Errorf("the data is of %s, want the leading source's time", after.AsOf)
	}
	if after.Layout == before.Layout {
		t.Error("a part looks otherwise, and the layout is the same")
	}
}
