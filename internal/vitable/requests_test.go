package vitable_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

const (
	group1   = `{"data":{"id":"grp_1","organization_id":"org_1","name":"Tier 1","external_reference_id":"seg_1","created_at":null}}`
	receipt1 = `{"data":{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z"}}`
)

func TestCallsSendWhatTheReferenceDocuments(t *testing.T) {
	oneGroup := roster.Group{ID: "grp_1", Name: "Tier 1", ExternalReferenceID: "seg_1"}
	for _, tt := range []struct {
		name               string
		status             int
		answer             string
		call               func(t *testing.T, c *vitable.Client) (any, error)
		method, path, body string
		want               any
	}{
		{
			"plans", 200, `{"data":[{"id":"pln_1","name":"Gold"}],"pagination":{"page":1,"limit":100,"total":1,"total_pages":1}}`,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Plans(t.Context()) },
			"GET", "/v1/plans?limit=100&page=1", "",
			[]roster.Plan{{ID: "pln_1", Name: "Gold"}},
		},
		{
			"groups", 200, `{"data":[{"id":"grp_1","name":"Tier 1","external_reference_id":"seg_1"}],"pagination":{"page":1,"limit":100,"total":1,"total_pages":1}}`,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Groups(t.Context()) },
			"GET", "/v1/groups?limit=100&page=1", "",
			[]roster.Group{oneGroup},
		},
		{
			"one group", 200, group1,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Group(t.Context(), "grp_1") },
			"GET", "/v1/groups/grp_1", "", oneGroup,
		},
		{
			"an id with a slash", 200, strings.ReplaceAll(group1, "grp_1", "g/1?x"),
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Group(t.Context(), "g/1?x") },
			"GET", "/v1/groups/g%2F1%3Fx", "",
			roster.Group{ID: "g/1?x", Name: "Tier 1", ExternalReferenceID: "seg_1"},
		},
		{
			"create", 201, group1,
			func(t *testing.T, c *vitable.Client) (any, error) {
				return c.CreateGroup(t.Context(), "Tier 1", "seg_1")
			},
			"POST", "/v1/groups", `{"name":"Tier 1","external_reference_id":"seg_1"}`, oneGroup,
		},
		{
			"rename", 200, group1,
			func(t *testing.T, c *vitable.Client) (any, error) {
				return c.RenameGroup(t.Context(), "grp_1", "Tier 1")
			},
			"PATCH", "/v1/groups/grp_1", `{"name":"Tier 1"}`, oneGroup,
		},
		{
			"submit nobody", 202, receipt1,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Submit(t.Context(), "grp_1", nil) },
			"POST", "/v1/groups/grp_1/members/sync", `{"members":[]}`,
			roster.Receipt{RequestID: "grpmsr_1", AcceptedAt: time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)},
		},
		{
			"submit", 202, receipt1,
			func(t *testing.T, c *vitable.Client) (any, error) {
				return c.Submit(t.Context(), "grp_1", []roster.Member{bird(t)})
			},
			"POST", "/v1/groups/grp_1/members/sync",
			`{"members":[{"reference_id":"E-1","first_name":"Canaria","last_name":"Testbird Öst","date_of_birth":"1987-06-05",
			"phone":"2025550143","email":"bird@canary.example","plan_id":"pln_1",
			"address":{"address_line_1":"1 Cage Street","address_line_2":"Flat 2","city":"Springfield","state":"NY","zipcode":"62701-4321"}}]}`,
			roster.Receipt{RequestID: "grpmsr_1", AcceptedAt: time.Date(2026, 11, 2, 3, 4, 5, 0, time.UTC)},
		},
		{
			"in flight", 200, `{"data":{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z","completed_at":null,"results":null}}`,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Outcome(t.Context(), "grp_1", "grpmsr_1") },
			"GET", "/v1/groups/grp_1/members/sync/grpmsr_1", "",
			roster.Outcome{},
		},
		{
			"completed", 200, `{"data":{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z","completed_at":"2026-11-02T03:05:00+00:00",
			"results":{"added_group_member_ids":["grpmbr_1","grpmbr_2"],"removed_group_member_ids":["grpmbr_3"],
			"failures":[{"reference_id":"E-9","operation":"transfer","reason":"Invalid plan_id"}]}}}`,
			func(t *testing.T, c *vitable.Client) (any, error) { return c.Outcome(t.Context(), "grp_1", "grpmsr_1") },
			"GET", "/v1/groups/grp_1/members/sync/grpmsr_1", "",
			roster.Outcome{
				Done: true, CompletedAt: time.Date(2026, 11, 2, 3, 5, 0, 0, time.UTC), Added: 2, Removed: 1,
				Failures: []roster.MemberFailure{{ReferenceID: "E-9", Operation: "transfer", Reason: "Invalid plan_id"}},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := always(tt.status, tt.answer)
			got, err := tt.call(t, newClient(t, server))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("result (-want +got):\n%s", diff)
			}
			header := http.Header{"Authorization": {"Bearer " + canaryKey}, "Accept": {"application/json"}, "User-Agent": {"rosterd/1.2.3"}}
			if tt.body != "" {
				header.Set("Content-Type", "application/json")
			}
			want := []sent{{Method: tt.method, Path: tt.path, Header: header, Body: tt.body}}
			if diff := cmp.Diff(want, server.requests(), sameJSON()); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// sameJSON compares bodies by what they say.
func sameJSON() cmp.Option {
	parse := func(s string) (value any) {
		if json.Unmarshal([]byte(s), &value) != nil {
			return s
		}
		return value
	}
	body := func(p cmp.Path) bool { return p.Last().String() == ".Body" }
	return cmp.FilterPath(body, cmp.Transformer("JSON", parse))
}

func TestSubmitLeavesOutWhatIsBlank(t *testing.T) {
	member := bird(t)
	member.Email, member.Address.Line2 = "", ""
	server := always(202, receipt1)
	if _, err := newClient(t, server).Submit(t.Context(), "grp_1", []roster.Member{member}); err != nil {
		t.Fatal(err)
	}
	body := server.requests()[0].Body
	for _, key := range []string{"email", "address_line_2", "null"} {
		if strings.Contains(body, key) {
			t.Errorf("the payload has %q in it", key)
		}
	}
}

func TestSubmitWritesPhonesAsConfigured(t *testing.T) {
	for format, want := range map[vitable.PhoneFormat]string{
		"": "2025550143", vitable.PhoneNational: "2025550143", vitable.PhoneE164: "+12025550143",
	} {
		t.Run("format "+string(format), func(t *testing.T) {
			server := always(202, receipt1)
			client := open(t, vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, PhoneFormat: format, Transport: server})
			if _, err := client.Submit(t.Context(), "grp_1", []roster.Member{bird(t)}); err != nil {
				t.Fatal(err)
			}
			if got := submitted(t, server)[0]["phone"]; got != want {
				t.Errorf("phone %v, want %v", got, want)
			}
		})
	}
}

func TestSubmitKeepsEveryCharacter(t *testing.T) {
	names := []string{"O'Neill", `Quo"te`, `Back\slash`, "Tab\tbed", "Łukasz 李", "<b>&amp;", "line\u2028sep"}
	members := make([]roster.Member, len(names))
	for i, name := range names {
		members[i] = bird(t)
		members[i].FirstName = name
	}
	server := always(202, receipt1)
	if _, err := newClient(t, server).Submit(t.Context(), "grp_1", members); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, member := range submitted(t, server) {
		got = append(got, member["first_name"].(string))
	}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// submitted is the payload of the only request.
func submitted(t *testing.T, s *server) []map[string]any {
	t.Helper()
	var payload struct{ Members []map[string]any }
	if err := json.Unmarshal([]byte(s.requests()[0].Body), &payload); err != nil {
		t.Fatal(err)
	}
	return payload.Members
}

func TestIDsThatNameNoResourceAreNotSent(t *testing.T) {
	for _, id := range []string{"", ".", ".."} {
		t.Run("id "+id, func(t *testing.T) {
			server := always(200, group1)
			client := newClient(t, server)
			_, err1 := client.Group(t.Context(), id)
			_, err2 := client.RenameGroup(t.Context(), id, "Tier 1")
			_, err3 := client.Submit(t.Context(), id, nil)
			_, err4 := client.Outcome(t.Context(), "grp_1", id)
			for _, err := range []error{err1, err2, err3, err4} {
				if got := fate(t, err); got != roster.FateRefused {
					t.Errorf("fate %s of %v, want refused", got, err)
				}
			}
			if n := len(server.requests()); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestObserveIsToldOfEveryAttempt(t *testing.T) {
	server := &server{reply: func(n int) (*http.Response, error) {
		switch n {
		case 1:
			return answer(503, ""), nil
		case 2:
			return nil, errReset
		}
		return answer(200, group1), nil
	}}
	var got []string
	bubble(t, func(t *testing.T) {
		client := open(t, vitable.Options{
			BaseURL: "https://api.example.test", Key: canaryKey, Transport: server,
			Observe: func(endpoint, code string, took time.Duration) { got = append(got, endpoint+" "+code) },
		})
		if _, err := client.Group(t.Context(), "grp_1"); err != nil {
			t.Fatal(err)
		}
	})
	if diff := cmp.Diff([]string{"get_group 503", "get_group error", "get_group 200"}, got); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

func TestEndpointsNamesEveryCall(t *testing.T) {
	var want []string
	for _, op := range operations() {
		var got string
		client := open(t, vitable.Options{
			BaseURL: "https://api.example.test", Key: canaryKey, Transport: always(404, ""),
			Observe: func(endpoint, _ string, _ time.Duration) { got = endpoint },
		})
		if err := op.call(t, client); err == nil || got != op.name {
			t.Errorf("%s: observed as %q, error %v", op.name, got, err)
		}
		want = append(want, op.name)
	}
	if diff := cmp.Diff(want, vitable.Endpoints()); diff != "" {
		t.Errorf("Endpoints (-want +got):\n%s", diff)
	}
}
