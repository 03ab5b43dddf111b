package deel_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/deel"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is Deel over some people, two on the first page and forty on the others
// whatever is asked for.
type fake []map[string]any

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.URL.Path != "/people":
		w.WriteHeader(http.StatusNotFound)
		return
	}
	offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
	offset = min(offset, len(f))
	size := 40
	if offset == 0 {
		size = 2
	}
	people := append([]map[string]any{}, f[offset:min(offset+size, len(f))]...)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"data": people, "page": map[string]any{"offset": offset, "total_rows": len(f), "items_per_page": size},
	})
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := deel.Type().New().(*deel.Config)
	config.BaseURL, config.Token, config.RequestsPerMinute = at, source.Secret{Env: "TOKEN"}, 0
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
		Columns: []string{"id", "first_name", "last_name", "department.name", "hiring_status"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := fake{}
			for _, record := range rows.Records {
				f = append(f, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: open,
	})
}
