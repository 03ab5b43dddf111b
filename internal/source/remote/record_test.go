package remote_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/source/remote"
)

// recordOf is a record of JSON text, numbers as they are written.
func recordOf(t testing.TB, text string) remote.Record {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	object := map[string]any{}
	if err := decoder.Decode(&object); err != nil {
		t.Fatal(err)
	}
	return remote.NewRecord(object)
}

func TestLookup(t *testing.T) {
	record := recordOf(t, `{
		"id": 90071992547409931, "active": true, "none": null, "name": {"first": "Ann", "Last Name": "Bo"}, "a.b": "dotted", "a": {"b": "nested", "c": "d"},
		"emails": [{"type": "HOME", "value": "h"}, {"type": "work", "value": "w"}], "phones": [], "tags": ["x", 1, true],
		"jobs": [{"primary": false, "title": "old"}, {"primary": true, "title": "new"}], "residence": null, "mails": [{"data": "m", "type": null}]
	}`)
	for _, tt := range []struct {
		path, want string
		known      bool
	}{
		{"id", "90071992547409931", true},
		{"active", "true", true},
		{"none", "", true},
		{"none.at.all", "", true},
		{"other", "", false},
		{"name.first", "Ann", true},
		{"name.last name", "Bo", true},
		{"NAME.First", "Ann", true},
		{"name.middle", "", false},
		{"name.first.letter", "", false},
		{"a.b", "dotted", true},
		{"a.c", "d", true},
		{"emails.home", "h", true},
		{"emails.work.value", "w", true},
		{"emails.other", "", true},
		{"emails.0", "h", true},
		{"emails.7", "", true},
		{"mails.0", "m", true},
		{"phones.mobile", "", true},
		{"jobs.primary.title", "new", true},
		{"residence.city", "", true},
		{"tags", "x, 1, true", true},
		{"name", "", true},
	} {
		t.Run(tt.path, func(t *testing.T) {
			if got, known := record.Lookup(tt.path); got != tt.want || known != tt.known {
				t.Errorf("got %q, %t; want %q, %t", got, known, tt.want, tt.known)
			}
		})
	}
}

func TestARecordTakesAnotherIn(t *testing.T) {
	one := recordOf(t, `{"id": "1", "name": "a", "more": {"old": 1}}`)
	joined := one.With("more", recordOf(t, `{"name": "b"}`)).With("work", remote.Record{})
	for path, want := range map[string]string{"id": "1", "name": "a", "more.name": "b"} {
		if got, _ := joined.Lookup(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if _, known := joined.Lookup("more.old"); known {
		t.Error("what stood under the key is still there")
	}
	if got, _ := one.Lookup("more.old"); got != "1" {
		t.Error("the record itself changed")
	}
	if _, known := (remote.Record{}).With("a", one).Lookup("a.id"); !known {
		t.Error("an empty record takes nothing in")
	}
}

func TestDay(t *testing.T) {
	for text, want := range map[string]string{
		"2020-01-02T00:00:00Z": "2020-01-02", "2020-01-02T05:00:00.000Z": "2020-01-02", "2020-01-02T23:59:59-08:00": "2020-01-02", "2020-01-02 00:00:00": "2020-01-02",
		"2020-01-02": "2020-01-02", "": "", "01/02/2020": "01/02/2020", "2020-13-02T00:00:00Z": "2020-13-02T00:00:00Z", "Tuesday in TX": "Tuesday in TX", "2020-01-023": "2020-01-023",
	} {
		if got := remote.Day(text); got != want {
			t.Errorf("Day(%q) = %q, want %q", text, got, want)
		}
	}
}

// FuzzLookup finds something or nothing in whatever a service answers.
func FuzzLookup(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"a": {"b": [1, {"type": "x", "value": null}]}}`, "a.b.x"}, {`{"": [[]]}`, ".0"}, {`{"a.b": {"c": {}}}`, "a.b.c.d"}, {`{"A (b)": 1}`, "a"}, {`[]`, "0"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		object := map[string]any{}
		if json.Unmarshal([]byte(text), &object) != nil {
			return
		}
		record := remote.NewRecord(object)
		got, known := record.Lookup(path)
		if !known && got != "" {
			t.Errorf("found %q where nothing is known", got)
		}
		if again, same := record.Lookup(path); same != known || again != got {
			t.Errorf("a second look finds %q, %t", again, same)
		}
	})
}

func TestParseRecord(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"an object", ` {"id": 90071992547409931} `, true},
		{"an empty object", "{}", true},
		{"a list", "[]", false},
		{"null", "null", false},
		{"nothing", "", false},
		{"half an object", `{"id": 9`, false},
		{"two objects", `{"id": 9} {"id": 9}`, false},
		{"an object and more", `{"id": 9},`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			record, ok := remote.ParseRecord([]byte(tt.text))
			if ok != tt.want {
				t.Errorf("got %t", ok)
			}
			if id, known := record.Lookup("id"); known && id != "90071992547409931" && id != "9" {
				t.Errorf("the id is %s", id)
			}
		})
	}
}

func TestTextThatIsNoUTF8(t *testing.T) {
	if _, ok := remote.ParseRecord([]byte("{\"name\": \"Jos\xe9\"}")); ok {
		t.Error("a name in another encoding is read as if it were UTF-8")
	}
	if r, ok := remote.ParseRecord([]byte(`{"name": "José"}`)); !ok {
		t.Error("a name in UTF-8 is refused")
	} else if name, _ := r.Lookup("name"); name != "José" {
		t.Errorf("read %q", name)
	}
}
