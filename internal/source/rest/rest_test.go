package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/rest"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// keyed is the path of a record's own id in all of these tests.
const keyed = "Employee ID"

// open returns a source of the service at an address.
func open(t *testing.T, at string, o source.Opening, change func(*rest.Config)) source.Source {
	t.Helper()
	config := rest.Type().New().(*rest.Config)
	config.BaseURL, config.Path, config.Timeout = at, "/people", 10*time.Second
	config.Auth.Bearer = source.Secret{Env: "TOKEN"}
	change(config)
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	opened, err := config.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// service is an API that lists rows in one of the ways that pages follow.
type service struct {
	rows sourcetest.Rows
	by   string
	cap  int // records a page at most, whatever is asked for
	// omits says that the last page leaves out what leads to others.
	omits bool
}

func (s service) objects() []map[string]string {
	all := make([]map[string]string, len(s.rows.Records))
	for i, record := range s.rows.Records {
		all[i] = map[string]string{}
		for c, name := range s.rows.Columns {
			all[i][name] = record[c]
		}
	}
	return all
}

// ServeHTTP implements http.Handler.
func (s service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+canary.Secret {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	all, from := s.objects(), 0
	at, _ := strconv.Atoi(r.URL.Query().Get("at"))
	switch s.by {
	case "none":
		s.cap = len(all)
	case "page":
		from = (at - 1) * s.cap
	default:
		from = at
	}
	from = min(from, len(all))
	to := min(from+s.cap, len(all))
	answer := map[string]any{"data": map[string]any{"people": all[from:to]}, "meta": map[string]any{"total": len(all)}}
	first := fmt.Sprintf(`<http://%s/first>; rel="first"`, r.Host)
	if !s.omits {
		answer["cursor"], answer["next"] = nil, ""
		w.Header().Set("Link", first)
	}
	if to < len(all) {
		answer["cursor"] = strconv.Itoa(to)
		address := "http://" + r.Host + r.URL.Path + "?at=" + strconv.Itoa(to)
		answer["next"] = address
		w.Header().Set("Link", fmt.Sprintf(`%s, <%s>; rel="next"`, first, address))
	}
	if s.by == "lines" {
		w.Header().Set("Content-Type", "application/x-ndjson")
		encoder := json.NewEncoder(w)
		for _, one := range all {
			_ = encoder.Encode(one)
		}
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}

// omitted is behind the names of ways of which the last page leaves out what leads on.
const omitted = " that is left out"

// ways are all the ways that pages follow one another.
func ways() map[string]func(*rest.Config) {
	counted := func(by string, total bool) func(*rest.Config) {
		return func(c *rest.Config) {
			c.Records, c.Key, c.Pages.By, c.Pages.Param, c.Pages.Size, c.Pages.SizeParam = "data.people", keyed, by, "at", 5000, "limit"
			if total {
				c.Total = "meta.total"
			}
		}
	}
	all := map[string]func(*rest.Config){
		"none":                   func(c *rest.Config) { c.Records = "data.people" },
		"lines":                  func(c *rest.Config) { c.Format = "ndjson" },
		"page":                   counted("page", true),
		"page without a total":   counted("page", false),
		"offset":                 counted("offset", true),
		"offset without a total": counted("offset", false),
		"cursor": func(c *rest.Config) {
			c.Records, c.Key, c.Pages.By, c.Pages.Param, c.Pages.Cursor = "data.people", keyed, "cursor", "at", "cursor"
		},
		"next": func(c *rest.Config) {
			c.Records, c.Key, c.Pages.By, c.Pages.Next = "data.people", keyed, "next", "next"
		},
		"link": func(c *rest.Config) { c.Records, c.Key, c.Pages.By = "data.people", keyed, "link" },
	}
	for _, by := range []string{"cursor", "next", "link"} {
		all[by+omitted] = func(c *rest.Config) {
			all[by](c)
			c.Pages.LastOmits = true
		}
	}
	return all
}

func TestLaws(t *testing.T) {
	for name, change := range ways() {
		t.Run(name, func(t *testing.T) {
			by, _, _ := strings.Cut(name, " ")
			sourcetest.RunService(t, sourcetest.Service{
				Single: by == "none" || by == "lines",
				Serve: func(rows sourcetest.Rows) http.Handler {
					return service{rows, by, 700, strings.HasSuffix(name, omitted)}
				},
				Open: func(t *testing.T, at string, o source.Opening) source.Source {
					return open(t, at, o, change)
				},
			})
		})
	}
}
