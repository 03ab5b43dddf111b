package exec_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/exec"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// read reads an output that comes in pieces of a size.
func read(format, text string, size int, columns, optional []string) (sourcetest.Recorder, source.Report, error) {
	config := exec.Type().New().(*exec.Config)
	config.Format, config.Optional = format, optional
	if format == "singer" {
		config.Stream = "people"
	}
	var got sourcetest.Recorder
	_ = got.Columns(columns) // a recorder refuses nothing
	report, err := exec.Read(config, columns, &got, func(yield func([]byte) bool) {
		for piece := range slices.Chunk([]byte(text), size) {
			if !yield(piece) {
				return
			}
		}
	})
	return got, report, err
}

func TestOutput(t *testing.T) {
	message := func(text string) string { return text + "\n" }
	person := func(id string) string { return `{"type":"RECORD","stream":"people","record":{"id":` + id + `}}` + "\n" }
	const name = canary.FamilyName
	for _, tt := range []struct {
		name, format, text string
		ids                []string // that come; the last cell of nested records too
		word, says         string
	}{
		{"lines", "ndjson", `{"id": 1}` + "\n" + `{"id": "2"}` + "\n", []string{"1", "2"}, "", ""},
		{"a last line without its end", "ndjson", `{"id": 1}` + "\n" + `{"id": 2}`, []string{"1", "2"}, "", ""},
		{"lines as of Windows, after a byte order mark", "ndjson", "\ufeff" + `{"id": 1}` + "\r\n\r\n" + `{"id": 2}` + "\r\n", []string{"1", "2"}, "", ""},
		{"a long number", "ndjson", `{"id": 90071992547409931}`, []string{"90071992547409931"}, "", ""},
		{"a blank", "ndjson", `{"id": null}` + "\n" + `{"id": 2}`, []string{"", "2"}, "", ""},
		{"half a line", "ndjson", `{"id": 1}` + "\n" + `{"id": 2, "name": "` + name, []string{"1"}, source.WordFormat, "line 2 of the output is no JSON object"},
		{"a list", "ndjson", `[{"id": 1}]` + "\n", nil, source.WordFormat, "line 1"},
		{"two objects in a line", "ndjson", `{"id": 1} {"id": 2}` + "\n", nil, source.WordFormat, "line 1"},
		{"a word for people", "ndjson", "Fetching " + name + "…\n", nil, source.WordFormat, "line 1"},
		{"another encoding", "ndjson", `{"id": "` + name + "\xfc" + `"}`, nil, source.WordEncoding, "line 1 of the output is not UTF-8"},
		{"messages", "singer", message(`{"type":"SCHEMA","stream":"people"}`) + person("1") + message(`{"type":"STATE","value":{"id":1}}`) + person("2"), []string{"1", "2"}, "", ""},
		{"types of either case", "singer", message(`{"type":"Record","stream":"people","record":{"id":1}}`), []string{"1"}, "", ""},
		{"other streams", "singer", message(`{"type":"RECORD","stream":"teams","record":{"id":7}}`) + message(`{"type":"BATCH","stream":"teams"}`) + person("1"), []string{"1"}, "", ""},
		{"an unknown message about nothing", "singer", message(`{"type":"LOG","text":"hello"}`) + person("1"), []string{"1"}, "", ""},
		{"an unknown message about the stream", "singer", person("1") + message(`{"type":"DELETE","stream":"people"}`), []string{"1"}, source.WordFormat, "line 2 of the output is a message about the stream"},
		{"a batch", "singer", person("1") + message(`{"type":"BATCH","stream":"people","manifest":["file:///`+name+`"]}`), []string{"1"}, source.WordFormat, "line 2"},
		{"a message without a type", "singer", message(`{"stream":"people"}`), nil, source.WordFormat, "without a type"},
		{"a record of no stream", "singer", message(`{"type":"RECORD","record":{"id":1}}`), nil, source.WordFormat, "without a stream"},
		{"a record without one", "singer", message(`{"type":"RECORD","stream":"people"}`), nil, source.WordFormat, "without a record"},
		{"a record that is none", "singer", message(`{"type":"RECORD","stream":"people","record":[1]}`), nil, source.WordFormat, "without a record"},
		{"one version", "singer", message(`{"type":"ACTIVATE_VERSION","stream":"people","version":7}`) + message(`{"type":"RECORD","stream":"people","version":7,"record":{"id":1}}`) +
			message(`{"type":"ACTIVATE_VERSION","stream":"people","version":7}`), []string{"1"}, "", ""},
		{"two versions of records", "singer", message(`{"type":"RECORD","stream":"people","version":7,"record":{"id":1}}`) +
			message(`{"type":"RECORD","stream":"people","version":8,"record":{"id":2}}`), []string{"1"}, source.WordPages, "line 2"},
		{"another version made active", "singer", message(`{"type":"RECORD","stream":"people","version":7,"record":{"id":1}}`) +
			message(`{"type":"ACTIVATE_VERSION","stream":"people","version":8}`), []string{"1"}, source.WordPages, "line 2"},
		{"another version of another stream", "singer", message(`{"type":"RECORD","stream":"people","version":7,"record":{"id":1}}`) +
			message(`{"type":"ACTIVATE_VERSION","stream":"teams","version":8}`), []string{"1"}, "", ""},
		{"a record that was deleted", "singer", message(`{"type":"RECORD","stream":"people","record":{"id":1,"_sdc_deleted_at":"2026-11-23T06:35:00Z"}}`), nil, source.WordFormat, "was deleted"},
		{"a record that was not deleted", "singer", message(`{"type":"RECORD","stream":"people","record":{"id":1,"_sdc_deleted_at":null}}`), []string{"1"}, "", ""},
		{"a time that is none", "singer", message(`{"type":"RECORD","stream":"people","time_extracted":"` + name + `","record":{"id":1}}`), nil, source.WordFormat, "time_extracted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{1, 7, 1 << 20} {
				got, report, err := read(tt.format, tt.text, size, []string{"id"}, nil)
				var ids []string
				for _, record := range got.Records {
					ids = append(ids, record[0])
				}
				if diff := cmp.Diff(tt.ids, ids); diff != "" {
					t.Errorf("in pieces of %d, ids (-want +got):\n%s", size, diff)
				}
				if tt.word == "" {
					if err != nil || report.Seen != len(tt.ids) || len(report.Withheld) > 0 {
						t.Errorf("in pieces of %d: %d seen, %v withheld, %v", size, report.Seen, report.Withheld, err)
					}
					continue
				}
				if err == nil {
					t.Fatalf("in pieces of %d it passes", size)
				}
				canary.Text(t, "the error", err.Error())
				if fault := source.AsFault(err); fault.Word != tt.word || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("in pieces of %d: got %v, want %s: … %s", size, err, tt.word, tt.says)
				}
			}
		})
	}
}

func TestColumns(t *testing.T) {
	const text = `{"id": 1, "name": {"first": "A"}, "phones": [{"type": "work", "value": "W"}], "left": null}` + "\n" + `{"id": 2, "name": {"last": "B"}}` + "\n"
	got, report, err := read("ndjson", text, 1<<20, []string{"id", "name.last", "phones.work", "left", "mail", "Note (internal)"}, []string{"note"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1", "", "W", "", "", ""}, {"2", "B", "", "", "", ""}}, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"mail"}, report.Withheld); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{1, 2}, got.Places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestTimeOfTheData(t *testing.T) {
	const text = `{"type":"RECORD","stream":"people","time_extracted":"2026-11-23T06:35:00.5Z","record":{"id":1}}
{"type":"RECORD","stream":"people","time_extracted":"2026-11-23T01:34:00-05:00","record":{"id":2}}
{"type":"RECORD","stream":"people","record":{"id":3}}
{"type":"RECORD","stream":"teams","time_extracted":"2020-11-23T06:34:00Z","record":{"id":4}}
`
	_, report, err := read("singer", text, 1<<20, []string{"id"}, nil)
	if want := time.Date(2026, 11, 23, 6, 34, 0, 0, time.UTC); err != nil || !report.AsOf.Equal(want) {
		t.Errorf("the data is of %s, want %s: %v", report.AsOf, want, err)
	}
}

// FuzzOutput reads whatever a program prints: in whatever pieces it comes, the
// same is made of it, and an error has nothing of it.
func FuzzOutput(f *testing.F) {
	for _, seed := range []string{
		`{"id": 1}`, "{}\n{}", "\ufeff{\"id\": \"a\"}\r\n\n", "[1]", "{\"id\":\"\xff\"}", strings.Repeat(`{"a":`, 50),
		`{"type":"RECORD","stream":"people","record":{"id":1},"version":7,"time_extracted":"2026-11-23T06:35:00Z"}`,
		`{"type":"record","stream":"people"}`, `{"type":"ACTIVATE_VERSION","stream":"people","version":1}`, `{"type":"BATCH","stream":"people"}`,
		`{"type":"STATE","value":{}}` + "\n" + `{"type":"SCHEMA","stream":"people","schema":{}}`, `{"type":["RECORD"],"stream":{"value":"people"},"record":{}}`,
	} {
		f.Add(true, seed, uint8(1))
		f.Add(false, seed, uint8(5))
	}
	said := regexp.MustCompile(`^(format|encoding|pages|too_large): line \d+ of the output [-a-zA-Z_: ;,0-9]+$`)
	f.Fuzz(func(t *testing.T, tap bool, text string, size uint8) {
		format := "ndjson"
		if tap {
			format = "singer"
		}
		got, report, err := read(format, text, len(text)+1, []string{"id"}, nil)
		again, report2, err2 := read(format, text, int(size)+1, []string{"id"}, nil)
		if diff := cmp.Diff([][][]string{got.Records, nil}, [][][]string{again.Records, nil}); diff != "" {
			t.Errorf("in pieces, records (-whole +pieces):\n%s", diff)
		}
		if diff := cmp.Diff(report, report2); diff != "" {
			t.Errorf("in pieces, the report (-whole +pieces):\n%s", diff)
		}
		if (err == nil) != (err2 == nil) || err != nil && (err.Error() != err2.Error() || !said.MatchString(err.Error())) {
			t.Errorf("it says %v, in pieces %v", err, err2)
		}
		if breaches := got.Breaches(); breaches != nil || err == nil && report.Seen != len(got.Records) {
			t.Errorf("%d seen, %d handed out: %v", report.Seen, len(got.Records), breaches)
		}
	})
}
