package paylocity_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/paylocity"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is Paylocity over some employees: no more than 20 on a page, tokens for the
// next one, and only those parts of an employee that are asked for.
type fake struct {
	employees []map[string]any
	spoil     func(answer map[string]any) // changes a page
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch r.Method + " " + r.URL.Path {
	case "POST /public/security/v1/token":
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_id") != "me" || r.FormValue("client_secret") != canary.Secret {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"access_token": "granted", "token_type": "Bearer", "expires_in": 3600}`)
	case "GET /coreHr/v1/companies/C1/employees":
		if r.Header.Get("Authorization") != "Bearer granted" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		f.list(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	limit, _ := strconv.Atoi(query.Get("limit"))
	from, _ := strconv.Atoi(strings.TrimPrefix(query.Get("nextToken"), "after "))
	from = min(from, len(f.employees))
	to := min(from+min(limit, 20), len(f.employees))
	shown := []map[string]any{}
	for _, employee := range f.employees[from:to] {
		employee = maps.Clone(employee)
		for part, field := range map[string]string{"info": "info", "position": "position", "status": "currentStatus", "payRate": "currentPayRate"} {
			if !strings.Contains(query.Get("include"), part) {
				delete(employee, field)
			}
		}
		if status, _ := employee["currentStatus"].(map[string]any); query.Get("activeOnly") != "false" && status["statusType"] != "A" {
			continue
		}
		shown = append(shown, employee)
	}
	answer := map[string]any{"employees": shown, "totalCount": len(f.employees)}
	if to < len(f.employees) {
		answer["nextToken"] = fmt.Sprint("after ", to)
	}
	if f.spoil != nil {
		f.spoil(answer)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := paylocity.Type().New().(*paylocity.Config)
	config.BaseURL, config.CompanyID, config.ClientID, config.ClientSecret = at, "C1", "me", source.Secret{Env: "SECRET"}
	config.RequestsPerMinute = 0
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
		Columns: []string{"id", "info.firstName", "lastName", "position.costCenter1", "currentStatus.statusType"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{}
			for _, record := range rows.Records {
				f.employees = append(f.employees, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open:     open,
		Throttle: http.StatusForbidden,
	})
}

func some(n int) []map[string]any {
	var all []map[string]any
	for i := range n {
		all = append(all, map[string]any{"id": strconv.Itoa(i), "currentStatus": map[string]any{"statusType": "A"}})
	}
	return all
}

// Everybody comes, whatever an answer means by totalCount, unless fewer come than
// any of them declares.
func TestLists(t *testing.T) {
	for _, tt := range []struct {
		name, word string
		people     int
		spoil      func(answer map[string]any)
	}{
		{name: "a full page and no other", people: 20},
		{name: "pages", people: 45},
		{name: "without a length", people: 45, spoil: func(answer map[string]any) { delete(answer, "totalCount") }},
		{name: "with the length of each page", people: 45, spoil: func(answer map[string]any) {
			answer["totalCount"] = len(answer["employees"].([]map[string]any))
		}},
		{name: "with an empty token at the end", people: 45, spoil: func(answer map[string]any) {
			if answer["nextToken"] == nil {
				answer["nextToken"] = ""
			}
		}},
		{name: "with a token that is not there", people: 45, word: source.WordCount, spoil: func(answer map[string]any) { delete(answer, "nextToken") }},
		{name: "with the same token again", people: 45, word: source.WordPages, spoil: func(answer map[string]any) { answer["nextToken"] = "after 0" }},
		{name: "with a length that is no number", people: 45, word: source.WordFormat, spoil: func(answer map[string]any) { answer["totalCount"] = canary.FamilyName }},
		{name: "without a list", people: 45, word: source.WordFormat, spoil: func(answer map[string]any) { delete(answer, "employees") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, report, err := pull(t, &fake{employees: some(tt.people), spoil: tt.spoil}, "currentStatus.statusType", "id")
			if tt.word == "" {
				if err != nil || len(got) != tt.people || report.Seen != tt.people {
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

// Leavers come, ids have their company, and dates are as they are written.
func TestRecords(t *testing.T) {
	f := &fake{employees: []map[string]any{
		{"id": "007", "info": map[string]any{"hireDate": "2020-01-02T00:00:00", "dateOfBirth": "1987-11-24"}, "currentStatus": map[string]any{"statusType": "A", "effectiveDate": nil}},
		{"id": "008", "info": map[string]any{"hireDate": "2020-01-02T00:00:00Z", "dateOfBirth": nil}, "currentStatus": map[string]any{"statusType": "T", "effectiveDate": "2026-01-31T00:00:00-06:00"}},
	}}
	got, report, err := pull(t, f, "companyEmployeeId", "currentStatus.effectiveDate", "currentStatus.statusType", "id", "info.dateOfBirth", "info.hireDate")
	if err != nil || len(report.Withheld) > 0 {
		t.Fatalf("report %+v, %v", report, err)
	}
	want := [][]string{{"C1-007", "", "A", "007", "1987-11-24", "2020-01-02"}, {"C1-008", "2026-01-31", "T", "008", "", "2020-01-02"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

// Pay is not asked for, so a column of it does not come back.
func TestPayIsNotRead(t *testing.T) {
	_, report, err := pull(t, &fake{employees: []map[string]any{{"id": "1", "currentPayRate": map[string]any{"salary": 1}}}}, "currentPayRate.salary", "id")
	if err != nil || len(report.Withheld) != 1 {
		t.Errorf("report %+v, %v; want the pay withheld", report, err)
	}
}

func TestTokenURL(t *testing.T) {
	for address, fine := range map[string]bool{"": true, "https://login.example.com/token": true, "http://login.example.com/token": false, "login": false} {
		config := paylocity.Type().New().(*paylocity.Config)
		config.CompanyID, config.ClientID, config.ClientSecret, config.TokenURL = "C1", "me", source.Secret{Env: "SECRET"}, address
		if faults := config.Faults(); (len(faults) == 0) != fine {
			t.Errorf("%q: %v", address, faults)
		}
	}
}
