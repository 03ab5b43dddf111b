package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
)

type route struct{ method, path, body string }

const verdict = `{"digest": "d1", "by": "ann", "reason": "checked with HR"}`

// apiRoutes are the routes of the contract.
func apiRoutes() []route {
	return []route{
		{"GET", "/api/v1/status", ""},
		{"GET", "/api/v1/groups", ""},
		{"GET", "/api/v1/runs", ""},
		{"GET", "/api/v1/failures", ""},
		{"GET", "/api/v1/holds", ""},
		{"GET", "/api/v1/people/EMP1", ""},
		{"POST", "/api/v1/runs", ""},
		{"POST", "/api/v1/holds/h1/approve", verdict},
		{"POST", "/api/v1/holds/h1/reject", verdict},
		{"POST", "/api/v1/failures/f1/ack", ""},
	}
}

// read decodes an answer that must be JSON with status 200.
func read[T any](t *testing.T, answer *httptest.ResponseRecorder) T {
	t.Helper()
	var value T
	wantStatus(t, answer, http.StatusOK)
	if got := answer.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("content type is %q", got)
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &value); err != nil {
		t.Fatalf("answer is no such JSON: %v", err)
	}
	return value
}

type object = map[string]any

func TestReading(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	tests := []struct {
		name, path string
		key        string   // of each element
		want       []string // its values
	}{
		{"groups", "/api/v1/groups", "external_reference_id", []string{"g1", "g2"}},
		{"runs", "/api/v1/runs", "run_id", []string{"run1"}},
		{"failures", "/api/v1/failures", "reference_id", []string{"EMP7"}},
		{"failures of a group without any", "/api/v1/failures?group=g2", "reference_id", nil},
		{"failures of a person", "/api/v1/failures?reference_id=EMP7", "reference_id", []string{"EMP7"}},
		{"failures of another kind", "/api/v1/failures?kind=remote_add", "reference_id", nil},
		{"holds", "/api/v1/holds", "digest", []string{"d1"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, one := range read[[]object](t, w.request(t, http.MethodGet, test.path, "")) {
				got = append(got, one[test.key].(string))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("differs (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("status", func(t *testing.T) {
		status := read[object](t, w.request(t, http.MethodGet, "/api/v1/status", ""))
		if status["groups"] != 2.0 || len(status["holds"].([]any)) != 1 || status["last_run"].(object)["run_id"] != "run1" {
			t.Errorf("status is %v", status)
		}
	})
	t.Run("a person", func(t *testing.T) {
		story := read[object](t, w.request(t, http.MethodGet, "/api/v1/people/EMP7", ""))
		if story["reference_id"] != "EMP7" || story["state"] != "waiting" || story["group"] != "g1" {
			t.Errorf("story is %v", story)
		}
	})
	t.Run("a person whose id has to be escaped", func(t *testing.T) {
		story := read[object](t, w.request(t, http.MethodGet, "/api/v1/people/a%2Fb%20c", ""))
		if story["reference_id"] != "a/b c" || story["state"] != "unknown" {
			t.Errorf("story is %v", story)
		}
	})
}

func TestListsAreNeverNull(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"groups", "runs", "failures", "holds"} {
		if got := strings.TrimSpace(w.request(t, http.MethodGet, "/api/v1/"+path, "").Body.String()); got != "[]" {
			t.Errorf("%s of an empty store are %s", path, got)
		}
	}
}

func TestLimit(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"run1", "run2", "run3"} {
		check(t, w.store.StartRun(t.Context(), roster.Run{ID: id, StartedAt: noon()}))
	}
	tests := []struct {
		name, query string
		want        int
	}{
		{"none", "", 3},
		{"two", "?limit=2", 2},
		{"zero is no limit to ask for", "?limit=0", 3},
		{"negative", "?limit=-1", 3},
		{"more than there is", "?limit=99999999999", 3},
		{"no number", "?limit=canary", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := len(read[[]object](t, w.request(t, http.MethodGet, "/api/v1/runs"+test.query, ""))); got != test.want {
				t.Errorf("%d runs, want %d", got, test.want)
			}
		})
	}
}

// However long something has been open, it is listed; only what is past is cut.
func TestNothingOpenIsCut(t *testing.T) {
	w := newWorld(t)
	const open, past = 150, 120
	record := roster.PlanRecord{Run: roster.Run{ID: "run1"}}
	for n := range open + past {
		record.Sweep.Found = append(record.Sweep.Found, roster.Failure{Group: "g", ReferenceID: fmt.Sprintf("E%03d", n), Kind: roster.InvalidRow})
		record.Holds = append(record.Holds, roster.Hold{Group: fmt.Sprintf("g%03d", n), Digest: "d1", Reason: roster.ReasonGroupLimit})
	}
	check(t, w.store.SavePlan(t.Context(), record))
	over := roster.PlanRecord{Run: roster.Run{ID: "run2"}}
	for n := open; n < open+past; n++ { // the younger ones
		over.LiftHolds = append(over.LiftHolds, fmt.Sprintf("g%03d", n))
	}
	over.Sweep.Evaluated = func(f roster.Failure) bool { return f.ReferenceID >= fmt.Sprintf("E%03d", open) }
	check(t, w.store.SavePlan(t.Context(), over))
	tests := []struct {
		path           string
		open, past     int
		key            string
		oldest, newest string
	}{
		{"/api/v1/failures", open, 0, "reference_id", "E000", "E149"},
		{"/api/v1/failures?kind=invalid_row", open, 0, "reference_id", "E000", "E149"},
		{"/api/v1/failures?all=true", open, 100, "reference_id", "E000", "E269"},
		{"/api/v1/failures?all=true&group=g&kind=invalid_row", open, 100, "reference_id", "E000", "E269"},
		{"/api/v1/failures?all=true&reference_id=E200", 0, 1, "reference_id", "E200", "E200"},
		{"/api/v1/failures?limit=7", 7, 0, "reference_id", "E000", "E006"},
		{"/api/v1/failures?all=true&limit=200", 150, 50, "reference_id", "E000", "E199"},
		{"/api/v1/holds", open, 100, "group", "g000", "g269"},
		{"/api/v1/holds?limit=7", 0, 7, "group", "g263", "g269"},
		{"/api/v1/holds?limit=200", 80, 120, "group", "g070", "g269"},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			count := map[bool]int{}
			var names []string
			for _, one := range read[[]object](t, w.request(t, http.MethodGet, test.path, "")) {
				count[one["state"] == "open"]++
				names = append(names, one[test.key].(string))
			}
			if count[true] != test.open || count[false] != test.past {
				t.Errorf("%d open and %d past, want %d and %d", count[true], count[false], test.open, test.past)
			}
			if oldest, newest := slices.Min(names), slices.Max(names); oldest != test.oldest || newest != test.newest {
				t.Errorf("from %s to %s, want %s to %s", oldest, newest, test.oldest, test.newest)
			}
		})
	}
}

func TestARunIsAskedFor(t *testing.T) {
	w := newWorld(t)
	wantStatus(t, w.request(t, http.MethodPost, "/api/v1/runs", ""), http.StatusAccepted)
	if w.asked != 1 {
		t.Errorf("asked for %d runs, want 1", w.asked)
	}
}

func TestDecisions(t *testing.T) {
	tests := []struct {
		name, path, body string
		before           func(*testing.T, *world)
		want             int
		state            roster.HoldState // of h1 afterwards
	}{
		{"an approval", "h1/approve", verdict, nil, 200, roster.HoldApproved},
		{"a rejection", "h1/reject", verdict, nil, 200, roster.HoldRejected},
		{"of another set", "h1/approve", `{"digest": "d0", "by": "ann", "reason": "checked"}`, nil, 409, roster.HoldOpen},
		{"of a set that another took the place of", "h1/approve", verdict, supersede, 409, roster.HoldSuperseded},
		{"of an unknown hold", "h99/approve", verdict, nil, 404, roster.HoldOpen},
		{"of an id that is none", "canary/reject", verdict, nil, 404, roster.HoldOpen},
		{"of a failure's id", "f1/approve", verdict, nil, 404, roster.HoldOpen},
		{"without a body", "h1/approve", "", nil, 400, roster.HoldOpen},
		{"without a digest", "h1/approve", `{"by": "ann", "reason": "checked"}`, nil, 400, roster.HoldOpen},
		{"by nobody", "h1/approve", `{"digest": "d1", "by": " ", "reason": "checked"}`, nil, 400, roster.HoldOpen},
		{"for no reason", "h1/approve", `{"digest": "d1", "by": "ann"}`, nil, 400, roster.HoldOpen},
		{"with an unknown field", "h1/approve", `{"digest": "d1", "by": "ann", "reason": "checked", "canary": 1}`, nil, 400, roster.HoldOpen},
		{"with something behind it", "h1/approve", verdict + verdict, nil, 400, roster.HoldOpen},
		{"that is a list", "h1/approve", "[" + verdict + "]", nil, 400, roster.HoldOpen},
		{"with a speech for a reason", "h1/approve", `{"digest": "d1", "by": "ann", "reason": "` + strings.Repeat("x", 1001) + `"}`, nil, 400, roster.HoldOpen},
		{"larger than a body may be", "h1/approve", strings.Repeat(" ", 64<<10) + verdict, nil, 400, roster.HoldOpen},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.fill(t)
			if test.before != nil {
				test.before(t, w)
			}
			answer := w.request(t, http.MethodPost, "/api/v1/holds/"+test.path, test.body)
			wantStatus(t, answer, test.want)
			if strings.Contains(answer.Body.String(), "canary") {
				t.Errorf("the answer repeats what was sent: %s", answer.Body)
			}
			after, err := w.store.Hold(t.Context(), "h1")
			check(t, err)
			if after.State != test.state {
				t.Errorf("the hold is %s, want %s", after.State, test.state)
			}
		})
	}
}

// supersede makes another set take the place of the hold.
func supersede(t *testing.T, w *world) {
	t.Helper()
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run2"}, Holds: []roster.Hold{hold("d2")}}))
}

func TestAnApprovalSaysWhoAndLapses(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	shown := read[object](t, w.request(t, http.MethodPost, "/api/v1/holds/h1/approve", verdict))
	until := noon().Add(24 * time.Hour)
	if shown["state"] != "approved" || shown["approved_by"] != "ann" || shown["expires_at"] != until.Format(time.RFC3339) {
		t.Errorf("approved hold is shown as %v", shown)
	}
	kept, err := w.store.Hold(t.Context(), "h1")
	check(t, err)
	if kept.DecidedBy != "ann" || kept.Comment != "checked with HR" || !kept.DecidedAt.Equal(noon()) || !kept.ExpiresAt.Equal(until) {
		t.Errorf("approved hold is kept as %+v", kept)
	}
}

func TestAcknowledging(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	ack := func(id string) *httptest.ResponseRecorder {
		return w.request(t, http.MethodPost, "/api/v1/failures/"+id+"/ack", "")
	}
	wantStatus(t, ack("f1"), http.StatusOK)
	wantStatus(t, ack("f1"), http.StatusOK)
	wantStatus(t, ack("f99"), http.StatusNotFound)
	wantStatus(t, ack("h1"), http.StatusNotFound)
	failures := read[[]object](t, w.request(t, http.MethodGet, "/api/v1/failures", ""))
	if len(failures) != 1 || failures[0]["state"] != "acknowledged" {
		t.Errorf("failures are %v", failures)
	}
	check(t, w.store.Sweep(t.Context(), roster.Sweep{Evaluated: func(roster.Failure) bool { return true }}))
	wantStatus(t, ack("f1"), http.StatusConflict)
}

func TestReadiness(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"ready", nil, 200},
		{"stopping or broken", errCanary, 503},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Ready = func(context.Context) error { return test.err }
			answer := w.request(t, http.MethodGet, "/readyz", "")
			wantStatus(t, answer, test.want)
			if strings.Contains(answer.Body.String(), errCanary.Error()) {
				t.Error("the answer repeats internal text")
			}
			if told := w.log.FilterMessage("not ready").Len() == 1; told != (test.err != nil) {
				t.Errorf("the log says why: %v", told)
			}
			wantStatus(t, w.request(t, http.MethodGet, "/healthz", ""), http.StatusOK)
		})
	}
}

// A store that is gone: every route that needs it says so in the same words,
// and the log has the rest.
func TestInternalErrorsAreNotTold(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	check(t, w.store.Close())
	for _, route := range apiRoutes() {
		if route.path == "/api/v1/runs" && route.method == http.MethodPost {
			continue // needs no store
		}
		t.Run(route.method+" "+route.path, func(t *testing.T) {
			w.log.TakeAll()
			answer := w.request(t, route.method, route.path, route.body)
			wantStatus(t, answer, http.StatusInternalServerError)
			if got, want := strings.TrimSpace(answer.Body.String()), `{"error":"internal error; the log says which"}`; got != want {
				t.Errorf("answer is %s, want %s", got, want)
			}
			if w.log.FilterMessage("request failed").Len() != 1 {
				t.Error("the log does not say what happened, once")
			}
		})
	}
}
