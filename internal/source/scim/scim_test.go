package scim_test

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
	"github.com/rosterd/rosterd/internal/source/scim"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is a directory over some users, two on the first page and forty on the
// others whatever is asked for; by cursors, or by index.
type fake struct {
	users   []map[string]any
	cursors bool
}

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "Bearer "+canary.Secret:
		w.WriteHeader(http.StatusUnauthorized)
		return
	case r.URL.Path != "/Users" || r.Header.Get("Accept") != "application/scim+json":
		w.WriteHeader(http.StatusNotFound)
		return
	}
	query := r.URL.Query()
	from, err := strconv.Atoi(query.Get("startIndex"))
	from--
	if after, ok := strings.CutPrefix(query.Get("cursor"), "after-"); ok {
		from, err = strconv.Atoi(after)
	}
	if err != nil || from < 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	from = min(from, len(f.users))
	size := 40
	if from == 0 {
		size = 2
	}
	to := min(from+size, len(f.users))
	answer := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}, "totalResults": len(f.users), "itemsPerPage": to - from}
	if to > from {
		answer["Resources"] = f.users[from:to]
	}
	if f.cursors && to < len(f.users) {
		answer["nextCursor"] = fmt.Sprint("after-", to)
	}
	w.Header().Set("Content-Type", "application/scim+json;charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}

func open(t *testing.T, at string, o source.Opening) source.Source {
	t.Helper()
	config := scim.Type().New().(*scim.Config)
	config.BaseURL, config.Token, config.Optional = at, source.Secret{Env: "TOKEN"}, []string{"nickName"}
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
	for name, cursors := range map[string]bool{"by index": false, "by cursor": true} {
		t.Run(name, func(t *testing.T) {
			sourcetest.RunService(t, sourcetest.Service{
				Columns: []string{"id", "name.givenName", "name.familyName", "title", "userName"},
				Serve: func(rows sourcetest.Rows) http.Handler {
					f := fake{cursors: cursors}
					for _, record := range rows.Records {
						f.users = append(f.users, sourcetest.Nested(rows.Columns, record))
					}
					return f
				},
				Open: open,
			})
		})
	}
}

func TestAttributes(t *testing.T) {
	const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	server := httptest.NewServer(fake{users: []map[string]any{
		{"id": "1", enterprise: map[string]any{"employeeNumber": "0042"}, "phoneNumbers": []any{map[string]any{"type": "work", "value": "1"}, map[string]any{"type": "mobile", "value": "2"}}},
		{"id": "2", "phoneNumbers": []any{map[string]any{"type": "work", "value": "3", "primary": true}}},
		{"id": "3"},
	}})
	defer server.Close()
	var got sourcetest.Recorder
	o := source.Opening{
		Columns: []string{enterprise + ".employeeNumber", "phoneNumbers.mobile", "phoneNumbers.primary", "nickName"},
		Getenv:  func(string) string { return canary.Secret },
	}
	report, err := open(t, server.URL, o).Pull(t.Context(), &got)
	if err != nil || len(report.Withheld) > 0 {
		t.Fatal(report.Withheld, err)
	}
	if diff := cmp.Diff([][]string{{"0042", "2", "", ""}, {"", "", "3", ""}, {"", "", "", ""}}, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}
