package gusto_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
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

// renewing answers as Gusto does: a refresh token is good until the access token
// that came for it is used, and a token can be renewed from the body only.
type renewing struct {
	people  http.Handler
	refresh []string // good refresh tokens
	access  string
	granted int
	grants  func() // what happens meanwhile
	drops   bool   // the answer to the next renewal is lost on the way
}

func (s *renewing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/oauth/token" {
		if r.Header.Get("Authorization") != "Bearer "+s.access || s.access == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.refresh = s.refresh[len(s.refresh)-1:]
		r.Header.Set("Authorization", "Bearer "+canary.Secret)
		s.people.ServeHTTP(w, r)
		return
	}
	if r.FormValue("grant_type") != "refresh_token" || r.FormValue("client_id") != "app" || r.FormValue("client_secret") != canary.Secret ||
		r.FormValue("redirect_uri") != "https://employer.example/back" || !slices.Contains(s.refresh, r.FormValue("refresh_token")) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.granted++
	s.access = "access-" + strconv.Itoa(s.granted)
	s.refresh = append(s.refresh, "refresh-"+strconv.Itoa(s.granted))
	if s.grants != nil {
		s.grants()
	}
	if s.drops {
		s.drops = false
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": %q, "token_type": "bearer", "expires_in": 7200, "refresh_token": "refresh-%d"}`, s.access, s.granted)
}

// A refresh token that is lost needs the employer's consent again.
func TestRenewal(t *testing.T) {
	everybody := employees([]map[string]any{{"uuid": "canary-1"}})
	pull := func(t *testing.T, service *renewing, file string) error {
		t.Helper()
		server := httptest.NewServer(service)
		defer server.Close()
		config := gusto.Type().New().(*gusto.Config)
		config.BaseURL, config.CompanyID, config.RequestsPerMinute = server.URL, company, 0
		config.ClientID, config.ClientSecret, config.RefreshToken = "app", source.Secret{Env: "SECRET"}, file
		config.RedirectURI = "https://employer.example/back"
		if faults := config.Faults(); len(faults) > 0 {
			t.Fatalf("the settings have faults: %v", faults)
		}
		opened, err := config.Open(source.Opening{Columns: []string{"uuid"}, Getenv: func(string) string { return canary.Secret }})
		if err != nil {
			t.Fatal(err)
		}
		var got sourcetest.Recorder
		_, err = opened.Pull(t.Context(), &got)
		return err
	}
	kept := func(t *testing.T, token string) string {
		t.Helper()
		file := filepath.Join(canary.Input(t), "refresh")
		if err := os.WriteFile(file, []byte(token), 0o640); err != nil {
			t.Fatal(err)
		}
		return file
	}
	has := func(t *testing.T, file, want string) {
		t.Helper()
		got, err := os.ReadFile(file)
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("the file has %q (%v), want %q", got, err, want)
		}
	}
	t.Run("keeps the token that was granted last", func(t *testing.T) {
		service, file := &renewing{people: everybody, refresh: []string{"refresh-0"}}, kept(t, "refresh-0\n")
		for n := 1; n < 4; n++ {
			if err := pull(t, service, file); err != nil {
				t.Fatal(err)
			}
			has(t, file, "refresh-"+strconv.Itoa(n))
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("the file's permissions changed (%v)", err)
		}
	})
	t.Run("goes on with the old one when the answer is lost", func(t *testing.T) {
		service, file := &renewing{people: everybody, refresh: []string{"refresh-0"}, drops: true}, kept(t, "refresh-0")
		if err := pull(t, service, file); err != nil {
			t.Fatal(err)
		}
		has(t, file, "refresh-2")
	})
	t.Run("uses no token that it cannot keep", func(t *testing.T) {
		file := kept(t, "refresh-0")
		service := &renewing{people: everybody, refresh: []string{"refresh-0"}}
		service.grants = func() {
			if err := os.RemoveAll(filepath.Dir(file)); err != nil {
				t.Error(err)
			}
		}
		err := pull(t, service, file)
		if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != source.WordSecret {
			t.Errorf("the pull ends with %v, want a fault of the file", err)
		}
		if !slices.Contains(service.refresh, "refresh-0") {
			t.Error("the token in the file is good no more")
		}
	})
	t.Run("tells of a token that is good no more", func(t *testing.T) {
		service, file := &renewing{people: everybody, refresh: []string{"refresh-9"}}, kept(t, "refresh-0")
		if fault, ok := errors.AsType[*source.Fault](pull(t, service, file)); !ok || fault.Word != source.WordDenied {
			t.Errorf("the pull ends with %v, want a credential that is denied", fault)
		}
		has(t, file, "refresh-0")
	})
}

// There are two ways to show who asks, and not a mixture of both.
func TestFaults(t *testing.T) {
	secret := source.Secret{Env: "SECRET"}
	for _, tt := range []struct {
		name string
		set  func(*gusto.Config)
		keys []string
	}{
		{"a token", func(c *gusto.Config) { c.Token = secret }, nil},
		{"nothing", func(*gusto.Config) {}, []string{"token"}},
		{"all of a renewal", func(c *gusto.Config) {
			c.ClientID, c.ClientSecret, c.RefreshToken = "app", secret, "/data/refresh"
		}, nil},
		{"both", func(c *gusto.Config) { c.Token, c.ClientID = secret, "app" }, []string{"token"}},
		{"some of a renewal", func(c *gusto.Config) { c.RedirectURI = "https://employer.example/back" }, []string{"client_secret", "client_id", "refresh_token_file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := gusto.Type().New().(*gusto.Config)
			config.CompanyID = company
			tt.set(config)
			var keys []string
			for _, fault := range config.Faults() {
				keys = append(keys, fault.Key)
			}
			if diff := cmp.Diff(tt.keys, keys); diff != "" {
				t.Errorf("keys with faults (-want +got):\n%s", diff)
			}
		})
	}
}
