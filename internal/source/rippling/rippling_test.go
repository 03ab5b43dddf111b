package rippling_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/rippling"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is Rippling over some workers, two on the first page and forty on
// the others. Without expand the user is
// not told; redacted are fields that it keeps back.
type fake struct {
	workers  []map[string]any
	redacted []string
}

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.URL.Path != "/workers/":
		w.WriteHeader(http.StatusNotFound)
		return
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	size := 40
	if from == 0 {
		size = 2
	}
	to := min(from+size, len(f.workers))
	results := []map[string]any{}
	for _, one := range f.workers[min(from, to):to] {
		shown := map[string]any{}
		for name, value := range one {
			if name != "user" || strings.Contains(r.URL.Query().Get("expand"), "user") {
				shown[name] = value
			}
		}
		results = append(results, shown)
	}
	fields := []map[string]any{}
	for _, name := range f.redacted {
		fields = append(fields, map[string]any{"name": name, "reason": "NO_PERMISSION"})
	}
	answer := map[string]any{"__meta": map[string]any{"redacted_fields": fields}, "results": results}
	if to < len(f.workers) {
		answer["next_link"] = fmt.Sprintf("http://%s/workers/?cursor=%d&expand=%s", r.Host, to, r.URL.Query().Get("expand"))
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := rippling.Type().New().(*rippling.Config)
	config.BaseURL, config.Token = at, source.Secret{Env: "TOKEN"}
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
		Columns: []string{"id", "user.name.given_name", "user.name.family_name", "work_email", "status"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := fake{}
			for _, record := range rows.Records {
				f.workers = append(f.workers, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: open,
	})
}

// pull pulls some columns of what a fake has.
func pull(t *testing.T, f fake, columns ...string) ([][]string, error) {
	t.Helper()
	server := httptest.NewServer(f)
	defer server.Close()
	var got sourcetest.Recorder
	_, err := open(t, server.URL, source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}).Pull(t.Context(), &got)
	return got.Records, err
}

func TestStreetsOfSeveralLines(t *testing.T) {
	worker := func(id string, street any) map[string]any {
		return map[string]any{"id": id, "user": map[string]any{"addresses": []any{
			map[string]any{"type": "WORK", "street_address": "9 Other", "locality": "Elsewhere"},
			map[string]any{"type": "HOME", "street_address": street, "locality": "Here"},
		}}}
	}
	got, err := pull(t, fake{workers: []map[string]any{
		worker("1", "1 Main St"), worker("2", "2 Main St\nApt 3"), worker("3", "3 Main St\r\nApt 3\r\nRear"), worker("4", nil),
		{"id": "5", "user": map[string]any{"addresses": []any{}}},
		{"id": "6", "user": nil},
	}}, "home.line_1", "home.line_2", "home.locality", "id")
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"1 Main St", "", "Here", "1"},
		{"2 Main St", "Apt 3", "Here", "2"},
		{"3 Main St", "Apt 3, Rear", "Here", "3"},
		{"", "", "Here", "4"},
		{"", "", "", "5"},
		{"", "", "", "6"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestWhatIsRedacted(t *testing.T) {
	for _, test := range []struct {
		redacted, column string
		fails            bool
	}{
		{"date_of_birth", "date_of_birth", true},
		{"worker.date_of_birth", "date_of_birth", true},
		{"user", "user.name.given_name", true},
		{"user.name", "user.name.given_name", true},
		{"given_name", "user.name.given_name", true},
		{"user.addresses", "home.line_1", true},
		{"postal_code", "home.postal_code", true},
		{"compensation", "date_of_birth", false},
		{"country_fields.us.ssn", "date_of_birth", false},
		{"", "date_of_birth", false},
	} {
		t.Run(test.redacted+" of "+test.column, func(t *testing.T) {
			worker := map[string]any{"id": "1", "date_of_birth": "", "user": map[string]any{"name": map[string]any{"given_name": ""}, "addresses": []any{}}}
			_, err := pull(t, fake{workers: []map[string]any{worker}, redacted: []string{test.redacted}}, "id", test.column)
			if failed := err != nil && source.AsFault(err).Word == source.WordWithheld; failed != test.fails {
				t.Errorf("got %v", err)
			}
		})
	}
}
