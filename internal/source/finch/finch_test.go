package finch_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/finch"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is Finch over some people, each with what the directory says and, below
// individual and employment, what the batches say.
type fake struct {
	people []map[string]any
	// spoil changes what a batch answers.
	spoil func(kind string, responses []map[string]any) []map[string]any
	asked map[string]int // requests by path
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.Header.Get("Finch-API-Version") != "2020-09-17":
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if f.asked != nil {
		f.asked[r.URL.Path]++
	}
	var answer map[string]any
	switch r.Method + " " + r.URL.Path {
	case "GET /employer/directory":
		answer = f.directory(r)
	case "POST /employer/individual":
		answer = f.batch(r, "individual")
	case "POST /employer/employment":
		answer = f.batch(r, "employment")
	}
	if answer == nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fake) directory(r *http.Request) map[string]any {
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	from = min(from, len(f.people))
	shown := []map[string]any{}
	for _, person := range f.people[from:min(from+limit, len(f.people))] {
		person = maps.Clone(person)
		delete(person, "individual")
		delete(person, "employment")
		shown = append(shown, person)
	}
	return map[string]any{"paging": map[string]any{"count": len(f.people), "offset": from}, "individuals": shown}
}

// batch answers in another order than it was asked in.
func (f *fake) batch(r *http.Request, kind string) map[string]any {
	var asked struct {
		Requests []struct {
			ID string `json:"individual_id"`
		}
	}
	if json.NewDecoder(r.Body).Decode(&asked) != nil || len(asked.Requests) == 0 || len(asked.Requests) > 10_000 {
		return nil
	}
	bodies := map[string]any{}
	for _, person := range f.people {
		bodies[person["id"].(string)] = person[kind]
	}
	responses := []map[string]any{}
	for _, one := range slices.Backward(asked.Requests) {
		responses = append(responses, map[string]any{"individual_id": one.ID, "code": 200, "body": bodies[one.ID]})
	}
	if f.spoil != nil {
		responses = f.spoil(kind, responses)
	}
	return map[string]any{"responses": responses}
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := finch.Type().New().(*finch.Config)
	config.BaseURL, config.Token = at, source.Secret{Env: "FINCH_TOKEN"}
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
		Columns: []string{"id", "individual.first_name", "individual.last_name", "employment.title", "employment.employment_status"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{}
			for _, record := range rows.Records {
				f.people = append(f.people, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: open,
	})
}

// some are n people.
func some(n int) []map[string]any {
	var people []map[string]any
	for i := range n {
		id := "canary-" + strconv.Itoa(i)
		people = append(people, map[string]any{
			"id": id, "is_active": true, "department": map[string]any{"name": "Engineering"},
			"individual": map[string]any{"id": id, "phone_numbers": []any{
				map[string]any{"data": "work-" + strconv.Itoa(i), "type": "work"}, map[string]any{"data": "own-" + strconv.Itoa(i), "type": "personal"},
			}, "residence": nil},
			"employment": map[string]any{"id": id, "employment": map[string]any{"type": "employee"}, "source_id": "E" + strconv.Itoa(i)},
		})
	}
	return people
}

func TestThreeAnswersAreOneRecord(t *testing.T) {
	got, report, err := pull(t, &fake{people: some(3)}, "department.name", "employment.employment.type", "employment.source_id", "id",
		"individual.phone_numbers.personal", "individual.residence.city", "is_active")
	if err != nil || len(report.Withheld) > 0 || report.Expected != 3 {
		t.Fatalf("report %+v, %v", report, err)
	}
	var want [][]string
	for i := range 3 {
		want = append(want, []string{"Engineering", "employee", fmt.Sprint("E", i), fmt.Sprint("canary-", i), fmt.Sprint("own-", i), "", "true"})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// A token without a product is not asked to show it.
func TestOnlyWhatIsMappedIsAskedFor(t *testing.T) {
	f := &fake{people: some(3), asked: map[string]int{}}
	if _, _, err := pull(t, f, "id", "employment.source_id"); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"/employer/directory": 1, "/employer/employment": 1}, f.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// What is not there yet is no empty roster.
func TestNotSyncedYet(t *testing.T) {
	for _, path := range []string{"/employer/directory", "/employer/individual", "/employer/employment"} {
		t.Run(path, func(t *testing.T) {
			f := &fake{people: some(3)}
			got, report, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != path {
					f.ServeHTTP(w, r)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusAccepted)
				fmt.Fprint(w, `{"paging":{"count":0,"offset":0},"individuals":[],"responses":[]}`)
			}), "id", "individual.dob", "employment.source_id")
			if len(got) > 0 || report.Seen > 0 || source.AsFault(err).Word != source.WordNotReady {
				t.Errorf("%d records, %v; want %s", len(got), err, source.WordNotReady)
			}
		})
	}
}

func TestADirectoryWithoutItsLength(t *testing.T) {
	_, _, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"paging":{},"individuals":[]}`)
	}), "id")
	if source.AsFault(err).Word != source.WordFormat {
		t.Errorf("%v, want %s", err, source.WordFormat)
	}
}

// One item of a batch that is not as it should be fails the pull.
func TestItems(t *testing.T) {
	code := func(code any) func([]map[string]any) []map[string]any {
		return func(all []map[string]any) []map[string]any {
			all[1]["code"], all[1]["body"] = code, map[string]any{"code": code, "name": "error", "message": canary.FamilyName}
			return all
		}
	}
	for _, tt := range []struct {
		name, word string
		spoil      func(responses []map[string]any) []map[string]any
	}{
		{"all are fine", "", func(all []map[string]any) []map[string]any { return all }},
		{"one has an error", source.WordService, code(500)},
		{"one is not found", source.WordService, code(404)},
		{"one is not synced yet", source.WordNotReady, code(202)},
		{"one may not be read", source.WordDenied, code(403)},
		{"one is asked for too often", source.WordPutOff, code(429)},
		{"one has no code", source.WordFormat, code(nil)},
		{"one has words for a code", source.WordFormat, code(canary.FamilyName)},
		{"one is missing", source.WordCount, func(all []map[string]any) []map[string]any { return all[1:] }},
		{"all are missing", source.WordCount, func([]map[string]any) []map[string]any { return []map[string]any{} }},
		{"one came before", source.WordPages, func(all []map[string]any) []map[string]any { return append(all, all[0]) }},
		{"one was not asked for", source.WordFormat, func(all []map[string]any) []map[string]any {
			return append(all, map[string]any{"individual_id": "other", "code": 200, "body": map[string]any{}})
		}},
		{"one is somebody else", source.WordFormat, func(all []map[string]any) []map[string]any {
			all[0]["body"], all[1]["body"] = all[1]["body"], all[0]["body"]
			return all
		}},
		{"one has no body", source.WordFormat, func(all []map[string]any) []map[string]any {
			all[0]["body"] = nil
			return all
		}},
	} {
		for _, kind := range []string{"individual", "employment"} {
			t.Run(tt.name+" of "+kind, func(t *testing.T) {
				f := &fake{people: some(4), spoil: func(of string, responses []map[string]any) []map[string]any {
					if of == kind {
						responses = tt.spoil(responses)
					}
					return responses
				}}
				got, _, err := pull(t, f, "employment.source_id", "id", "individual.residence.city")
				if tt.word == "" {
					if err != nil || len(got) != 4 {
						t.Errorf("%d records, %v", len(got), err)
					}
					return
				}
				if len(got) > 0 || err == nil || source.AsFault(err).Word != tt.word {
					t.Errorf("%d records, %v; want %s", len(got), err, tt.word)
				}
			})
		}
	}
}
