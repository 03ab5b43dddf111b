package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// put sends a control request that has to succeed.
func put(t *testing.T, a *api, method, path, body string) {
	t.Helper()
	if r := a.do(method, path, body); r.status != http.StatusNoContent {
		t.Fatalf("%s %s: %d %s", method, path, r.status, r.text)
	}
}

func TestControlSeedsAndShowsMembers(t *testing.T) {
	s, _, a := world(t)
	put(t, a, "PUT", "/_sandbox/members/engineering", payload(t, people(7, 8)...))
	put(t, a, "PUT", "/_sandbox/members/brand-new", payload(t))
	got := decode[map[string][]string](t, a.do("GET", "/_sandbox/members", "").text)
	want := map[string][]string{
		"brand-new": {}, "engineering": {"E007", "E008"}, "operations": {}, "sales": {"E001", "E002", "E003"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := s.Ledger(); len(got) != 0 {
		t.Errorf("control left a trace: %+v", got)
	}
}

func TestControlSetsFaults(t *testing.T) {
	_, _, a := world(t)
	const faults = `[{"call":"list_plans","kind":"status","status":503,"times":2}]`
	put(t, a, "PUT", "/_sandbox/faults", faults)
	if got := a.do("GET", "/_sandbox/faults", "").text; strings.TrimSpace(got) != faults {
		t.Errorf("shows %s", got)
	}
	if r := a.do("GET", "/v1/plans", ""); r.status != 503 {
		t.Errorf("got %d", r.status)
	}
	put(t, a, "DELETE", "/_sandbox/faults", "")
	if r := a.do("GET", "/v1/plans", ""); r.status != 200 {
		t.Errorf("got %d after the faults were deleted", r.status)
	}
	if got := a.do("GET", "/_sandbox/faults", "").text; strings.TrimSpace(got) != "[]" {
		t.Errorf("shows %s", got)
	}
}

func TestControlSetsRefusals(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	put(t, a, "PUT", "/_sandbox/refusals", `[{"reference_id":"E004","operation":"add","reason":"blocked"}]`)
	a.submit(id, people(1, 4)...)
	c.pass(time.Second)
	if got := len(s.Members("sales")); got != 3 {
		t.Errorf("%d members", got)
	}
	put(t, a, "DELETE", "/_sandbox/refusals", "")
	a.submit(id, people(1, 4)...)
	c.pass(time.Second)
	if got := len(s.Members("sales")); got != 4 {
		t.Errorf("%d members after the rule was lifted", got)
	}
}

func TestControlSetsProcessing(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	put(t, a, "PUT", "/_sandbox/processing", `{"duration": "2h"}`)
	a.submit(id)
	c.pass(2*time.Hour - 1)
	if got := len(s.Members("sales")); got != 3 {
		t.Errorf("%d members before two hours", got)
	}
	c.pass(1)
	if got := len(s.Members("sales")); got != 0 {
		t.Errorf("%d members after two hours", got)
	}
	put(t, a, "DELETE", "/_sandbox/processing", "")
	a.submit(id, person("E001"))
	c.pass(sandbox.DefaultProcessing(1))
	if got := len(s.Members("sales")); got != 1 {
		t.Errorf("%d members after the default time", got)
	}
}

func TestControlShowsAndForgetsTheLedger(t *testing.T) {
	s, _, a := world(t)
	a.do("POST", "/v1/groups/grp_nobody/members/sync", payload(t))
	if got := decode[[]sandbox.Entry](t, a.do("GET", "/_sandbox/ledger", "").text); cmp.Diff(s.Ledger(), got) != "" {
		t.Errorf("shows %+v", got)
	}
	if got := decode[[]string](t, a.do("GET", "/_sandbox/violations", "").text); len(got) != 1 {
		t.Errorf("shows %v", got)
	}
	put(t, a, "DELETE", "/_sandbox/ledger", "")
	for _, path := range []string{"/_sandbox/ledger", "/_sandbox/violations"} {
		if got := a.do("GET", path, "").text; strings.TrimSpace(got) != "[]" {
			t.Errorf("%s shows %s", path, got)
		}
	}
}

func TestControlWritesOff(t *testing.T) {
	s, c, a := world(t)
	request := a.submit(a.groupID("sales"))
	put(t, a, "DELETE", "/_sandbox/syncs/"+request, "")
	c.pass(time.Hour)
	if got := len(s.Members("sales")); got != 3 {
		t.Errorf("%d members", got)
	}
}

func TestControlRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
	}{
		{"a path that it does not have", "GET", "/_sandbox/people", "", 404},
		{"a method that it does not have", "POST", "/_sandbox/faults", "[]", 404},
		{"a sync that is not in flight", "DELETE", "/_sandbox/syncs/grpmsr_x", "", 404},
		{"faults that are not JSON", "PUT", "/_sandbox/faults", "reset", 400},
		{"a fault that is not valid", "PUT", "/_sandbox/faults", `[{"call": "*", "kind": "explode"}]`, 400},
		{"a refusal with unknown keys", "PUT", "/_sandbox/refusals", `[{"person": "E001"}]`, 400},
		{"a processing time that is none", "PUT", "/_sandbox/processing", `{"duration": "soon"}`, 400},
		{"a negative processing time", "PUT", "/_sandbox/processing", `{"duration": "-1s"}`, 400},
		{"processing that is not JSON", "PUT", "/_sandbox/processing", `2s`, 400},
		{"members that break the schema", "PUT", "/_sandbox/members/sales", `{"members": [{}]}`, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, a := world(t)
			if r := a.do(tt.method, tt.path, tt.body); r.status != tt.status {
				t.Errorf("got %d %s, want %d", r.status, r.text, tt.status)
			}
		})
	}
}

func TestControlIsForLoopbackOnly(t *testing.T) {
	for remote, want := range map[string]int{
		"127.0.0.1:1": 200, "[::1]:1": 200, "[::ffff:127.0.0.1]:1": 200,
		"192.0.2.1:1": 403, "[2001:db8::1]:1": 403, "pipe": 403, "": 403,
	} {
		t.Run(remote, func(t *testing.T) {
			s := sandbox.New(sandbox.Default())
			req := httptest.NewRequestWithContext(t.Context(), "GET", "/_sandbox/ledger", nil)
			req.RemoteAddr = remote
			rec := canary.Recorder(t)
			s.ServeHTTP(rec, req)
			if rec.Code != want {
				t.Errorf("got %d, want %d", rec.Code, want)
			}
		})
	}
	t.Run("and a stranger changes nothing", func(t *testing.T) {
		s, _, _ := world(t)
		req := httptest.NewRequestWithContext(t.Context(), "DELETE", "/_sandbox/ledger", nil)
		s.ServeHTTP(canary.Recorder(t), httptest.NewRequest("GET", "/v1/plans", nil))
		s.ServeHTTP(canary.Recorder(t), req)
		if len(s.Ledger()) != 1 {
			t.Error("the ledger is gone")
		}
	})
}
