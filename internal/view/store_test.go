package view_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// opened is a store with a lease and nothing in it.
func opened(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: canary.Dir(t), Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if _, err := s.Lease(t.Context(), "test", false); err != nil {
		t.Fatal(err)
	}
	return s
}

// must is for steps that only set the scene.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// delivered stores a roster of north that was completed: E1 is covered, E2 was
// removed, E3 was refused, E4 is held, E5 is missing.
func delivered(t *testing.T, s *store.Store) {
	t.Helper()
	run := roster.Run{ID: "run_1", StartedAt: noon(), Outcome: roster.RunRunning}
	must(t, s.StartRun(t.Context(), run))
	state := roster.GroupState{ExternalReferenceID: "north", GroupID: "grp_1", Name: "North", Absences: map[string]int{"E5": 1}}
	must(t, s.SavePlan(t.Context(), roster.PlanRecord{
		Run: run, Groups: []roster.GroupState{state},
		Pulls: []roster.Pull{{RunID: run.ID, Source: "hq", At: noon(), State: roster.SourceOK, Records: 5}}, Good: []string{"hq"},
		Holds: []roster.Hold{{
			Group: "north", Digest: "d1", Reason: roster.ReasonGroupLimit, State: roster.HoldOpen, CreatedAt: noon(),
			Removals: []roster.Removal{{ReferenceID: "E4", Class: roster.Terminated}},
		}},
	}))
	id, err := s.Intend(t.Context(), roster.Sync{RunID: run.ID, Group: "north", GroupID: "grp_1", Digest: "p1", Size: 1, IntendedAt: noon(), Entries: people("E1", "E4", "E5")})
	must(t, err)
	must(t, s.Accepted(t.Context(), id, roster.Receipt{RequestID: "req_1"}, noon()))
	state.HasBaseline, state.Delivered = true, roster.Delivery{Digest: "p1", At: noon()}
	must(t, s.Complete(t.Context(), roster.Completion{
		SyncID: id, Baseline: roster.Baseline{Members: people("E1", "E4", "E5")}, State: state,
		Sweep:  roster.Sweep{Found: []roster.Failure{{Group: "north", ReferenceID: "E3", Kind: roster.RemoteAdd, Operation: "add", Reason: "no such person"}}},
		Events: []roster.Event{{At: noon(), RunID: run.ID, Group: "north", ReferenceID: "E2", What: "removed", Detail: "terminated"}},
	}))
	must(t, s.Pin(t.Context(), roster.Pin{ReferenceID: "E1", By: "Pat", Comment: "court order", At: noon()}))
	run.EndedAt, run.Outcome, run.ExitCode = noon(), roster.RunHeld, 4
	must(t, s.FinishRun(t.Context(), run))
}

func people(refs ...string) []roster.Enrolled {
	var all []roster.Enrolled
	for _, ref := range refs {
		all = append(all, roster.Enrolled{
			Member: roster.Member{ReferenceID: ref, FirstName: canary.GivenName, LastName: canary.FamilyName, Phone: canary.Phone, PlanID: "pln_gold"},
			PlanID: "pln_gold", Source: "hq", Since: noon(),
		})
	}
	return all
}

func TestExplain(t *testing.T) {
	s := opened(t)
	delivered(t, s)
	tests := []struct {
		ref, state, group string
		steps             []string
		synced            bool
	}{
		{"E1", view.StateEnrolled, "north", []string{"enrolled", "pinned"}, true},
		{"E2", view.StateRemoved, "north", []string{"removed"}, true},
		{"E3", view.StateWaiting, "north", []string{"failure"}, true},
		{"E4", view.StateEnrolled, "north", []string{"enrolled", "hold open"}, true},
		{"E5", view.StateEnrolled, "north", []string{"enrolled", "absent"}, true},
		{"E9", view.StateUnknown, "", []string{}, false},
	}
	for _, test := range tests {
		t.Run(test.ref, func(t *testing.T) {
			story, err := view.Explain(t.Context(), s, test.ref)
			if err != nil {
				t.Fatal(err)
			}
			if story.ReferenceID != test.ref || story.State != test.state || story.Group != test.group || (story.LastSync != nil) != test.synced {
				t.Errorf("told as %q in %q, last sync %v", story.State, story.Group, story.LastSync)
			}
			told := map[string]bool{}
			for _, step := range story.Steps {
				told[step.Step] = true
			}
			for _, want := range test.steps {
				if !told[want] {
					t.Errorf("no step %q in %v", want, story.Steps)
				}
			}
			if len(told) != len(test.steps) {
				t.Errorf("steps %v, want %v", story.Steps, test.steps)
			}
		})
	}
}

func TestExplainHasTheKeysOfTheContract(t *testing.T) {
	s := opened(t)
	delivered(t, s)
	promised := of("", "reference_id state group last_sync")
	steps := of("steps[].", "step at detail")
	covered, err := view.Explain(t.Context(), s, "E1")
	must(t, err)
	wantKeys(t, covered, contract(promised, steps, []string{"failures[]"}))
	refused, err := view.Explain(t.Context(), s, "E3")
	must(t, err)
	failure := of("failures[].", "id kind severity group reference_id operation reason guidance first_seen last_seen count state")
	wantKeys(t, refused, contract(promised, steps, failure))
	nobody, err := view.Explain(t.Context(), s, "E9")
	must(t, err)
	wantKeys(t, nobody, contract(promised, []string{"failures[]", "steps[]"}))
}

func TestStatus(t *testing.T) {
	s := opened(t)
	empty, err := view.StatusOf(t.Context(), s)
	must(t, err)
	wantKeys(t, empty, contract(of("", "last_run sources[] groups members syncs_in_flight holds[] pins[]")))
	if empty.LastRun != nil {
		t.Errorf("last run is %v", empty.LastRun)
	}
	delivered(t, s)
	got, err := view.StatusOf(t.Context(), s)
	must(t, err)
	if got.LastRun == nil || got.LastRun.RunID != "run_1" || got.Groups != 1 || got.Members != 3 || got.InFlight != 0 || len(got.Holds) != 1 {
		t.Errorf("status is %+v", got)
	}
	if diff := cmp.Diff(map[roster.Kind]int{roster.RemoteAdd: 1}, got.Failures); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	utc := noon().UTC()
	want := []view.SourceStatus{{Name: "hq", State: roster.SourceOK, Records: 5, LastPull: &utc, LastSuccess: &utc}}
	if diff := cmp.Diff(want, got.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"E1"}, got.Pins); diff != "" {
		t.Errorf("pins (-want +got):\n%s", diff)
	}
}

// Whoever is on a first roster that waits for a person is known, and not covered.
func TestExplainAFirstRoster(t *testing.T) {
	s := opened(t)
	must(t, s.SavePlan(t.Context(), roster.PlanRecord{
		Run: roster.Run{ID: "run_1"}, Groups: []roster.GroupState{{ExternalReferenceID: "north"}},
		Holds: []roster.Hold{{Group: "north", Digest: "d1", Reason: roster.ReasonNoBaseline, Roster: []string{"E1", "E2"}}},
	}))
	story, err := view.Explain(t.Context(), s, "E2")
	must(t, err)
	if story.State != view.StateWaiting || story.Group != "north" || len(story.Steps) != 1 || story.Steps[0].Step != "hold open" {
		t.Errorf("told as %+v", story)
	}
}

// What was rejected was not approved, also when another set has taken its place.
func TestARejectionIsNoApprovalAfterwards(t *testing.T) {
	for _, test := range []struct {
		name   string
		decide func(*store.Store, context.Context, store.Verdict) (roster.Hold, error)
		want   *string
	}{
		{"rejected", (*store.Store).Reject, nil},
		{"approved", (*store.Store).Approve, new("Pat")},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := opened(t)
			delivered(t, s)
			_, err := test.decide(s, t.Context(), store.Verdict{HoldID: "h1", Digest: "d1", By: "Pat", Why: "checked", At: noon(), ExpiresAt: noon().Add(time.Hour)})
			must(t, err)
			must(t, s.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run_2"}, LiftHolds: []string{"north"}}))
			old, err := s.Hold(t.Context(), "h1")
			must(t, err)
			shown := view.OfHold(old)
			if diff := cmp.Diff(test.want, shown.ApprovedBy); diff != "" || shown.State != roster.HoldSuperseded {
				t.Errorf("the hold is %s; approved by (-want +got):\n%s", shown.State, diff)
			}
		})
	}
}

// A source is shown as long as runs read it, whatever comes of that, and no longer.
func TestStatusShowsTheSourcesOfToday(t *testing.T) {
	utc := noon().UTC()
	ok := view.SourceStatus{Name: "hq", State: roster.SourceOK, LastPull: &utc, LastSuccess: &utc}
	read := func(source string, state roster.SourceState) roster.Pull {
		return roster.Pull{Source: source, At: noon(), State: state}
	}
	type runs [][]roster.Pull
	for _, test := range []struct {
		name string
		runs runs
		want []view.SourceStatus
	}{
		{"one is broken", runs{{read("branch", roster.SourceBroken), read("hq", roster.SourceOK)}}, []view.SourceStatus{
			{Name: "branch", State: roster.SourceBroken, LastPull: &utc}, ok,
		}},
		{"a broken one is taken out", runs{{read("branch", roster.SourceBroken), read("hq", roster.SourceOK)}, {read("hq", roster.SourceOK)}}, []view.SourceStatus{ok}},
		{"a run read nothing since", runs{{read("branch", roster.SourceBroken), read("hq", roster.SourceOK)}, {}}, []view.SourceStatus{
			{Name: "branch", State: roster.SourceBroken, LastPull: &utc}, ok,
		}},
		{"one fails since", runs{{read("hq", roster.SourceOK)}, {read("hq", roster.SourceBroken)}}, []view.SourceStatus{
			{Name: "hq", State: roster.SourceBroken, LastPull: &utc, LastSuccess: &utc},
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := opened(t)
			for i, pulls := range test.runs {
				record := roster.PlanRecord{Run: roster.Run{ID: fmt.Sprintf("run_%d", i)}, Pulls: pulls}
				for at := range pulls {
					if record.Pulls[at].RunID = record.Run.ID; pulls[at].State == roster.SourceOK {
						record.Good = append(record.Good, pulls[at].Source)
					}
				}
				must(t, s.SavePlan(t.Context(), record))
			}
			got, err := view.StatusOf(t.Context(), s)
			must(t, err)
			if diff := cmp.Diff(test.want, got.Sources); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
		})
	}
}

// A request that never ended shows in the status, and its people as those who
// may be covered.
func TestPeopleOfAnUnknownRequest(t *testing.T) {
	s := opened(t)
	_, err := s.Intend(t.Context(), roster.Sync{RunID: "run_1", Group: "north", GroupID: "grp_1", Digest: "p1", IntendedAt: noon(), Entries: people("E1")})
	must(t, err)
	story, err := view.Explain(t.Context(), s, "E1")
	must(t, err)
	if story.State != view.StateMaybe {
		t.Errorf("told as %q, want %q", story.State, view.StateMaybe)
	}
}
