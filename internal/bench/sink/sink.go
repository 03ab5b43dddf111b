// Package sink is the cheapest server that both programs of the benchmark can
// talk to: it reads whole rosters, keeps nothing of them, and has finished every
// request at once. It counts what came.
package sink

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/rosterd/rosterd/internal/bench/census"
)

// Counts is what came since the sink was asked last.
type Counts struct {
	Rosters int64 `json:"rosters"`
	Members int64 `json:"members"`
	Polls   int64 `json:"polls"`
}

// CountsPath is where the counts are read and set back to nothing.
const CountsPath = "/counts"

type sink struct{ rosters, members, polls atomic.Int64 }

// New returns a sink that lists the given number of groups.
func New(groups int) http.Handler {
	s := &sink{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/plans", list(plans()))
	mux.HandleFunc("GET /v1/groups", list(departments(groups)))
	mux.HandleFunc("POST /v1/groups/{group}/members/sync", s.take)
	mux.HandleFunc("GET /v1/groups/{group}/members/sync/{request}", s.tell)
	mux.HandleFunc("GET "+CountsPath, func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, Counts{s.rosters.Swap(0), s.members.Swap(0), s.polls.Swap(0)})
	})
	return mux
}

type item struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Ref  string `json:"external_reference_id,omitempty"`
}

func plans() []item {
	var all []item
	for _, id := range census.Plans() {
		all = append(all, item{ID: id, Name: id})
	}
	return all
}

func departments(count int) []item {
	var all []item
	for n := range count {
		name := census.Group(n)
		all = append(all, item{ID: "grp_" + name, Name: name, Ref: name})
	}
	return all
}

// list serves pages of a list.
func list(all []item) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		page, limit := number(r, "page", 1), number(r, "limit", 20)
		from := min((page-1)*limit, len(all))
		reply(w, http.StatusOK, map[string]any{
			"data":       all[from:min(from+limit, len(all))],
			"pagination": map[string]int{"page": page, "limit": limit, "total": len(all), "total_pages": (len(all) + limit - 1) / limit},
		})
	}
}

func number(r *http.Request, key string, otherwise int) int {
	if n, err := strconv.Atoi(r.URL.Query().Get(key)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// take reads a roster to its end and accepts it.
func (s *sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cut off", http.StatusBadRequest)
		return
	}
	s.members.Add(int64(bytes.Count(body, []byte(`"reference_id":`))))
	id := fmt.Sprintf("req_%d", s.rosters.Add(1))
	reply(w, http.StatusAccepted, envelope{receipt(r.PathValue("group"), id)})
}

// tell says that a request is completed, whichever it is.
func (s *sink) tell(w http.ResponseWriter, r *http.Request) {
	s.polls.Add(1)
	answer := receipt(r.PathValue("group"), r.PathValue("request"))
	answer["completed_at"] = time.Now().UTC()
	answer["results"] = map[string]any{"added_group_member_ids": []string{}, "removed_group_member_ids": []string{}, "failures": []string{}}
	reply(w, http.StatusOK, envelope{answer})
}

type envelope struct {
	Data any `json:"data"`
}

func receipt(group, request string) map[string]any {
	return map[string]any{"request_id": request, "group_id": group, "accepted_at": time.Now().UTC()}
}

func reply(w http.ResponseWriter, status int, content any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // whoever went away is not told
}
