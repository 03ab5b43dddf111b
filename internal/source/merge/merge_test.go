package merge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/merge"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

const accountToken = "the account"

// fake is Merge over some employees: cursors, no totals, ids for whatever is not
// expanded.
type fake struct {
	employees []map[string]any
	status    []map[string]any // of the models; nil: all are done
	stubborn  bool             // nothing is ever expanded
	asked     *[]string        // where it is set: paths and what was expanded, in their order
}

// models are the statuses of models that are all done.
func models() []map[string]any {
	var all []map[string]any
	for i, name := range []string{"Employee", "Location", "Employment", "Company"} {
		all = append(all, map[string]any{
			"model_name": name, "model_id": "hris." + name, "status": "DONE", "is_initial_sync": false,
			"last_sync_start": time.Date(2026, 11, 20, 10+i, 0, 0, 0, time.UTC).Format(time.RFC3339),
		})
	}
	return all
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+canary.Secret || r.Header.Get("X-Account-Token") != accountToken {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	query := r.URL.Query()
	var all []map[string]any
	switch r.URL.Path {
	case "/sync-status":
		if all = f.status; all == nil {
			all = models()
		}
	case "/employees":
		for _, employee := range f.employees {
			all = append(all, f.shown(employee, query.Get("expand")))
		}
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if f.asked != nil {
		*f.asked = append(*f.asked, r.URL.Path+" "+query.Get("expand"))
	}
	size, _ := strconv.Atoi(query.Get("page_size"))
	from, _ := strconv.Atoi(strings.TrimPrefix(query.Get("cursor"), "after "))
	from = min(from, len(all))
	to := min(from+min(size, 100), len(all))
	answer := map[string]any{"next": nil, "previous": nil, "results": append([]map[string]any{}, all[from:to]...)}
	if to < len(all) {
		answer["next"] = fmt.Sprint("after ", to)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// shown is an employee with ids instead of what is not expanded.
func (f *fake) shown(employee map[string]any, expand string) map[string]any {
	employee = maps.Clone(employee)
	for _, field := range []string{"home_location", "employments"} {
		if !f.stubborn && slices.Contains(strings.Split(expand, ","), field) {
			continue
		}
		switch employee[field].(type) {
		case map[string]any:
			employee[field] = "location-id"
		case []any:
			employee[field] = []any{"employment-id"}
		}
	}
	return employee
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := merge.Type().New().(*merge.Config)
	config.BaseURL, config.APIKey, config.AccountToken = at, source.Secret{Env: "KEY"}, source.Secret{Env: "ACCOUNT"}
	config.RequestsPerMinute = 0
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	o.Getenv = func(name string) string {
		return map[string]string{"KEY": canary.Secret, "ACCOUNT": accountToken}[name]
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
	report, err := open(t, server.URL, source.Opening{Columns: columns}).Pull(t.Context(), &got)
	if err != nil {
		canary.Text(t, "the error", err.Error())
	}
	return got.Records, report, err
}

func TestLaws(t *testing.T) {
	sourcetest.RunService(t, sourcetest.Service{
		Columns: []string{"id", "first_name", "last_name", "home_location.street_1", "employment_status"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{}
			for _, record := range rows.Records {
				f.employees = append(f.employees, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: open,
	})
}

// A copy that is not whole is no small roster.
func TestHowTheCopyStands(t *testing.T) {
	set := func(model int, changes ...any) func([]map[string]any) []map[string]any {
		return func(all []map[string]any) []map[string]any {
			for i := 0; i+1 < len(changes); i += 2 {
				all[model][changes[i].(string)] = changes[i+1]
			}
			return all
		}
	}
	for _, tt := range []struct {
		name, word string
		change     func([]map[string]any) []map[string]any
	}{
		{"all is done", "", set(0)},
		{"the first one is done", "", set(0, "is_initial_sync", true)},
		{"it is made again", "", set(0, "status", "SYNCING")},
		{"it is made again after a whole one", "", set(0, "status", "SYNCING", "last_sync_result", "DONE")},
		{"it is made again after half a one", source.WordNotReady, set(0, "status", "SYNCING", "last_sync_result", "PARTIALLY_SYNCED")},
		{"it is made for the first time", source.WordNotReady, set(0, "status", "SYNCING", "is_initial_sync", true)},
		{"it is made, and nobody says whether for the first time", source.WordNotReady, set(0, "status", "SYNCING", "is_initial_sync", nil)},
		{"half of it came", source.WordNotReady, set(0, "status", "PARTIALLY_SYNCED")},
		{"it failed", source.WordNotReady, set(0, "status", "FAILED")},
		{"it is paused", source.WordNotReady, set(0, "status", "PAUSED")},
		{"it is disabled", source.WordNotReady, set(0, "status", "DISABLED")},
		{"a word that nobody knows", source.WordNotReady, set(0, "status", canary.FamilyName)},
		{"no word", source.WordNotReady, set(0, "status", nil)},
		{"the locations come for the first time", source.WordNotReady, set(1, "status", "SYNCING", "is_initial_sync", true)},
		{"what no column needs failed", "", set(3, "status", "FAILED")},
		{"nobody says when", source.WordFormat, set(0, "last_sync_start", nil)},
		{"employees are not named", source.WordNotReady, func(all []map[string]any) []map[string]any { return all[1:] }},
		{"nothing is named", source.WordNotReady, func([]map[string]any) []map[string]any { return []map[string]any{} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{status: tt.change(models()), employees: []map[string]any{{"id": "1", "home_location": map[string]any{"city": "x"}}}}
			got, report, err := pull(t, f, "home_location.city", "id")
			if tt.word != "" {
				if len(got) > 0 || err == nil || source.AsFault(err).Word != tt.word {
					t.Errorf("%d records, %v; want %s", len(got), err, tt.word)
				}
				return
			}
			if err != nil || len(got) != 1 {
				t.Fatalf("%d records, %v", len(got), err)
			}
			if want := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC); !report.AsOf.Equal(want) {
				t.Errorf("the data is of %s, want the oldest that is needed: %s", report.AsOf, want)
			}
		})
	}
}

func TestTheSyncStatusHasPages(t *testing.T) {
	f := &fake{employees: []map[string]any{{"id": "1"}}}
	for i := range 150 {
		f.status = append(f.status, map[string]any{"model_name": fmt.Sprint("Model", i)})
	}
	f.status = append(f.status, models()...)
	if got, _, err := pull(t, f, "id"); err != nil || len(got) != 1 {
		t.Errorf("%d records, %v", len(got), err)
	}
	f.status = slices.Repeat(f.status, 20)
	if _, _, err := pull(t, f, "id"); err == nil || source.AsFault(err).Word != source.WordPages {
		t.Errorf("%v, want %s", err, source.WordPages)
	}
}

func TestOnlyWhatIsMappedIsExpanded(t *testing.T) {
	for _, tt := range []struct {
		columns []string
		expand  string
	}{
		{[]string{"id", "home_location"}, ""},
		{[]string{"id", "home_location.city"}, "home_location"},
		{[]string{"employment.job_title", "employments.0.job_title", "home_location.city", "id"}, "home_location,employments"},
	} {
		var asked []string
		f := &fake{asked: &asked, employees: []map[string]any{{
			"id": "1", "home_location": map[string]any{"city": "x"}, "employments": []any{map[string]any{"job_title": "y"}},
		}}}
		if _, _, err := pull(t, f, tt.columns...); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"/sync-status ", "/employees " + tt.expand}, asked); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	}
}

func TestWhatIsNotExpandedFailsThePull(t *testing.T) {
	for _, tt := range []struct {
		column   string
		employee map[string]any
	}{
		{"home_location.city", map[string]any{"id": "2", "home_location": map[string]any{"city": "x"}}},
		{"employment.job_title", map[string]any{"id": "2", "employments": []any{map[string]any{"job_title": "y"}}}},
	} {
		got, _, err := pull(t, &fake{stubborn: true, employees: []map[string]any{{"id": "1", "home_location": nil, "employments": []any{}}, tt.employee}}, tt.column, "id")
		if len(got) > 0 || err == nil || source.AsFault(err).Word != source.WordWithheld {
			t.Errorf("%d records, %v; want %s", len(got), err, source.WordWithheld)
		}
	}
}

func TestDatesAndThePresentEmployment(t *testing.T) {
	job := func(id, title string, effective any) any {
		return map[string]any{"id": id, "job_title": title, "effective_date": effective}
	}
	ahead := time.Now().UTC().AddDate(0, 0, 3).Format(time.RFC3339)
	var employees []map[string]any
	var want [][]string
	person := func(born any, jobs any, wantBorn, wantTitle string) {
		id := "canary-" + strconv.Itoa(len(employees))
		employees = append(employees, map[string]any{"id": id, "date_of_birth": born, "employments": jobs})
		want = append(want, []string{wantBorn, wantTitle, id})
	}
	person("1990-01-02T00:00:00Z", []any{job("a", "old", "2019-01-01T00:00:00Z"), job("b", "new", "2021-01-01T00:00:00Z"), job("c", "older", "2018-01-01T00:00:00Z")}, "1990-01-02", "new")
	person("1990-01-02T23:30:00-11:00", []any{job("a", "now", "2019-01-01T00:00:00Z"), job("b", "next", ahead)}, "1990-01-02", "now")
	person("1990-01-02", []any{job("b", "next", ahead)}, "1990-01-02", "next")
	person(nil, []any{job("b", "second", nil), job("a", "first", nil)}, "", "second")
	person("1990-01-02T00:00:00Z", []any{}, "1990-01-02", "")
	person("1990-01-02T00:00:00Z", nil, "1990-01-02", "")
	got, report, err := pull(t, &fake{employees: employees}, "date_of_birth", "employment.job_title", "id")
	if err != nil || len(report.Withheld) > 0 {
		t.Fatalf("report %+v, %v", report, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// What begins tomorrow in UTC is not yet present where it is still today.
func TestThePresentEmploymentByTheEmployersDate(t *testing.T) {
	server := httptest.NewServer(&fake{employees: []map[string]any{{"id": "1", "employments": []any{
		map[string]any{"id": "a", "job_title": "now", "effective_date": "2019-01-01T00:00:00Z"},
		map[string]any{"id": "b", "job_title": "next", "effective_date": "2026-02-01T00:00:00Z"},
	}}}})
	defer server.Close()
	for day, want := range map[int]string{31: "now", 32: "next"} {
		var got sourcetest.Recorder
		opening := source.Opening{Columns: []string{"employment.job_title", "id"}, Today: func() roster.Date {
			return roster.Today(time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC), time.UTC)
		}}
		if _, err := open(t, server.URL, opening).Pull(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{{want, "1"}}, got.Records); diff != "" {
			t.Errorf("on day %d (-want +got):\n%s", day, diff)
		}
	}
}

// An answer that does not say that it is the last is not taken for it.
func TestAnAnswerWithoutNext(t *testing.T) {
	f := &fake{}
	_, _, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/sync-status" {
			f.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"results": [{"id": "1"}]}`)
	}), "id")
	if err == nil || source.AsFault(err).Word != source.WordFormat {
		t.Errorf("%v, want %s", err, source.WordFormat)
	}
}

func TestRegionsAreHosts(t *testing.T) {
	for region, want := range map[string]string{"us": "api.merge.dev:443", "eu": "api-eu.merge.dev:443", "ap": "api-ap.merge.dev:443"} {
		config := merge.Type().New().(*merge.Config)
		config.Region, config.APIKey, config.AccountToken = region, source.Secret{Env: "KEY"}, source.Secret{Env: "ACCOUNT"}
		if faults := config.Faults(); len(faults) > 0 {
			t.Errorf("%s: the settings have faults: %v", region, faults)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var got string
		opened, err := config.Open(source.Opening{
			Columns: []string{"id"}, Getenv: func(string) string { return canary.Secret },
			Dial: func(_ context.Context, _, to string) (net.Conn, error) {
				got = to
				cancel()
				return nil, net.ErrClosed
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := opened.Pull(ctx, &sourcetest.Recorder{}); err == nil || got != want {
			t.Errorf("%s: it called %q (%v), want %q", region, got, err, want)
		}
	}
}
