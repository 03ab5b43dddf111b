package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

func TestLedger(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	s.Forget()
	s.Refuse("E005", "add", "blocked")
	began := c.now()
	request := a.submit(id, person("E005"), person("E004"), person("E001"))
	a.poll(id, request)
	c.pass(2 * time.Second)
	a.do("POST", "/v1/groups", `{"name": "New", "external_reference_id": "new"}`)

	due := began.Add(time.Second)
	want := []sandbox.Entry{
		{
			Number: 1, At: began, Method: "POST", Call: "submit_sync", Group: "sales", Status: 202, RequestID: request,
			Sync: &sandbox.Sync{
				Members: []string{"E005", "E004", "E001"}, ProcessedAt: &due,
				Added: []string{"E004"}, Removed: []string{"E002", "E003"},
				Failures: []sandbox.Failure{{ReferenceID: "E005", Operation: "add", Reason: "blocked"}},
			},
		},
		{Number: 2, At: began, Method: "GET", Call: "get_sync", Group: "sales", Status: 200, RequestID: request},
		{Number: 3, At: c.now(), Method: "POST", Call: "create_group", Group: "new", Status: 201},
	}
	if diff := cmp.Diff(want, s.Ledger()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLedgerOfASyncInFlight(t *testing.T) {
	s, _, a := world(t)
	a.submit(a.groupID("sales"), person("E004"))
	entry := lastEntry(s)
	encoded, err := json.Marshal(entry.Sync)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"members":["E004"],"processed_at":null,"added":[],"removed":[],"failures":[]}`
	if diff := cmp.Diff(want, string(encoded)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	entry.Sync.Members[0] = "changed"
	if got := lastEntry(s).Sync.Members[0]; got != "E004" {
		t.Error("a caller changed the ledger")
	}
}

func TestViolations(t *testing.T) {
	tests := []struct {
		name string
		do   func(t *testing.T, s *sandbox.Server, c *clock, a *api)
		want []string
	}{
		{"nothing wrong", func(_ *testing.T, _ *sandbox.Server, c *clock, a *api) {
			a.submit(a.groupID("sales"), person("E001"))
			c.pass(time.Second)
			a.submit(a.groupID("sales"), person("E001"))
		}, []string{}},
		{"two syncs of one group in flight", func(_ *testing.T, _ *sandbox.Server, c *clock, a *api) {
			a.submit(a.groupID("sales"), person("E001"))
			c.pass(time.Second - 1)
			a.submit(a.groupID("sales"), person("E001"))
		}, []string{"request 4, submit_sync sales: sent while another sync of the group is in flight"}},
		{"a sync behind one that is stuck", func(_ *testing.T, s *sandbox.Server, c *clock, a *api) {
			s.AddFault(sandbox.Fault{Call: "submit_sync", Kind: "never_completes", Times: 1})
			a.submit(a.groupID("sales"), person("E001"))
			c.pass(time.Hour)
			a.submit(a.groupID("sales"), person("E001"))
		}, []string{"request 4, submit_sync sales: sent while another sync of the group is in flight"}},
		{"a sync behind one that was written off", func(t *testing.T, s *sandbox.Server, _ *clock, a *api) {
			if !s.WriteOff(a.submit(a.groupID("sales"), person("E009"))) {
				t.Error("nothing to write off")
			}
			a.submit(a.groupID("sales"), person("E001"))
		}, []string{}},
		{"a sync of a group that does not exist", func(t *testing.T, _ *sandbox.Server, _ *clock, a *api) {
			if r := a.do("POST", "/v1/groups/grp_nobody/members/sync", payload(t)); r.status != 404 {
				t.Errorf("got %d", r.status)
			}
		}, []string{"request 1, submit_sync: sent to a group that does not exist"}},
		{"a key that the API does not have", func(_ *testing.T, _ *sandbox.Server, _ *clock, a *api) {
			a.wild = true
			a.do("POST", "/v1/groups", `{"name": "X", "external_reference_id": "x", "Canary": 1}`)
			a.do("POST", "/v1/groups/"+a.groupID("sales")+"/members/sync", `{"members": [{"Canary": 1}]}`)
		}, []string{
			"request 1, create_group: has an unknown key",
			"request 3, submit_sync sales: members[0]: has an unknown key",
		}},
		{"somebody sent for a group that another has not let go", func(_ *testing.T, _ *sandbox.Server, c *clock, a *api) {
			a.submit(a.groupID("sales"), person("E001"), person("E002"))
			c.pass(time.Second)
			a.submit(a.groupID("engineering"), person("E002"))
		}, []string{"request 4, submit_sync engineering: E002 is still listed by sales"}},
		{"somebody whom another group let go too late", func(_ *testing.T, _ *sandbox.Server, c *clock, a *api) {
			sales, engineering := a.groupID("sales"), a.groupID("engineering")
			a.submit(sales, person("E001"), person("E002"))
			c.pass(time.Second)
			a.submit(sales, person("E001"))
			a.submit(engineering, person("E002"))
		}, []string{"request 5, submit_sync engineering: E002 is still listed by sales"}},
		{"somebody whom another group could not let go", func(_ *testing.T, s *sandbox.Server, c *clock, a *api) {
			s.Refuse("E002", "remove", "r")
			for _, rows := range [][]sandbox.Member{people(1, 2), people(1, 1)} {
				a.submit(a.groupID("sales"), rows...)
				c.pass(time.Second)
			}
			a.submit(a.groupID("engineering"), person("E002"))
		}, []string{}},
		{"somebody whom another group took back", func(_ *testing.T, s *sandbox.Server, c *clock, a *api) {
			s.Refuse("E002", "remove", "r")
			for _, rows := range [][]sandbox.Member{people(1, 2), people(1, 1), people(1, 2)} {
				a.submit(a.groupID("sales"), rows...)
				c.pass(time.Second)
			}
			a.submit(a.groupID("engineering"), person("E002"))
		}, []string{"request 8, submit_sync engineering: E002 is still listed by sales"}},
		{"somebody seeded into two groups", func(_ *testing.T, s *sandbox.Server, _ *clock, _ *api) {
			s.Seed("engineering", person("E003"))
		}, []string{"sales: E003 is subscribed here and in engineering"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, c, a := world(t)
			tt.do(t, s, c, a)
			if diff := cmp.Diff(tt.want, s.Violations()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			c.pass(time.Hour) // whatever is accepted has to complete
			s.Members("sales")
		})
	}
}

func TestWrittenOffSyncHasNoEffect(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	request := a.submit(id, person("E009"))
	s.WriteOff(request)
	c.pass(time.Hour)
	if got := a.poll(id, request); got.Completed != nil {
		t.Error("completed")
	}
	if diff := cmp.Diff([]string{"E001", "E002", "E003"}, s.Members("sales")); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	done := a.submit(id, person("E001"))
	c.pass(time.Second)
	for name, id := range map[string]string{"unknown": "grpmsr_x", "already written off": request, "completed": done} {
		if s.WriteOff(id) {
			t.Errorf("wrote off a request that is %s", name)
		}
	}
}

func TestMembersOfNoGroup(t *testing.T) {
	s := sandbox.New(sandbox.Default())
	if got := s.Members("nobody"); got != nil {
		t.Errorf("got %v", got)
	}
	if got := s.Members("sales"); got == nil || len(got) != 0 {
		t.Errorf("an empty group has %v", got)
	}
	if _, subscribed := s.Member("nobody", "E001"); subscribed {
		t.Error("subscribed in no group")
	}
	if _, subscribed := s.Member("sales", "E001"); subscribed {
		t.Error("subscribed in an empty group")
	}
}

// Names, birth dates, phones, addresses and e-mails are in nothing that the
// sandbox shows.
func TestNothingPersonalIsShown(t *testing.T) {
	_, c, a := world(t)
	a.wild = true
	id := a.groupID("sales")
	bad := person("E010")
	bad.Phone += "0"
	a.submit(id, people(1, 9)...)
	a.submit(id, people(1, 2)...)
	refused := a.do("POST", "/v1/groups/"+id+"/members/sync", payload(t, bad))
	c.pass(time.Hour)
	shown := refused.text
	for _, page := range []string{"ledger", "violations", "members", "faults"} {
		shown += a.do("GET", "/_sandbox/"+page, "").text
	}
	shown += a.do("PUT", "/_sandbox/members/sales", payload(t, bad)).text
	canary.Text(t, "an answer", shown)
	if !strings.Contains(shown, "E009") {
		t.Error("nothing is shown at all")
	}
}
