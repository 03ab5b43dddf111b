package sandbox_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// second makes every sync take one second.
func second(int) time.Duration { return time.Second }

// world is a sandbox with a clock, and people E001 to E003 subscribed in sales.
func world(t *testing.T) (*sandbox.Server, *clock, *api) {
	t.Helper()
	c := newClock()
	opts := sandbox.Default()
	opts.Now, opts.Processing = c.now, second
	s := sandbox.New(opts)
	s.Seed("sales", people(1, 3)...)
	return s, c, inProcess(t, s)
}

func TestSyncReplaces(t *testing.T) {
	moved, renamed, dearer := person("E001"), person("E002"), person("E003")
	moved.Address.City, renamed.LastName, dearer.PlanID = "Troy", "Ward", "pln_silver"
	stranger := person("E009")
	stranger.PlanID = "pln_platinum"
	elsewhere := person("E500")

	tests := []struct {
		name           string
		send           []sandbox.Member
		rules          []sandbox.Rule
		members        []string
		added, removed int
		failures       []sandbox.Failure
	}{
		{"adds who is new, keeps who is there", people(1, 5), nil, []string{"E001", "E002", "E003", "E004", "E005"}, 2, 0, nil},
		{"removes who is left out", people(2, 2), nil, []string{"E002"}, 0, 2, nil},
		{"empties a group", nil, nil, []string{}, 0, 3, nil},
		{"lists nobody who did not change", people(1, 3), nil, []string{"E001", "E002", "E003"}, 0, 0, nil},
		{"lists nobody who was only updated", []sandbox.Member{moved, renamed, dearer}, nil, []string{"E001", "E002", "E003"}, 0, 0, nil},
		{
			"an unknown plan fails that row only", append(people(1, 4), stranger), nil,
			[]string{"E001", "E002", "E003", "E004"},
			1, 0,
			[]sandbox.Failure{{ReferenceID: "E009", Operation: "add", Reason: "Invalid plan_id"}},
		},
		{
			"somebody of another group cannot be added", append(people(1, 3), elsewhere), nil,
			[]string{"E001", "E002", "E003"},
			0, 0,
			[]sandbox.Failure{{ReferenceID: "E500", Operation: "add", Reason: "Member belongs to another group"}},
		},
		{
			"a rule against an add", people(1, 5),
			[]sandbox.Rule{{ReferenceID: "E004", Operation: "add", Reason: "blocked"}},
			[]string{"E001", "E002", "E003", "E005"},
			1, 0,
			[]sandbox.Failure{{ReferenceID: "E004", Operation: "add", Reason: "blocked"}},
		},
		{
			"a rule against a removal", people(1, 1),
			[]sandbox.Rule{{ReferenceID: "E003", Operation: "remove", Reason: "claim open"}},
			[]string{"E001", "E003"},
			0, 1,
			[]sandbox.Failure{{ReferenceID: "E003", Operation: "remove", Reason: "claim open"}},
		},
		{
			"a rule without an operation is against both", people(2, 4),
			[]sandbox.Rule{{ReferenceID: "E001", Reason: "r1"}, {ReferenceID: "E004", Reason: "r4"}},
			[]string{"E001", "E002", "E003"},
			0, 0,
			[]sandbox.Failure{{ReferenceID: "E004", Operation: "add", Reason: "r4"}, {ReferenceID: "E001", Operation: "remove", Reason: "r1"}},
		},
		{
			"a rule against an add spares who is subscribed", people(1, 3),
			[]sandbox.Rule{{ReferenceID: "E001", Operation: "add", Reason: "r"}},
			[]string{"E001", "E002", "E003"},
			0, 0, nil,
		},
		{
			"a rule against an update fails a changed row",
			[]sandbox.Member{moved, person("E002"), person("E003")},
			[]sandbox.Rule{{ReferenceID: "E001", Operation: "update", Reason: "locked"}, {ReferenceID: "E002", Operation: "update", Reason: "locked"}},
			[]string{"E001", "E002", "E003"},
			0, 0,
			[]sandbox.Failure{{ReferenceID: "E001", Operation: "update", Reason: "locked"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, c, a := world(t)
			s.Seed("operations", elsewhere)
			s.SetRules(tt.rules...)
			id := a.groupID("sales")
			request := a.submit(id, tt.send...)
			c.pass(time.Second)
			got := a.poll(id, request)
			if got.Completed == nil || got.Results == nil {
				t.Fatal("still in flight")
			}
			if diff := cmp.Diff(tt.members, s.Members("sales")); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
			if len(got.Results.Added) != tt.added || len(got.Results.Removed) != tt.removed {
				t.Errorf("added %v, removed %v", got.Results.Added, got.Results.Removed)
			}
			if diff := cmp.Diff(append([]sandbox.Failure{}, tt.failures...), got.Results.Failures); diff != "" {
				t.Errorf("failures (-want +got):\n%s", diff)
			}
			if len(s.Violations()) != 0 {
				t.Errorf("violations %v", s.Violations())
			}
		})
	}
}

func TestSubscriptionKeepsItsPlan(t *testing.T) {
	s, c, a := world(t)
	before, _ := s.Member("sales", "E001")
	row := person("E001")
	row.PlanID, row.LastName, row.Address.City = "pln_platinum", "Ward", "Troy"
	a.submit(a.groupID("sales"), row)
	c.pass(time.Second)

	got, subscribed := s.Member("sales", "E001")
	if !subscribed {
		t.Fatal("not subscribed any more")
	}
	want := sandbox.Subscriber{ID: before.ID, Row: row, PlanID: "pln_gold", Since: before.Since}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSyncTakesEffectWhenItCompletes(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	accepted := c.now()
	request := a.submit(id, people(1, 4)...)

	c.pass(time.Second - 1)
	if got := a.poll(id, request); got.Completed != nil || got.Results != nil {
		t.Errorf("completed too early: %+v", got)
	}
	if got := len(s.Members("sales")); got != 3 {
		t.Errorf("%d members before completion", got)
	}

	c.pass(time.Hour)
	got := a.poll(id, request)
	due := accepted.Add(time.Second)
	if got.Completed == nil || !got.Completed.Equal(due) || !got.Accepted.Equal(accepted) {
		t.Errorf("accepted %v, completed %v; want %v, %v", got.Accepted, got.Completed, accepted, due)
	}
	if who, _ := s.Member("sales", "E004"); !who.Since.Equal(due) {
		t.Errorf("subscribed since %v, want %v", who.Since, due)
	}
	if got.ID != request || got.Group != id {
		t.Errorf("echoed %s of %s", got.ID, got.Group)
	}
}

func TestResultsNameMemberships(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	gone, _ := s.Member("sales", "E003")
	request := a.submit(id, append(people(1, 2), person("E007"))...)
	c.pass(time.Second)
	got := a.poll(id, request)
	fresh, _ := s.Member("sales", "E007")
	if diff := cmp.Diff([][]string{{fresh.ID}, {gone.ID}}, [][]string{got.Results.Added, got.Results.Removed}); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}

	a.submit(id, people(1, 3)...)
	c.pass(time.Second)
	if again, _ := s.Member("sales", "E003"); again.ID == gone.ID || again.ID == "" {
		t.Errorf("the new subscription is %q, the old one was %q", again.ID, gone.ID)
	}
}

func TestMovingBetweenGroups(t *testing.T) {
	s, c, a := world(t)
	sales, engineering := a.groupID("sales"), a.groupID("engineering")
	a.submit(sales, people(1, 2)...)
	c.pass(time.Second)
	a.submit(engineering, person("E003"))
	c.pass(time.Second)
	if diff := cmp.Diff([]string{"E003"}, s.Members("engineering")); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if got := s.Violations(); len(got) != 0 {
		t.Errorf("violations %v", got)
	}
}

func TestWhoIsSeededIntoTwoGroupsKeepsTheLast(t *testing.T) {
	s, c, a := world(t)
	s.Seed("engineering", person("E003"))
	a.submit(a.groupID("sales"), people(1, 2)...)
	c.pass(time.Second)
	a.submit(a.groupID("operations"), person("E003"))
	c.pass(time.Second)
	got := [][]string{s.Members("sales"), s.Members("engineering"), s.Members("operations")}
	if diff := cmp.Diff([][]string{{"E001", "E002"}, {"E003"}, {}}, got); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestSyncRefusedAsAWhole(t *testing.T) {
	tests := []struct {
		name, body string
		status     int
	}{
		{"a reference_id twice", payload(t, person("E001"), person("E002"), person("E001")), 400},
		{"not JSON", `{"members": [`, 400},
		{"invalid UTF-8", "{\"members\": [], \"x\xff\": 1}", 400},
		{"no members", `{}`, 422},
		{"an empty body", ``, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, c, a := world(t)
			a.wild = true
			if r := a.do("POST", "/v1/groups/"+a.groupID("sales")+"/members/sync", tt.body); r.status != tt.status {
				t.Errorf("got %d %s, want %d", r.status, r.text, tt.status)
			}
			c.pass(time.Hour)
			if got := len(s.Members("sales")); got != 3 {
				t.Errorf("%d members after a refused payload", got)
			}
		})
	}
	t.Run("a content type that is not JSON", func(t *testing.T) {
		s := sandbox.New(sandbox.Default())
		a := inProcess(t, s)
		a.wild = true
		req, err := http.NewRequestWithContext(t.Context(), "POST", a.base+"/v1/groups", strings.NewReader(`{"name": "X", "external_reference_id": "x"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer k")
		req.Header.Set("Content-Type", "text/plain")
		if r, err := a.roundTrip(req); err != nil || r.status != http.StatusBadRequest {
			t.Errorf("got %d, %v", r.status, err)
		}
	})
}

func TestSyncNotFound(t *testing.T) {
	_, _, a := world(t)
	request := a.submit(a.groupID("sales"), people(1, 3)...)
	for name, path := range map[string]string{
		"an unknown request":         "/v1/groups/" + a.groupID("sales") + "/members/sync/grpmsr_nobody",
		"the request of another":     "/v1/groups/" + a.groupID("engineering") + "/members/sync/" + request,
		"a request of unknown group": "/v1/groups/grp_nobody/members/sync/" + request,
	} {
		t.Run(name, func(t *testing.T) {
			if r := a.do("GET", path, ""); r.status != http.StatusNotFound {
				t.Errorf("got %d", r.status)
			}
		})
	}
}

func TestSyncsOfOneGroupKeepTheirOrder(t *testing.T) {
	s, c, a := world(t)
	id := a.groupID("sales")
	s.SetProcessing(func(members int) time.Duration { return time.Duration(members) * time.Second })
	older := a.submit(id, people(1, 9)...)
	newer := a.submit(id, people(1, 1)...)
	c.pass(time.Second)
	if a.poll(id, newer).Completed != nil {
		t.Error("the newer sync overtook the older one")
	}
	c.pass(8 * time.Second)
	if a.poll(id, older).Completed == nil || a.poll(id, newer).Completed == nil {
		t.Error("one is still in flight")
	}
	if diff := cmp.Diff([]string{"E001"}, s.Members("sales")); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
}

func TestSyncsOfManyGroupsCompleteInTheOrderTheyAreDue(t *testing.T) {
	s, c, a := world(t)
	s.SetProcessing(func(members int) time.Duration { return time.Duration(members) * time.Second })
	// Engineering is sent first and wants E003, whom sales lets go sooner.
	a.submit(a.groupID("engineering"), append(people(3, 3), people(10, 13)...)...)
	a.submit(a.groupID("sales"), people(1, 2)...)
	c.pass(time.Minute)
	if got := s.Members("engineering"); !slices.Contains(got, "E003") {
		t.Errorf("engineering has %v", got)
	}
}

func TestDefaultProcessing(t *testing.T) {
	if got := sandbox.DefaultProcessing(1000); got != 30*time.Millisecond {
		t.Errorf("a thousand members take %v", got)
	}
	s, c, a := world(t)
	s.SetProcessing(nil)
	id := a.groupID("sales")
	request := a.submit(id, people(1, 3)...)
	c.pass(sandbox.DefaultProcessing(3))
	if a.poll(id, request).Completed == nil {
		t.Error("not completed after the default time")
	}
}

// The zero Options use the clock of the process, which a bubble replaces.
func TestRunsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := sandbox.Default()
		opts.Processing = func(int) time.Duration { return time.Hour }
		s := sandbox.New(opts)
		a := inProcess(t, s)
		id := a.groupID("sales")
		request := a.submit(id, people(1, 2)...)
		<-time.After(time.Hour)
		if a.poll(id, request).Completed == nil {
			t.Error("still in flight after an hour")
		}
	})
}

func TestManyRequestsAtOnce(t *testing.T) {
	opts := sandbox.Default()
	opts.Groups = nil
	for i := range 8 {
		opts.Groups = append(opts.Groups, sandbox.Group{Name: "G", ExternalReferenceID: fmt.Sprint("g", i)})
	}
	opts.Processing = func(int) time.Duration { return 0 }
	s := sandbox.New(opts)
	t.Run("groups", func(t *testing.T) {
		for i := range 8 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				a := inProcess(t, s)
				id := a.groupID(fmt.Sprint("g", i))
				for n := range 10 {
					rows := people(i*100, i*100+n)
					a.poll(id, a.submit(id, rows...))
					s.Members(fmt.Sprint("g", i))
					s.Ledger()
					s.Refuse("nobody", "add", "r")
				}
			})
		}
	})
	for i := range 8 {
		if got := len(s.Members(fmt.Sprint("g", i))); got != 10 {
			t.Errorf("group %d has %d members", i, got)
		}
	}
	if got := s.Violations(); len(got) != 0 {
		t.Errorf("violations %v", got)
	}
}
