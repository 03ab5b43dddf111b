package sandbox

import (
	"net/http"
	"net/url"
	"strconv"
)

// The paging that the API has where a request asks for none.
const (
	defaultLimit = 20
	maxLimit     = 100
)

type page[T any] struct {
	Data       []T         `json:"data"`
	Pagination *pagination `json:"pagination,omitempty"`
}

type pagination struct {
	Page       int `json:"page"`
	Limit      int `json:"limit"`
	Total      int `json:"total"`
	TotalPages int `json:"total_pages"`
}

// paged answers with the page of rows that the visit asks for. A page behind
// the last is empty.
func paged[T any](v *visit, rows []T) answer {
	query := v.request.URL.Query()
	limit, ok1 := number(query, "limit", defaultLimit, maxLimit)
	asked, ok2 := number(query, "page", 1, 1<<30)
	if !ok1 || !ok2 {
		return fail(http.StatusBadRequest, "limit must be 1 to 100 and page at least 1")
	}
	shown := asked
	if v.fault.Kind == FaultRepeatPage {
		shown = 1
	}
	from := min((shown-1)*limit, len(rows))
	to := min(from+limit, len(rows))
	if v.fault.Kind == FaultShortPage && to > from {
		to--
	}
	p := page[T]{Data: orEmpty(rows[from:to])}
	if v.fault.Kind != FaultNoPagination {
		p.Pagination = &pagination{
			Page: asked, Limit: limit, Total: len(rows), TotalPages: (len(rows) + limit - 1) / limit,
		}
	}
	return answer{status: http.StatusOK, body: p}
}

// number reads a parameter of the query; absent, it is otherwise.
func number(query url.Values, name string, otherwise, most int) (int, bool) {
	if !query.Has(name) {
		return otherwise, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n >= 1 && n <= most
}
