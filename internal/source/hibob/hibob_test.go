package hibob_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/hibob"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is HiBob over some employees, by the names of their fields: fields that it
// does not know are left out.
type fake struct {
	columns []string
	records [][]string
	flat    bool // fields come as /root/id
}

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Fields        []string
		ShowInactive  bool
		HumanReadable string
	}
	user, password, _ := r.BasicAuth()
	switch {
	case user != "service-7" || password != canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.Method+" "+r.URL.Path != "POST /people/search":
		w.WriteHeader(http.StatusNotFound)
		return
	case json.NewDecoder(r.Body).Decode(&asked) != nil || !asked.ShowInactive || asked.HumanReadable != "REPLACE":
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	employees := []map[string]any{}
	for _, record := range f.records {
		var names, values []string
		for i, column := range f.columns {
			if slices.Contains(asked.Fields, column) {
				names = append(names, strings.TrimPrefix(column, "root."))
				values = append(values, record[i])
			}
		}
		one := sourcetest.Nested(names, values)
		if f.flat {
			for i, name := range names {
				if name != "id" {
					delete(one, name)
					one["/root/"+name] = values[i]
				}
			}
		}
		employees = append(employees, one)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"employees": employees})
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := hibob.Type().New().(*hibob.Config)
	config.BaseURL, config.ServiceUser, config.Token = at, "service-7", source.Secret{Env: "TOKEN"}
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
		Columns: []string{"root.id", "root.firstName", "root.surname", "work.department", "work.site"}, Single: true,
		Serve: func(rows sourcetest.Rows) http.Handler { return fake{columns: rows.Columns, records: rows.Records} },
		Open:  open,
	})
}

func TestNamesThatFieldsComeBy(t *testing.T) {
	server := httptest.NewServer(fake{columns: []string{"root.id", "root.firstName"}, records: [][]string{{"1", "A"}}, flat: true})
	defer server.Close()
	var got sourcetest.Recorder
	o := source.Opening{Columns: []string{"root.firstName"}, Getenv: func(string) string { return canary.Secret }}
	if _, err := open(t, server.URL, o).Pull(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"A"}}, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}
