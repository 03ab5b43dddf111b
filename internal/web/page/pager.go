package page

import (
	"html/template"
	"net/http"
	"strconv"
)

// perPage is how many lines a page of a list has.
const perPage = 100

// pager is where somebody is in a long list.
type pager struct {
	Page, Pages, Total int
	Previous, Next     template.URL // queries; "" at an end
}

// pageOf reads ?page=, from 1.
func pageOf(r *http.Request, total int) pager {
	pages := max(1, (total+perPage-1)/perPage)
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		n = 1
	}
	at := pager{Page: min(n, pages), Pages: pages, Total: total}
	link := func(page int) template.URL {
		query := r.URL.Query()
		query.Set("page", strconv.Itoa(page))
		return template.URL("?" + query.Encode()) //nolint:gosec // encoded a line above
	}
	if at.Page > 1 {
		at.Previous = link(at.Page - 1)
	}
	if at.Page < pages {
		at.Next = link(at.Page + 1)
	}
	return at
}

func (p pager) skip() int { return (p.Page - 1) * perPage }
