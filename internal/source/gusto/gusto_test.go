package gusto_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/gusto"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

const company = "7087d288-4cf1-4c66-8a3e-2c2c7f2f0d3c"

// employees answers as Gusto does: a bare array, totals in headers, the address
// only for who asks, no more than a hundred a page.
func employees(all []map[string]any) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/companies/"+company+"/employees", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		switch {
		case r.Header.Get("Authorization") != "Bearer "+canary.Secret:
			w.WriteHeader(http.StatusUnauthorized)
			return
		case r.Header.Get("X-Gusto-API-Version") != "2025-06-15":
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		page, _ := strconv.Atoi(query.Get("page"))
		per, _ := strconv.Atoi(query.Get("per"))
		per = min(per, 100)
		from := min((page-1)*per, len(all))
		shown := all[from:min(from+per, len(all))]
		if !strings.Contains(query.Get("include"), "current_home_address") {
			for _, one := range shown {
				delete(one, "current_home_address")
			}
		}
		w.Header().Set("X-Page", strconv.Itoa(page))
		w.Header().Set("X-Per-Page", strconv.Itoa(per))
		w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
		w.Header().Set("X-Total-Pages", strconv.Itoa((len(all)+per-1)/per))
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(append([]map[string]any{}, shown...))
	})
	return mux
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := gusto.Type().New().(*gusto.Config)
	config.BaseURL, config.CompanyID, config.Token = at, company, source.Secret{Env: "GUSTO_TOKEN"}
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

func TestLaws(t *testing.T) {
	sourcetest.RunService(t, sourcetest.Service{
		Columns: []string{"uuid", "first_name", "last_name", "current_home_address.street_1", "current_employment_status"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			var all []map[string]any
			for _, record := range rows.Records {
				all = append(all, sourcetest.Nested(rows.Columns, record))
			}
			return employees(all)
		},
		Open: open,
	})
}

// What is not Gusto's own: the dates of a person's work.
func TestDates(t *testing.T) {
	day := func(in int) string { return time.Now().UTC().AddDate(0, 0, in).Format(time.DateOnly) }
	job := func(primary bool, hired string) map[string]any {
		return map[string]any{"primary": primary, "hire_date": hired}
	}
	leaves := func(days ...string) []any {
		var all []any
		for _, day := range days {
			all = append(all, map[string]any{"effective_date": day, "active": false})
		}
		return all
	}
	var all []map[string]any
	var want [][]string
	person := func(terminated bool, jobs, terminations []any, hired, left string) {
		uuid := "canary-" + strconv.Itoa(len(all))
		all = append(all, map[string]any{"uuid": uuid, "terminated": terminated, "jobs": jobs, "terminations": terminations})
		want = append(want, []string{uuid, hired, left})
	}
	person(false, []any{job(false, "2019-01-01"), job(true, "2020-02-03")}, nil, "2020-02-03", "")
	person(true, []any{job(true, "2020-02-03")}, leaves("2021-05-06"), "2020-02-03", "2021-05-06")
	person(true, []any{job(true, "2020-02-03")}, leaves("2021-05-06", "2023-01-01", "2022-01-01"), "2020-02-03", "2023-01-01")
	person(false, []any{job(true, "2020-02-03")}, leaves(day(9)), "2020-02-03", day(9))
	person(false, []any{job(true, "2020-02-03")}, leaves("2021-05-06"), "2020-02-03", "") // came back
	person(false, nil, leaves("2021-05-06", day(9)), "", day(9))

	server := httptest.NewServer(employees(all))
	defer server.Close()
	var got sourcetest.Recorder
	columns := []string{"uuid", "hire_date", "termination_date"}
	report, err := open(t, server.URL, source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}).Pull(t.Context(), &got)
	if err != nil || len(report.Withheld) > 0 || report.Expected != len(all) {
		t.Fatalf("report %+v, %v", report, err)
	}
	if diff := cmp.Diff(want, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}
