package paychex_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/paychex"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is Paychex over some workers of one company: no more than a cap on a page,
// links that lead elsewhere, communications one by one.
type fake struct {
	workers []map[string]any
	cap     int
	spoil   func(answer map[string]any)                              // changes a page of the list
	contact func(w http.ResponseWriter, r *http.Request, n int) bool // answers a request for communications itself
	unpaged bool                                                     // an answer says nothing of pages

	mu    sync.Mutex
	asked int // for communications
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	if r.Method+" "+r.URL.Path == "POST /auth/oauth/v2/token" {
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != "me" || r.FormValue("client_secret") != canary.Secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"access_token": "granted", "token_type": "Bearer", "expires_in": 3600}`)
		return
	}
	if r.Header.Get("Authorization") != "Bearer granted" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if id, found := strings.CutPrefix(r.URL.Path, "/workers/"); found {
		f.communications(w, r, strings.TrimSuffix(id, "/communications"))
		return
	}
	if r.URL.Path != "/companies/C1/workers" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	f.list(w, r)
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from = min(from, len(f.workers))
	to := min(from+min(limit, f.cap), len(f.workers))
	content := []map[string]any{}
	for _, worker := range f.workers[from:to] {
		worker = maps.Clone(worker)
		delete(worker, "communications")
		content = append(content, worker)
	}
	answer := map[string]any{
		"content": content, "links": []any{map[string]any{"rel": "self", "href": "https://elsewhere.example/workers/"}},
		"metadata": map[string]any{
			"contentItemCount": len(content),
			"pagination":       map[string]any{"offset": from, "limit": limit, "itemCount": len(f.workers), "total": len(f.workers)},
		},
	}
	if to < len(f.workers) {
		answer["links"] = append(answer["links"].([]any), map[string]any{"rel": "next", "href": "https://elsewhere.example/workers/?companyid=C1&offset=" + strconv.Itoa(to)})
	}
	if f.unpaged {
		delete(answer["metadata"].(map[string]any), "pagination")
	}
	if f.spoil != nil {
		f.spoil(answer)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fake) communications(w http.ResponseWriter, r *http.Request, id string) {
	f.mu.Lock()
	f.asked++
	n := f.asked
	f.mu.Unlock()
	if f.contact != nil && f.contact(w, r, n) {
		return
	}
	for _, worker := range f.workers {
		status := worker["currentStatus"].(map[string]any)["statusType"]
		if worker["workerId"] == id && (status == "ACTIVE" || status == "IN_PROGRESS") {
			content, _ := worker["communications"].([]any)
			_ = json.NewEncoder(w).Encode(map[string]any{"metadata": map[string]any{"contentItemCount": len(content)}, "content": append([]any{}, content...), "links": []any{}})
			return
		}
	}
	w.WriteHeader(http.StatusNotFound)
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := paychex.Type().New().(*paychex.Config)
	config.BaseURL, config.CompanyID, config.ClientID, config.ClientSecret = at, "C1", "me", source.Secret{Env: "SECRET"}
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	opened, err := config.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// pull pulls some columns of what a fake has.
func pull(t *testing.T, handler http.Handler, columns ...string) ([][]string, source.Report, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	var got sourcetest.Recorder
	report, err := open(t, server.URL, source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}).Pull(t.Context(), &got)
	if err != nil {
		canary.Text(t, "the error", err.Error())
	}
	return got.Records, report, err
}

func TestLaws(t *testing.T) {
	sourcetest.RunService(t, sourcetest.Service{
		Columns: []string{"workerId", "name.givenName", "name.familyName", "job.title", "currentStatus.statusType"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{cap: 20}
			for _, record := range rows.Records {
				f.workers = append(f.workers, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: open,
	})
}

// worker is somebody with a status and some communications.
func worker(id, status string, communications ...any) map[string]any {
	return map[string]any{"workerId": id, "currentStatus": map[string]any{"statusType": status}, "communications": communications}
}

func way(kind, usage string, more map[string]any) map[string]any {
	all := map[string]any{"type": kind, "usageType": usage}
	maps.Copy(all, more)
	return all
}

func some(n int) []map[string]any {
	var all []map[string]any
	for i := range n {
		all = append(all, worker("W"+strconv.Itoa(i), "ACTIVE", way("EMAIL", "PERSONAL", map[string]any{"uri": "mail-" + strconv.Itoa(i)})))
	}
	return all
}

func TestHowWorkersAreReached(t *testing.T) {
	f := &fake{cap: 3, workers: []map[string]any{
		worker("1", "ACTIVE",
			way("STREET_ADDRESS", "BUSINESS", map[string]any{"city": "office"}), way("STREET_ADDRESS", "PERSONAL", map[string]any{"city": "home"}),
			way("PHONE", "PERSONAL", map[string]any{"dialCountry": "1", "dialArea": "585", "dialNumber": "555-2222"}),
			way("PHONE", "PERSONAL", map[string]any{"dialNumber": "second"}), map[string]any{"type": "PHONE"},
			way("EMAIL", "BUSINESS", map[string]any{"uri": "work"})),
		worker("2", "IN_PROGRESS", way("STREET_ADDRESS", "BUSINESS", map[string]any{"city": "office"})),
		worker("3", "ACTIVE"),
		worker("4", "TERMINATED", way("EMAIL", "BUSINESS", map[string]any{"uri": "work"})),
		worker("5", "INACTIVE", way("EMAIL", "BUSINESS", map[string]any{"uri": "work"})),
		worker("6", "PENDING"),
	}}
	got, report, err := pull(t, f, "communications.email.business.uri", "communications.fax.business.number", "communications.phone.personal.number", "communications.street_address.personal.city", "workerId")
	if err != nil || len(report.Withheld) > 0 || report.Expected != 6 {
		t.Fatalf("report %+v, %v", report, err)
	}
	want := [][]string{
		{"work", "", "585555-2222", "home", "1"}, {"", "", "", "", "2"}, {"", "", "", "", "3"}, {"", "", "", "", "4"}, {"", "", "", "", "5"}, {"", "", "", "", "6"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if f.asked != 3 {
		t.Errorf("%d workers were asked about, want the three who can be", f.asked)
	}
}

// What no column needs is not asked for.
func TestNobodyIsAskedAboutForNothing(t *testing.T) {
	f := &fake{cap: 20, workers: some(3)}
	if got, _, err := pull(t, f, "workerId"); err != nil || len(got) != 3 || f.asked != 0 {
		t.Errorf("%d records, %v, %d workers asked about", len(got), err, f.asked)
	}
}

// A list of communications that does not come is not an empty one.
func TestCommunicationsThatDoNotCome(t *testing.T) {
	answer := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { fmt.Fprint(w, text) }
	}
	for _, tt := range []struct {
		name, word string
		do         func(http.ResponseWriter)
	}{
		{"not allowed", source.WordDenied, func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) }},
		{"not found", source.WordMissing, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }},
		{"no content", source.WordFormat, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }},
		{"no list", source.WordFormat, answer(`{"metadata": {"contentItemCount": 0}}`)},
		{"no length", source.WordFormat, answer(`{"content": []}`)},
		{"fewer than declared", source.WordCount, answer(`{"metadata": {"contentItemCount": 2}, "content": [{}]}`)},
		{"more than one answer", source.WordPages, answer(`{"metadata": {"contentItemCount": 1}, "content": [{}], "links": [{"rel": "next"}]}`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{cap: 20, workers: some(30), contact: func(w http.ResponseWriter, r *http.Request, _ int) bool {
				wrong := r.URL.Path == "/workers/W25/communications"
				if wrong {
					tt.do(w)
				}
				return wrong
			}}
			got, report, err := pull(t, f, "communications.email.personal.uri", "workerId")
			if len(got) > 20 || report.Seen > 0 || err == nil || source.AsFault(err).Word != tt.word {
				t.Errorf("%d records, %v; want %s", len(got), err, tt.word)
			}
		})
	}
}

func TestLists(t *testing.T) {
	metadata := func(answer map[string]any) map[string]any { return answer["metadata"].(map[string]any) }
	for _, tt := range []struct {
		name, word string
		unpaged    bool
		cap        int
		spoil      func(answer map[string]any)
	}{
		{name: "a cap below what is asked for", cap: 7},
		{name: "one answer without pages", cap: 50, unpaged: true},
		{name: "a link to the next page that is not there", cap: 7, word: source.WordCount, spoil: func(answer map[string]any) { delete(answer, "links") }},
		{name: "no declared length of a page", cap: 7, word: source.WordFormat, spoil: func(answer map[string]any) { delete(metadata(answer), "contentItemCount") }},
		{name: "fewer on a page than declared", cap: 7, word: source.WordCount, spoil: func(answer map[string]any) { metadata(answer)["contentItemCount"] = 8 }},
		{name: "the length of the list as itemCount only", cap: 7, spoil: func(answer map[string]any) {
			delete(metadata(answer)["pagination"].(map[string]any), "total")
		}},
		{name: "a length of the list that is no number", cap: 7, word: source.WordFormat, spoil: func(answer map[string]any) {
			metadata(answer)["pagination"].(map[string]any)["total"] = canary.FamilyName
		}},
		{name: "somebody without an id", cap: 7, word: source.WordFormat, spoil: func(answer map[string]any) {
			delete(answer["content"].([]map[string]any)[0], "workerId")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{workers: some(18), cap: tt.cap, unpaged: tt.unpaged, spoil: tt.spoil}
			got, report, err := pull(t, f, "communications.email.personal.uri", "workerId")
			if tt.word == "" {
				if err != nil || len(got) != 18 || report.Seen != 18 {
					t.Errorf("%d records, %v", len(got), err)
				}
				return
			}
			if report.Seen > 0 || err == nil || source.AsFault(err).Word != tt.word {
				t.Errorf("%d records, %v; want %s", len(got), err, tt.word)
			}
		})
	}
}

func TestDatesAreTheirDays(t *testing.T) {
	f := &fake{cap: 20, workers: []map[string]any{{
		"workerId": "1", "birthDate": "1987-11-24T00:00:00Z", "hireDate": nil, "currentStatus": map[string]any{"effectiveDate": "2026-01-31T00:00:00Z"},
	}}}
	got, _, err := pull(t, f, "birthDate", "currentStatus.effectiveDate", "hireDate", "workerId")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1987-11-24", "2026-01-31", "", "1"}}, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}
