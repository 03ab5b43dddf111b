package rest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/rest"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// first pulls a list whose first page has one person, with this beside it, and
// whose second page, behind /more or ?at=more, has another.
func first(t *testing.T, change func(*rest.Config), beside, link string) (people int, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/more" || r.URL.RawQuery == "at=more" {
			fmt.Fprint(w, `{"people": [{"id": "2"}], "total": 2}`)
			return
		}
		if link != "" {
			w.Header().Set("Link", strings.ReplaceAll(link, "MORE", "http://"+r.Host+"/more"))
		}
		fmt.Fprintf(w, `{"people": [{"id": "1"}], "total": 2%s}`, strings.ReplaceAll(beside, "MORE", "http://"+r.Host+"/more"))
	}))
	defer server.Close()
	o := source.Opening{Columns: []string{"id"}, Getenv: func(string) string { return canary.Secret }}
	report, err := open(t, server.URL, o, func(c *rest.Config) {
		c.Records, c.Key = "people", "id"
		change(c)
	}).Pull(t.Context(), new(sourcetest.Recorder))
	return report.Seen, err
}

func TestWhatLeadsOn(t *testing.T) {
	cursor := func(path string, omits bool) func(*rest.Config) {
		return func(c *rest.Config) {
			c.Pages.By, c.Pages.Param, c.Pages.Cursor, c.Pages.LastOmits = "cursor", "at", path, omits
		}
	}
	next := func(c *rest.Config) { c.Pages.By, c.Pages.Next = "next", "paging.next" }
	totalled := func(c *rest.Config) {
		cursor("nxt", false)(c)
		c.Total = "total"
	}
	for _, tt := range []struct {
		name   string
		change func(*rest.Config)
		beside string
		people int
		word   string // "": it passes
		says   string
	}{
		{"a cursor", cursor("next", false), `, "next": "more"`, 2, "", ""},
		{"a cursor with its number", cursor("paging.next", false), `, "paging": {"next": "more", "n": 1}`, 2, "", ""},
		{"null", cursor("next", false), `, "next": null`, 1, "", ""},
		{"nothing", cursor("next", false), `, "next": ""`, 1, "", ""},
		{"false", cursor("next", false), `, "next": false`, 1, "", ""},
		{"null above it", cursor("paging.next", false), `, "paging": null`, 1, "", ""},
		{"a path that the answer does not have", cursor("nxt", false), `, "next": "more"`, 0, source.WordFormat, "pages.cursor (nxt)"},
		{"an object without it", cursor("paging.next", false), `, "paging": {}`, 0, source.WordFormat, "pages.cursor (paging.next)"},
		{"a list in place of an object", cursor("links.next", false), `, "links": [{"rel": "next", "href": "more"}]`, 0, source.WordFormat, "pages.cursor (links.next)"},
		{"an object in place of a cursor", cursor("paging", false), `, "paging": {"next": "more"}`, 0, source.WordFormat, "neither"},
		{"a path that the last page leaves out", cursor("nxt", true), "", 1, "", ""},
		{"a path that the answer does not have, and a total", totalled, "", 0, source.WordCount, ""},
		{"an address", next, `, "paging": {"next": "MORE"}`, 2, "", ""},
		{"no address", next, `, "paging": {"next": null}`, 1, "", ""},
		{"an address at another path", next, `, "links": {"next": "MORE"}`, 0, source.WordFormat, "pages.next (paging.next)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			people, err := first(t, tt.change, tt.beside, "")
			check(t, people, err, tt.people, tt.word, tt.says)
		})
	}
}

// check compares how a pull ends.
func check(t *testing.T, people int, err error, want int, word, says string) {
	t.Helper()
	got := ""
	if err != nil {
		got = source.AsFault(err).Word
	}
	if people != want || got != word || err != nil && !strings.Contains(err.Error(), says) {
		t.Errorf("%d people, %v; want %d, %q", people, err, want, word+": … "+says)
	}
}

// The header Link as RFC 8288 has it, and as it is seen.
func TestLinks(t *testing.T) {
	for _, tt := range []struct {
		name, link string
		people     int
		word       string // "": it passes
	}{
		{"one relation", `<MORE>; rel="next"`, 2, ""},
		{"several relations", `<MORE>; rel="next last"`, 2, ""},
		{"several relations, and blanks", `<MORE>; rel="  last   NEXT "`, 2, ""},
		{"one without quotes", `<MORE>;rel=next`, 2, ""},
		{"one in other quotes", `<MORE>; rel='next'`, 2, ""},
		{"one among others", `</a,b>; rel="prev"; title="a, \"b\"; rel=next", <MORE>; title*=UTF-8''x%20y ; REL = "Next", </>; rel=last`, 2, ""},
		{"empty elements", `, ,<MORE>; ; rel=next;,`, 2, ""},
		{"a relation that has it in its name", `</>; rel="next-archive"`, 1, ""},
		{"a second rel, which does not count", `</>; rel=first; rel=next`, 1, ""},
		{"none", "", 0, source.WordFormat},
		{"no brackets", `MORE; rel="next"`, 0, source.WordFormat},
		{"a bracket that does not close", `<MORE; rel="next"`, 0, source.WordFormat},
		{"a quote that does not close", `<MORE>; rel="next`, 0, source.WordFormat},
		{"another quote that does not close", `<MORE>; rel='next`, 0, source.WordFormat},
		{"something between", `<MORE> rel="next"`, 0, source.WordFormat},
		{"several relations without quotes", `<MORE>; rel=last next`, 0, source.WordFormat},
		{"an address that is nothing", `<>; rel=next`, 0, source.WordFormat},
		{"two that differ", `<MORE>; rel=next, </other>; rel=next`, 0, source.WordFormat},
	} {
		t.Run(tt.name, func(t *testing.T) {
			people, err := first(t, func(c *rest.Config) { c.Pages.By = "link" }, "", tt.link)
			// The second page has no Link, which is how a list ends that had one.
			check(t, people, err, tt.people, tt.word, "Link")
		})
	}
}

func TestAnAnswerThatIsTheListHasNoCursor(t *testing.T) {
	for _, by := range []string{"cursor", "next"} {
		config := rest.Type().New().(*rest.Config)
		config.BaseURL, config.Path, config.Key = "https://hr.example", "/people", "id"
		config.Pages = rest.Pages{By: by, Param: "at", Cursor: "next", Next: "next"}
		var keys []string
		for _, fault := range config.Faults() {
			keys = append(keys, fault.Key)
		}
		if strings.Join(keys, " ") != "records" {
			t.Errorf("%s: faulty keys %v, want records", by, keys)
		}
	}
	config := rest.Type().New().(*rest.Config)
	config.BaseURL, config.Path, config.Pages.LastOmits = "https://hr.example", "/people", true
	if faults := config.Faults(); len(faults) != 1 || faults[0].Key != "pages.last_omits" {
		t.Errorf("the faults are %v", faults)
	}
}
