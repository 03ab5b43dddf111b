package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// A roster that is accepted is one that the document allows, and no answer
// repeats a value.
func FuzzSyncBody(f *testing.F) {
	f.Add(`{"members": []}`)
	f.Fuzz(func(t *testing.T, body string) {
		a := inProcess(t, sandbox.New(sandbox.Default()))
		a.wild = true
		path := "/v1/groups/" + a.groupID("sales") + "/members/sync"
		judge(t, a, http.MethodPost, path, body, http.StatusAccepted)
	})
}

// FuzzGroupBody is FuzzSyncBody for what creates and renames groups.
func FuzzGroupBody(f *testing.F) {
	f.Add(true, `{"name": "Tier 1", "external_reference_id": "seg_1"}`)
	f.Fuzz(func(t *testing.T, create bool, body string) {
		a := inProcess(t, sandbox.New(sandbox.Default()))
		a.wild = true
		if create {
			judge(t, a, http.MethodPost, "/v1/groups", body, http.StatusCreated)
			return
		}
		judge(t, a, http.MethodPatch, "/v1/groups/"+a.groupID("sales"), body, http.StatusOK)
	})
}

// judge sends a body, which must be refused where the document refuses it.
func judge(t *testing.T, a *api, method, path, body string, accepted int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	verdict := a.spec.checkRequest(request)
	switch r := a.do(method, path, body); {
	case r.status == accepted && verdict != nil:
		t.Errorf("accepted, and the document says %v", verdict)
	case r.status != accepted && r.status != http.StatusBadRequest && r.status != http.StatusConflict && r.status != http.StatusUnprocessableEntity:
		t.Errorf("got %d %s", r.status, r.text)
	}
}

// What controls a sandbox is done or refused, and a refusal changes nothing.
func FuzzControl(f *testing.F) {
	f.Add("faults", `[{"call": "submit_sync", "status": 503}]`)
	f.Fuzz(func(t *testing.T, what, body string) {
		switch what {
		case "faults", "refusals", "processing", "members/sales":
		default:
			return
		}
		a := inProcess(t, sandbox.New(sandbox.Default()))
		a.wild = true
		before := a.do("GET", "/_sandbox/faults", "").text + a.do("GET", "/_sandbox/members", "").text
		switch r := a.do("PUT", "/_sandbox/"+what, body); r.status {
		case http.StatusNoContent:
		case http.StatusBadRequest:
			if after := a.do("GET", "/_sandbox/faults", "").text + a.do("GET", "/_sandbox/members", "").text; after != before {
				t.Error("a refusal changed something")
			}
		default:
			t.Errorf("got %d %s", r.status, r.text)
		}
	})
}
