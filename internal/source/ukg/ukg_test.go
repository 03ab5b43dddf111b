package ukg_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
	"github.com/rosterd/rosterd/internal/source/ukg"
)

const (
	persons     = "/personnel/v1/person-details"
	employments = "/personnel/v1/employment-details"
)

// fake is UKG Pro over two lists, with a cap on the page that nobody speaks of.
type fake struct {
	lists map[string][]map[string]any // by path
	cap   int
	deaf  string         // the list that ignores page
	asked map[string]int // requests by path
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	all, there := f.lists[r.URL.Path]
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	switch {
	case user != "rosterd" || password != canary.Secret || r.Header.Get("US-Customer-Api-Key") != canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case !there:
		w.WriteHeader(http.StatusNotFound)
		return
	case page < 1 || per < 1:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if f.asked != nil {
		f.asked[r.URL.Path]++
	}
	if f.deaf == r.URL.Path {
		page = 1
	}
	per = min(per, f.cap)
	from := min((page-1)*per, len(all))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(append([]map[string]any{}, all[from:min(from+per, len(all))]...))
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := ukg.Type().New().(*ukg.Config)
	config.BaseURL, config.User, config.Password, config.APIKey = at, "rosterd", source.Secret{Env: "PASSWORD"}, source.Secret{Env: "KEY"}
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
func pull(t *testing.T, handler http.Handler, columns ...string) (*sourcetest.Recorder, source.Report, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	got := new(sourcetest.Recorder)
	report, err := open(t, server.URL, source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}).Pull(t.Context(), got)
	if err != nil {
		canary.Text(t, "the error", err.Error())
	}
	return got, report, err
}

func TestLaws(t *testing.T) {
	sourcetest.RunService(t, sourcetest.Service{
		Columns: []string{"employeeId", "firstName", "lastName", "employment.jobTitle", "employment.employeeStatusCode"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{cap: 150, lists: map[string][]map[string]any{persons: {}, employments: {}}}
			for _, record := range rows.Records {
				person := sourcetest.Nested(rows.Columns, record)
				employment, _ := person["employment"].(map[string]any)
				delete(person, "employment")
				employment["employeeID"], employment["companyID"], person["companyId"] = person["employeeId"], "C1", "C1"
				f.lists[persons] = append(f.lists[persons], person)
				f.lists[employments] = append(f.lists[employments], employment)
			}
			return f
		},
		Open: open,
	})
}

func TestSettings(t *testing.T) {
	for key, change := range map[string]func(*ukg.Config){
		"password": func(c *ukg.Config) { c.Password = source.Secret{} },
		"api_key":  func(c *ukg.Config) { c.APIKey = source.Secret{} },
		"base_url": func(c *ukg.Config) { c.BaseURL = "" },
	} {
		config := ukg.Type().New().(*ukg.Config)
		config.BaseURL, config.Password, config.APIKey = "https://service4.ultipro.com", source.Secret{Env: "P"}, source.Secret{Env: "K"}
		change(config)
		if faults := config.Faults(); len(faults) != 1 || faults[0].Key != key {
			t.Errorf("faults %v, want one of %s", faults, key)
		}
	}
}

// rows reads a list that a test writes as JSON.
func rows(t *testing.T, text string) []map[string]any {
	t.Helper()
	var found []map[string]any
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

// both are the lists of n people, each with one employment.
func both(n int) map[string][]map[string]any {
	lists := map[string][]map[string]any{persons: {}, employments: {}}
	for i := range n {
		id := "canary-" + strconv.Itoa(i)
		lists[persons] = append(lists[persons], map[string]any{"employeeId": id, "companyId": "C1", "dateOfBirth": "1987-06-05T00:00:00"})
		lists[employments] = append(lists[employments], map[string]any{"employeeID": id, "companyID": "C1", "employeeStatusCode": "A", "lastHireDate": "2020-01-02T00:00:00Z"})
	}
	return lists
}

func TestDatesAreTheirDays(t *testing.T) {
	got, _, err := pull(t, &fake{cap: 200, lists: both(1)}, "dateOfBirth", "employment.lastHireDate")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"1987-06-05", "2020-01-02"}}, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatIsMappedIsAskedFor(t *testing.T) {
	f := &fake{cap: 200, lists: both(3), asked: map[string]int{}}
	if got, _, err := pull(t, f, "employeeId"); err != nil || len(got.Records) != 3 || len(got.Doubts) > 0 {
		t.Errorf("%d records, %v, doubts %v", len(got.Records), err, got.Doubts)
	}
	if diff := cmp.Diff(map[string]int{persons: 2}, f.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// How a list could come out short, or never end.
func TestLists(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		people     int
		change     func(t *testing.T, f *fake)
	}{
		{name: "as they should be", people: 450},
		{name: "as many as a page holds", people: 200},
		{name: "a cap below what is asked for", people: 450, change: func(_ *testing.T, f *fake) { f.cap = 100 }},
		{name: "person details that ignore page", people: 450, word: source.WordPages, change: func(_ *testing.T, f *fake) { f.deaf = persons }},
		{name: "employments that ignore page", people: 450, word: source.WordPages, change: func(_ *testing.T, f *fake) { f.deaf = employments }},
		{name: "one page again and again", people: 3, word: source.WordPages, change: func(_ *testing.T, f *fake) { f.deaf = persons }},
		{name: "somebody who works is not in person details", people: 450, word: source.WordCount, change: func(_ *testing.T, f *fake) { f.lists[persons] = f.lists[persons][:449] }},
		{name: "nobody in person details", people: 3, word: source.WordEmpty, change: func(_ *testing.T, f *fake) { f.lists[persons] = nil }},
		{name: "nobody in employments", people: 3, word: source.WordEmpty, change: func(_ *testing.T, f *fake) { f.lists[employments] = nil }},
		{name: "no status in employments", people: 3, word: source.WordWithheld, change: func(_ *testing.T, f *fake) {
			for _, one := range f.lists[employments] {
				delete(one, "employeeStatusCode")
			}
		}},
		{name: "a person without an id", people: 3, word: source.WordFormat, change: func(_ *testing.T, f *fake) { delete(f.lists[persons][1], "employeeId") }},
		{name: "an employment without an id", people: 3, word: source.WordFormat, change: func(_ *testing.T, f *fake) { f.lists[employments][1]["employeeID"] = nil }},
		{name: "employments may not be seen", people: 3, word: source.WordMissing, change: func(_ *testing.T, f *fake) { delete(f.lists, employments) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{cap: 200, lists: both(tt.people)}
			if tt.change != nil {
				tt.change(t, f)
			}
			got, report, err := pull(t, f, "employeeId", "employment.lastHireDate")
			state, fault := source.Judge(report, err, nil, source.Limits{MaxShrinkPercent: 100}, time.Now())
			switch {
			case tt.word == "" && (fault != nil || len(got.Records) != tt.people || len(got.Doubts) > 0):
				t.Errorf("the pull is %s (%v), %d records, doubts %v", state, fault, len(got.Records), got.Doubts)
			case tt.word != "" && (fault == nil || fault.Word != tt.word):
				t.Errorf("the pull is %s (%v), want %s", state, fault, tt.word)
			}
		})
	}
}

// Whoever left and is not in person details any more is no reason to doubt.
func TestWhoLeftMayBeMissing(t *testing.T) {
	f := &fake{cap: 200, lists: both(3)}
	f.lists[employments][2]["employeeStatusCode"] = "T"
	f.lists[persons] = f.lists[persons][:2]
	if got, _, err := pull(t, f, "employeeId", "employment.employeeStatusCode"); err != nil || len(got.Records) != 2 {
		t.Errorf("%d records, %v", len(got.Records), err)
	}
}

// A column that no employment has is withheld, by the name that the mapping gives it.
func TestWithheld(t *testing.T) {
	_, report, err := pull(t, &fake{cap: 200, lists: both(3)}, "employeeId", "Employment.JobTitle", "employment.lastHireDate", "homePhone")
	if diff := cmp.Diff([]string{"homePhone", "Employment.JobTitle"}, report.Withheld); diff != "" || err != nil {
		t.Errorf("withheld, %v (-want +got):\n%s", err, diff)
	}
}

// Which employment counts, and when nobody can tell.
func TestEmployments(t *testing.T) {
	job := func(company, title, status, end string, home bool) string {
		return fmt.Sprintf(`{"employeeID": "canary-1", "companyID": %q, "jobTitle": %q, "employeeStatusCode": %q, "dateOfTermination": %q, "isHomeCompany": %t}`, company, title, status, end, home)
	}
	for _, tt := range []struct {
		name  string
		jobs  []string
		want  string
		doubt bool
	}{
		{"one", []string{job("C1", "Cook", "A", "", true)}, "Cook", false},
		{"one that is over", []string{job("C1", "Cook", "T", "2020-01-02", true)}, "Cook", false},
		{"that of the home company", []string{job("C1", "Baker", "A", "", false), job("C2", "Cook", "L", "", true)}, "Cook", false},
		{"the one that runs, not that of the home company", []string{job("C1", "Baker", "T", "2020-01-02", true), job("C2", "Cook", "A", "", false)}, "Cook", false},
		{"one that runs and had ended before", []string{job("C1", "Cook", "A", "2020-01-02", false), job("C2", "Baker", "T", "2021-01-02", false)}, "Cook", false},
		{"the last of those that are over", []string{job("C1", "Baker", "T", "2020-01-02", true), job("C2", "Cook", "T", "2021-01-02", false), job("C3", "Waiter", "t", "2019-01-02", false)}, "Cook", false},
		{"several alike", []string{job("C1", "Cook", "A", "", false), job("C2", "Cook", "A", "", false)}, "Cook", false},
		{"several that differ", []string{job("C1", "Cook", "A", "", false), job("C2", "Baker", "A", "", false)}, "Cook", true},
		{"two home companies", []string{job("C1", "Cook", "A", "", true), job("C2", "Baker", "A", "", true)}, "Cook", true},
		{"none", nil, "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &fake{cap: 200, lists: both(1)}
			f.lists[persons] = append(f.lists[persons], map[string]any{"employeeId": "canary-1"})
			f.lists[employments] = append(f.lists[employments], rows(t, "["+strings.Join(tt.jobs, ",")+"]")...)
			f.lists[employments][0]["jobTitle"] = "Waiter"
			got, report, err := pull(t, f, "employeeId", "employment.jobTitle")
			if err != nil || len(report.Withheld) > 0 {
				t.Fatalf("report %+v, %v", report, err)
			}
			if diff := cmp.Diff([][]string{{"canary-0", "Waiter"}, {"canary-1", tt.want}}, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if len(got.Doubts[0]) > 0 || (len(got.Doubts[1]) == 1) != tt.doubt {
				t.Errorf("doubts %v", got.Doubts)
			}
		})
	}
}

// Somebody may be listed for each of their companies: that is no page that repeats.
func TestAPersonOfTwoCompanies(t *testing.T) {
	f := &fake{cap: 200, lists: both(2)}
	f.lists[persons] = append(f.lists[persons], map[string]any{"employeeId": "canary-0", "companyId": "C2"})
	if got, _, err := pull(t, f, "employeeId"); err != nil || len(got.Records) != 3 {
		t.Errorf("%d records, %v", len(got.Records), err)
	}
}
