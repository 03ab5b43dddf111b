package bamboohr_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/bamboohr"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is BambooHR over some people: fields that it does not know are left out.
type fake []map[string]any

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Fields         []string
		OrderBy        string
		Page, PageSize int
	}
	user, _, _ := r.BasicAuth()
	switch {
	case user != canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&asked) != nil || len(asked.Fields) > 400:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch r.Method + " " + r.URL.Path {
	case "POST /api/v1/reports/custom":
		if r.URL.Query().Get("format") != "JSON" || r.URL.Query().Get("onlyCurrent") != "false" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"title": "rosterd", "fields": []any{}, "employees": f.only(asked.Fields)})
	case "POST /api/v2/datasets/employee/data", "POST /api/v2/datasets/payroll/data":
		order, _, _ := strings.Cut(asked.OrderBy, " ")
		if order != "" && (order != "eeid" || !slices.Contains(asked.Fields, order)) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		all := f.only(asked.Fields)
		if order == "" { // then they come in any order, which is another one each time
			turn := asked.Page % max(len(all), 1)
			all = slices.Concat(all[turn:], all[:turn])
		}
		from := min((asked.Page-1)*asked.PageSize, len(all))
		rows := []map[string]any{}
		for _, one := range all[from:min(from+asked.PageSize, len(all))] {
			rows = append(rows, map[string]any{"fields": one})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": rows, "meta": map[string]any{"page": asked.Page, "pageSize": asked.PageSize, "totalItems": len(all)}})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (f fake) only(fields []string) []map[string]any {
	all := []map[string]any{}
	for _, one := range f {
		shown := map[string]any{}
		for name, value := range one {
			if slices.Contains(fields, name) {
				shown[name] = value
			}
		}
		all = append(all, shown)
	}
	return all
}

func open(read string) func(*testing.T, string, source.Opening) source.Source {
	return func(t *testing.T, at string, o source.Opening) source.Source {
		t.Helper()
		config := bamboohr.Type().New().(*bamboohr.Config)
		config.BaseURL, config.Company, config.APIKey, config.Read = at, "acme", source.Secret{Env: "KEY"}, read
		if faults := config.Faults(); len(faults) > 0 {
			t.Fatalf("the settings have faults: %v", faults)
		}
		opened, err := config.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return opened
	}
}

func TestLaws(t *testing.T) {
	for name, id := range map[string]string{"report": "id", "dataset": "eeid", "dataset without its id": "employeeNumber"} {
		t.Run(name, func(t *testing.T) {
			read, _, _ := strings.Cut(name, " ")
			sourcetest.RunService(t, sourcetest.Service{
				Columns: []string{id, "firstName", "lastName", "department", "status"},
				Single:  read == "report",
				Serve: func(rows sourcetest.Rows) http.Handler {
					people := fake{}
					for _, record := range rows.Records {
						people = append(people, sourcetest.Nested(rows.Columns, record))
					}
					return people
				},
				Open: open(read),
			})
		})
	}
}

// A dataset without a field to order by comes in any order, so that some rows may
// come twice and others never.
func TestRowsThatComeTwice(t *testing.T) {
	people := fake{}
	for i := range 1500 {
		people = append(people, map[string]any{"employeeNumber": strconv.Itoa(i), "status": "active"})
	}
	server := httptest.NewServer(people)
	defer server.Close()
	config := bamboohr.Type().New().(*bamboohr.Config)
	config.BaseURL, config.Company, config.APIKey, config.Read, config.Dataset = server.URL, "acme", source.Secret{Env: "KEY"}, "dataset", "payroll"
	opened, err := config.Open(source.Opening{Columns: []string{"employeeNumber", "status"}, Getenv: func(string) string { return canary.Secret }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Pull(t.Context(), new(sourcetest.Recorder)); err == nil || source.AsFault(err).Word != source.WordPages {
		t.Errorf("%v, want %s", err, source.WordPages)
	}
}

// A dataset has a blank where the key may not see a field, and says so beside it. A
// status that is hidden would be one that nobody has.
func TestAHiddenFieldIsNoBlank(t *testing.T) {
	for name, row := range map[string]string{
		"beside the fields": `{"fields": {"eeid": "7", "status": ""}, "_restrictedFields": ["employee_status"]}`,
		"among the fields":  `{"fields": {"eeid": "7", "status": "", "_restrictedFields": ["employee_status"]}}`,
		"by its own name":   `{"fields": {"eeid": "7", "status": null}, "_restrictedFields": ["status"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"data": [{"fields": {"eeid": "6", "status": "active"}, "_restrictedFields": []}, ` + row + `], "meta": {"totalItems": 2}}`))
			}))
			defer server.Close()
			o := source.Opening{Columns: []string{"eeid", "status"}, Getenv: func(string) string { return canary.Secret }}
			_, err := open("dataset")(t, server.URL, o).Pull(t.Context(), new(sourcetest.Recorder))
			if err == nil || source.AsFault(err).Word != source.WordWithheld || !strings.Contains(err.Error(), "record 2 of page 1: BambooHR hides status") {
				t.Errorf("%v, want that status is hidden", err)
			}
		})
	}
}

func TestNoDateIsBlank(t *testing.T) {
	server := httptest.NewServer(fake{
		{"id": "1", "hireDate": "2020-01-02", "terminationDate": "0000-00-00"},
		{"id": "2", "hireDate": "2020-01-02", "terminationDate": ""},
		{"id": "3", "hireDate": "2020-01-02", "terminationDate": nil},
		{"id": "4", "hireDate": "2020-01-02", "terminationDate": "2024-05-06"},
	})
	defer server.Close()
	var got sourcetest.Recorder
	o := source.Opening{Columns: []string{"hireDate", "id", "terminationDate"}, Getenv: func(string) string { return canary.Secret }}
	if _, err := open("report")(t, server.URL, o).Pull(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"2020-01-02", "1", ""}, {"2020-01-02", "2", ""}, {"2020-01-02", "3", ""}, {"2020-01-02", "4", "2024-05-06"}}
	if diff := cmp.Diff(want, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestTheCompanyIsItsAddress(t *testing.T) {
	config := bamboohr.Type().New().(*bamboohr.Config)
	config.Company, config.APIKey = "acme", source.Secret{Env: "KEY"}
	if faults := config.Faults(); len(faults) > 0 {
		t.Errorf("the settings have faults: %v", faults)
	}
}
