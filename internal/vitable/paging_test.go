package vitable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// plans is a JSON list of the plans with the given numbers.
func plans(from, to int) string {
	var items []string
	for i := from; i <= to; i++ {
		items = append(items, fmt.Sprintf(`{"id":"pln_%d","name":"Plan %d"}`, i, i))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func page(data string, page, limit, total, pages int) string {
	return fmt.Sprintf(`{"data":%s,"pagination":{"page":%d,"limit":%d,"total":%d,"total_pages":%d}}`, data, page, limit, total, pages)
}

func bare(data string) string { return fmt.Sprintf(`{"data":%s}`, data) }

func TestListsThatAreComplete(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []string
		want  int
	}{
		{"nothing, no pages", []string{page("[]", 1, 100, 0, 0)}, 0},
		{"nothing, one page", []string{page("[]", 1, 100, 0, 1)}, 0},
		{"one page", []string{page(plans(1, 3), 1, 100, 3, 1)}, 3},
		{"a full page", []string{page(plans(1, 100), 1, 100, 100, 1)}, 100},
		{"three pages", []string{page(plans(1, 100), 1, 100, 250, 3), page(plans(101, 200), 2, 100, 250, 3), page(plans(201, 250), 3, 100, 250, 3)}, 250},
		{"a server with smaller pages", []string{page(plans(1, 20), 1, 20, 25, 2), page(plans(21, 25), 2, 20, 25, 2)}, 25},
		{"no pagination, short", []string{bare(plans(1, 3))}, 3},
		{"no pagination, null", []string{`{"data":[],"pagination":null}`}, 0},
		{"no pagination, two pages", []string{bare(plans(1, 100)), bare(plans(101, 103))}, 103},
		{"no pagination, ends with a full page", []string{bare(plans(1, 100)), bare("[]")}, 100},
		{"no pagination, the limit ignored", []string{bare(plans(1, 20)), bare(plans(21, 40)), bare(plans(41, 42))}, 42},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := inTurn(tt.pages...)
			got, err := newClient(t, server).Plans(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := make([]roster.Plan, tt.want)
			for i := range want {
				want[i] = roster.Plan{ID: fmt.Sprintf("pln_%d", i+1), Name: fmt.Sprintf("Plan %d", i+1)}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("plans (-want +got):\n%s", diff)
			}
			for i, request := range server.requests() {
				if want := fmt.Sprintf("/v1/plans?limit=100&page=%d", i+1); request.Path != want {
					t.Errorf("request %d asked for %s, want %s", i+1, request.Path, want)
				}
			}
			if len(server.requests()) != len(tt.pages) {
				t.Errorf("%d requests, want %d", len(server.requests()), len(tt.pages))
			}
		})
	}
}

func TestListsThatAreInDoubtAreErrors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pages []string
	}{
		{"fewer than the total", []string{page(plans(1, 2), 1, 100, 3, 1)}},
		{"more than the total", []string{page(plans(1, 4), 1, 100, 3, 1)}},
		{"an empty page where there should be more", []string{page("[]", 1, 100, 3, 1)}},
		{"a page cut short", []string{page(plans(1, 90), 1, 100, 150, 2), page(plans(101, 150), 2, 100, 150, 2)}},
		{"the same page again", []string{page(plans(1, 100), 1, 100, 200, 2), page(plans(1, 100), 2, 100, 200, 2)}},
		{"pages that overlap", []string{page(plans(1, 100), 1, 100, 200, 2), page(plans(100, 199), 2, 100, 200, 2)}},
		{"another page than asked for", []string{page(plans(1, 100), 1, 100, 200, 2), page(plans(101, 200), 1, 100, 200, 2)}},
		{"a total that grows", []string{page(plans(1, 100), 1, 100, 150, 2), page(plans(101, 151), 2, 100, 151, 2)}},
		{"a limit that changes", []string{page(plans(1, 100), 1, 100, 150, 2), page(plans(101, 150), 2, 99, 150, 2)}},
		{"too few pages for the total", []string{page(plans(1, 100), 1, 100, 150, 1)}},
		{"too many pages for the total", []string{page(plans(1, 3), 1, 100, 3, 2)}},
		{"a limit of zero", []string{page(plans(1, 3), 1, 0, 3, 1)}},
		{"a negative total", []string{page("[]", 1, 100, -1, 0)}},
		{"pagination without a total", []string{`{"data":[],"pagination":{"page":1,"limit":100,"total_pages":0}}`}},
		{"pagination that goes away", []string{page(plans(1, 100), 1, 100, 150, 2), bare(plans(101, 150))}},
		{"pagination that comes late", []string{bare(plans(1, 100)), page(plans(101, 150), 2, 100, 150, 2)}},
		{"no pagination, the page ignored", []string{bare(plans(1, 30)), bare(plans(1, 30))}},
		{"an id twice on a page", []string{page(`[{"id":"pln_1","name":"A"},{"id":"pln_1","name":"A"}]`, 1, 100, 2, 1)}},
		{"an item without an id", []string{page(`[{"name":"A"}]`, 1, 100, 1, 1)}},
		{"an item without a name", []string{page(`[{"id":"pln_1"}]`, 1, 100, 1, 1)}},
		{"an item that is null", []string{page(`[null]`, 1, 100, 1, 1)}},
		{"no data", []string{`{"pagination":{"page":1,"limit":100,"total":0,"total_pages":0}}`}},
		{"data that is null", []string{page("null", 1, 100, 0, 0)}},
		{"data that is one thing", []string{page(`{"id":"pln_1","name":"A"}`, 1, 100, 1, 1)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newClient(t, inTurn(tt.pages...)).Plans(t.Context())
			if !errors.Is(err, vitable.ErrProtocol) || fate(t, err) != roster.FateUnreached {
				t.Errorf("error %v, want a protocol error", err)
			}
			if got != nil {
				t.Errorf("%d plans came with the error", len(got))
			}
		})
	}
}

func TestGroupsAreToldApart(t *testing.T) {
	for _, tt := range []struct{ name, data string }{
		{"without an external_reference_id", `[{"id":"grp_1","name":"A"},{"id":"grp_2","name":"B","external_reference_id":"seg_2"}]`},
		{"with the same external_reference_id", `[{"id":"grp_1","name":"A","external_reference_id":"seg_1"},{"id":"grp_2","name":"B","external_reference_id":"seg_1"}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := newClient(t, inTurn(page(tt.data, 1, 100, 2, 1))).Groups(t.Context())
			if !errors.Is(err, vitable.ErrProtocol) || got != nil {
				t.Errorf("%d groups, error %v; want a protocol error", len(got), err)
			}
		})
	}
}

func TestAListThatNeverEndsIsGivenUp(t *testing.T) {
	server := &server{}
	server.reply = func(n int) (*response, error) {
		return answer(200, bare(plans(n*20+1, n*20+20))), nil
	}
	_, err := newClient(t, server).Plans(t.Context())
	if !errors.Is(err, vitable.ErrProtocol) || len(server.requests()) != 1_000 {
		t.Errorf("%d requests, error %v", len(server.requests()), err)
	}
}
