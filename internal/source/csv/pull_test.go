package csv_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/sheet"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

func TestRowsThatAreRead(t *testing.T) {
	two := [][]string{{"1", "Ada"}, {"2", "Bo"}}
	for _, test := range []struct {
		name   string
		text   string
		change func(*csv.Config)
		want   [][]string
		places []int
	}{
		{"plain", "id,name\n1,Ada\n2,Bo\n", nil, two, []int{2, 3}},
		{"no final newline", "id,name\n1,Ada\n2,Bo", nil, two, []int{2, 3}},
		{"blank lines between", "\nid,name\n\n1,Ada\n\r\n2,Bo\n\n\n", nil, two, []int{4, 6}},
		{"rows of blank cells", " ,\nid,name\n,\n1,Ada\n,,,,,\n\u00a0\n\" \",\t\n2,Bo\n,\n", nil, two, []int{4, 8}},
		{"quoted line breaks and separators", "id,name\n1,\"Ada\nof \"\"A, B\"\"\"\n2,Bo\n", nil, [][]string{{"1", "Ada\nof \"A, B\""}, {"2", "Bo"}}, []int{2, 4}},
		{"semicolons", "id;name\n1;Ada\n2;Bo\n", func(c *csv.Config) { c.Delimiter = ";" }, two, []int{2, 3}},
		{"tabs", "id\tname\n1\tAda\n2\tBo\n", func(c *csv.Config) { c.Delimiter = "tab" }, two, []int{2, 3}},
		{"a delimiter that windows-1252 has", "id\xa7name\n1\xa7Ada\n2\xa7Bo\n", func(c *csv.Config) { c.Delimiter, c.Encoding = "§", "windows-1252" }, two, []int{2, 3}},
		{"number signs are data", "id,name\n#1,Ada\n", nil, [][]string{{"#1", "Ada"}}, []int{2}},
		{"no rows", "id,name\n", nil, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, report, err := pull(t, test.text, test.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"id", "name"}, got.Names); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.places, got.Places); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
			if report.Seen != len(test.want) {
				t.Errorf("report says %d seen, want %d", report.Seen, len(test.want))
			}
		})
	}
}

func TestRowsThatFailThePull(t *testing.T) {
	for _, test := range []struct {
		name, text, word, detail string
	}{
		{"too few cells", "id,name\n1,Ada\n2\n3,Cy Testbird\n", source.WordRagged, "line 3: 1 cells where the header has 2"},
		{"too many cells", "id,name\n1,Ada,Testbird\n", source.WordRagged, "line 2: 3 cells where the header has 2"},
		{"ragged behind a quoted line break", "id,name\n1,\"A\nB\"\n2\n", source.WordRagged, "line 4:"},
		{"rows joined by CR alone", "id,name\n1,Ada\r2,Bo Testbird\n", source.WordRagged, "line 2: 3 cells"},
		{"a quote inside a cell", "id,name\n1,Bo \"Testbird\"\n2,Al\n", source.WordRagged, "line 2: a quote inside a cell"},
		{"text behind a quoted cell", "id,name\n1,\"Bo\" Testbird\n2,Al\n", source.WordRagged, "line 2: a quoted cell goes on"},
		{"a quote that the next row closes", "id,name\n1,\"Bo Testbird\n2,\"Al Testbird\"\n3,Cy\n", source.WordRagged, "line 2: a quoted cell goes on"},
		{"a quote that nothing closes", "id,name\n1,Ada\n2,\"Bo Testbird\n3,Al Testbird\n", source.WordTruncated, "line 3: a quoted cell is not closed"},
		{"cut off inside a quoted cell", "id,name\n1,Ada\n2,\"Bo Can", source.WordTruncated, "line 3: a quoted cell is not closed"},
		{"nothing at all", "", source.WordEmpty, "is empty"},
		{"a mark and nothing else", "\xef\xbb\xbf", source.WordEmpty, "is empty"},
		{"blank lines and nothing else", "\n \n,,\n", source.WordEmpty, "is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := pull(t, test.text, nil)
			wantFault(t, err, test.word, test.detail)
		})
	}
}

func TestHeaders(t *testing.T) {
	for _, test := range []struct {
		name   string
		header string
		want   []string
	}{
		{"names as they are", " Employee ID * ,Name (legal),\"Work\nE-Mail\"", []string{" Employee ID * ", "Name (legal)", "Work\nE-Mail"}},
		{"columns without a name", "id,,name, \u00a0,*", []string{"id", "(blank 2)", "name", "(blank 4)", "(blank 5)"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, err := pull(t, test.header+"\n", nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Names); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeadersThatFailThePull(t *testing.T) {
	for _, test := range []struct {
		name, text, detail string
	}{
		{"the same name twice", "id,testbird,x,Testbird\n", "columns 2 and 4 have the same name"},
		{"the same name but for what is ignored", "id,Testbird\u00a0Name *, testbird  name (home)\n", "columns 2 and 3 have the same name"},
		{"a name that a blank column gets", "(blank 2),\n", "columns 1 and 2 have the same name"},
		{"CR alone as line end", "id,name\r1,Bo Testbird\r2,Al Testbird\r", "LF or CR LF"},
		{"another delimiter", "id;testbird;x\n1;2;3\n", "set delimiter"},
		{"more columns than there can be", strings.Repeat("x,", 10_000) + "\n", "10001 columns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, err := pull(t, test.text, nil)
			wantFault(t, err, source.WordHeader, test.detail)
			if got.Names != nil {
				t.Error("the columns were announced all the same")
			}
		})
	}
}

func TestReport(t *testing.T) {
	modified := yesterday()
	path := write(t, canary.Input(t), "census.csv", "id,name\n1,Ada\n2,Bo\n", modified)
	_, report, err := drain(t, open(t, settings(path)))
	if err != nil {
		t.Fatal(err)
	}
	if !report.AsOf.Equal(modified) {
		t.Errorf("AsOf is %s, want the file's time %s", report.AsOf, modified)
	}
	report.AsOf = time.Time{}
	want := source.Report{Seen: 2, Expected: -1, Layout: "54c8a72090bac98b", Ending: source.EndingNewline}
	if diff := cmp.Diff(want, report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
}

func TestLayoutForgetsWhatMeansNothing(t *testing.T) {
	_, plain, err1 := pull(t, "employee id,name\n", nil)
	_, dressed, err2 := pull(t, "\xef\xbb\xbfEmployee\u00a0ID *;Name (legal)\n", func(c *csv.Config) { c.Delimiter = ";" })
	if err1 != nil || err2 != nil || plain.Layout != dressed.Layout {
		t.Errorf("layouts %q and %q differ (%v, %v)", plain.Layout, dressed.Layout, err1, err2)
	}
}

func TestEnding(t *testing.T) {
	const closed, open = "id,name\n1,Ada\n", "id,name\n1,Ada"
	for _, test := range []struct {
		name, text, setting, want, word string
	}{
		{"closed by a newline", closed, "auto", source.EndingNewline, ""},
		{"closed by CR LF", "id,name\r\n1,Ada\r\n", "auto", source.EndingNewline, ""},
		{"left open", open, "auto", source.EndingOpen, ""},
		{"CR alone closes nothing", open + "\r", "auto", source.EndingOpen, ""},
		{"closed is no evidence where it is optional", closed, "optional", "", ""},
		{"open is no evidence where it is optional", open, "optional", "", ""},
		{"closed where it is required", closed, "required", source.EndingNewline, ""},
		{"open where it is required", open, "required", "", source.WordTruncated},
		{"empty where it is required", "", "required", "", source.WordTruncated},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, report, err := pull(t, test.text, func(c *csv.Config) { c.FinalNewline = test.setting })
			if test.word != "" {
				wantFault(t, err, test.word, "does not end with a newline")
			} else if err != nil || report.Ending != test.want {
				t.Errorf("the ending is %q (%v), want %q", report.Ending, err, test.want)
			}
		})
	}
}

func TestTrailer(t *testing.T) {
	const rows = "id,name,phone\n1,Ada,x\n2,Bo,y\n"
	for _, test := range []struct {
		name, text   string
		expected     int
		word, detail string
	}{
		{"the declared number", rows + "TRAILER,2\n", 2, "", ""},
		{"another number is for Judge to refuse", rows + "TRAILER,3\n", 3, "", ""},
		{"as wide as the header", rows + "TRAILER,2,\n", 2, "", ""},
		{"leading zeros and blanks", rows + " TRAILER ,\" 0002 \"\n", 2, "", ""},
		{"blank rows behind it", rows + "TRAILER,2\n\n,,\n", 2, "", ""},
		{"no rows", "id,name,phone\nTRAILER,0\n", 0, "", ""},
		{"missing", rows, 0, source.WordTruncated, "without the trailer"},
		{"cut off before the number", rows + "TRAILER", 0, source.WordCount, "line 4: the trailer has no column 2"},
		{"no number", rows + "TRAILER,testbird\n", 0, source.WordCount, "line 4: the trailer has no number in column 2"},
		{"a negative number", rows + "TRAILER,-2\n", 0, source.WordCount, "no number"},
		{"a number beyond all bounds", rows + "TRAILER,99999999999999999999\n", 0, source.WordCount, "no number"},
		{"rows behind it", rows + "TRAILER,2\n3,Cy Testbird,z\n", 0, source.WordCount, "line 5: a row after the trailer"},
		{"two of them", rows + "TRAILER,2\nTRAILER,2\n", 0, source.WordCount, "line 5: a row after the trailer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, report, err := pull(t, test.text, func(c *csv.Config) {
				c.Sheet.Trailer = sheet.Trailer{Prefix: "TRAILER", CountColumn: 2}
			})
			if test.word != "" {
				wantFault(t, err, test.word, test.detail)
				return
			}
			if err != nil || report.Expected != test.expected || report.Seen != len(got.Records) {
				t.Errorf("saw %d of %d declared (%v), want %d declared", report.Seen, report.Expected, err, test.expected)
			}
		})
	}
}

func TestFileThatChangesWhileItIsRead(t *testing.T) {
	// More than the reader's buffers hold, so that the end is still to come
	// when the change happens.
	text := "id,name\n" + strings.Repeat("1,Ada Testbird\n", 50_000)
	for _, test := range []struct {
		name   string
		change func(path string) error
		detail string
	}{
		{"it grows", func(path string) error { return appendTo(path, "2,Bo Testbird\n") }, "it changed meanwhile"},
		{"it grows by half a row", func(path string) error { return appendTo(path, "2,\"Bo Can") }, "it changed meanwhile"},
		{"it grows and keeps its time", func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, appendTo(path, "2,Bo Testbird\n"), os.Chtimes(path, time.Time{}, info.ModTime()))
		}, "it changed meanwhile"},
		{"it shrinks", func(path string) error { return os.Truncate(path, 300_001) }, "it changed meanwhile"},
		{"it is touched", func(path string) error { return os.Chtimes(path, time.Time{}, time.Now()) }, "it changed meanwhile"},
		{"it is replaced", func(path string) error {
			if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}, "was replaced meanwhile"},
		{"it is moved away", func(path string) error { return os.Rename(path, path+".old") }, "was moved away meanwhile"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, canary.Input(t), "census.csv", text, yesterday())
			sink := &sourcetest.Recorder{OnRecord: func(n int) error {
				if n != 10 {
					return nil
				}
				return test.change(path)
			}}
			_, err := open(t, settings(path)).Pull(t.Context(), sink)
			wantFault(t, err, source.WordPartial, test.detail)
		})
	}
}

func TestErrorOfTheSinkGoesBeforeAChangeOfTheFile(t *testing.T) {
	path := write(t, canary.Input(t), "census.csv", "id,name\n1,Ada\n", yesterday())
	refused := errors.New("refused")
	sink := &sourcetest.Recorder{OnRecord: func(int) error {
		if err := appendTo(path, "2,Bo\n"); err != nil {
			return err
		}
		return refused
	}}
	if _, err := open(t, settings(path)).Pull(t.Context(), sink); err != refused { //nolint:errorlint // as it is
		t.Errorf("Pull returned %v, want the sink's own error", err)
	}
}

func TestCancelledPullSaysSoWhateverBecameOfTheFile(t *testing.T) {
	path := write(t, canary.Input(t), "census.csv", "id,name\n1,Ada\n2,Bo\n", yesterday())
	ctx, cancel := context.WithCancel(t.Context())
	sink := &sourcetest.Recorder{OnRecord: func(int) error {
		cancel()
		return appendTo(path, "3,Cy\n")
	}}
	if _, err := open(t, settings(path)).Pull(ctx, sink); !errors.Is(err, context.Canceled) {
		t.Errorf("Pull returned %v, want that it was cancelled", err)
	}
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(filepath.Clean(path), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	return f.Close()
}

func BenchmarkPull(b *testing.B) {
	var text strings.Builder
	text.WriteString("employee_id,first_name,last_name,dob,mobile,work_email,street,street2,city,state,zip,plan_code,department,status\n")
	for i := range 100_000 {
		fmt.Fprintf(&text, "E%06d,Ada,Testbird,02/03/1980,(202) 555-0143,canary%d@example.com,1 Main St,,Springfield,IL,62701,GOLD,mol_seg_%03d,active\n", i, i, i%100)
	}
	path := filepath.Join(canary.Input(b), "census.csv")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	config := settings(path)
	config.StableFor = 0
	opened, err := config.Open(source.Opening{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if report, err := opened.Pull(b.Context(), nothing{}); err != nil || report.Seen != 100_000 {
			b.Fatal(report.Seen, err)
		}
	}
}

// nothing is a sink that does nothing.
type nothing struct{}

func (nothing) Columns([]string) error     { return nil }
func (nothing) Record([]string, int) error { return nil }
