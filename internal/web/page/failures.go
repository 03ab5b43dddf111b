package page

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// failuresPage lists failures.
type failuresPage struct {
	Failures []roster.Failure
	Kinds    []failureCount
	Filter   store.Filter
	Pager    pager
	Query    string // of the filter, for the download
	Total    int
}

// filterOf reads the filter of a list of failures.
func filterOf(r *http.Request) store.Filter {
	q := r.URL.Query()
	get := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	return store.Filter{All: get("all") == "true", Group: get("group"), ReferenceID: get("reference_id"), Kind: roster.Kind(get("kind"))}
}

// queryOf is the query that filterOf reads.
func queryOf(f store.Filter) string {
	q := url.Values{}
	for name, value := range map[string]string{"group": f.Group, "reference_id": f.ReferenceID, "kind": string(f.Kind)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.All {
		q.Set("all", "true")
	}
	return q.Encode()
}

func (p *Pages) failures(w http.ResponseWriter, r *http.Request) {
	ctx, filter := r.Context(), filterOf(r)
	counts, err := p.Store.CountFailures(ctx)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	total, err := p.countMatches(r, filter, counts)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	at := pageOf(r, total)
	paged := filter
	paged.Limit, paged.Skip = perPage, at.skip()
	found, err := p.Store.Failures(ctx, paged)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	open := 0
	for _, n := range counts {
		open += n
	}
	p.show(w, r, http.StatusOK, "failures", frame{
		Title: "Failures", Here: "/failures",
		Page: failuresPage{found, countKinds(counts), filter, at, queryOf(filter), open},
	})
}

// countMatches counts what a filter chooses. By kind alone it is counted already.
func (p *Pages) countMatches(r *http.Request, filter store.Filter, counts map[roster.Kind]int) (int, error) {
	if filter.All || filter.Group != "" || filter.ReferenceID != "" {
		return p.Store.CountMatches(r.Context(), filter)
	}
	if filter.Kind != "" {
		return counts[filter.Kind], nil
	}
	total := 0
	for _, n := range counts {
		total += n
	}
	return total, nil
}

func (p *Pages) failuresCSV(w http.ResponseWriter, r *http.Request) {
	found, err := p.Store.Failures(r.Context(), filterOf(r))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	rows := [][]string{{"id", "severity", "kind", "group", "reference_id", "source", "operation", "reason", "guidance", "first_seen", "last_seen", "count", "state"}}
	for _, f := range found {
		rows = append(rows, []string{
			f.ID, string(f.Severity()), string(f.Kind), f.Group, f.ReferenceID, f.Source, f.Operation, f.Reason, f.Kind.Guidance(),
			f.FirstSeen.UTC().Format(time.RFC3339), f.LastSeen.UTC().Format(time.RFC3339), strconv.Itoa(f.Count), string(f.State),
		})
	}
	p.download(w, "failures.csv", rows)
}

// acknowledge says that somebody knows, and shows the list again as it was.
func (p *Pages) acknowledge(w http.ResponseWriter, r *http.Request) {
	if !p.acts(w, r) {
		return
	}
	err := p.Store.Acknowledge(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, store.ErrStale):
		p.problem(w, r, http.StatusConflict, "It has been resolved meanwhile", "There is nothing left to acknowledge.")
	case err != nil:
		p.failed(w, r, err)
	default:
		http.Redirect(w, r, "/failures?"+queryOf(store.Filter{
			Kind: roster.Kind(r.FormValue("kind")), Group: r.FormValue("group"), ReferenceID: r.FormValue("reference_id"),
		}), http.StatusSeeOther)
	}
}
