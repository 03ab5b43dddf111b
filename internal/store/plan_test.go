package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func run(id string, at time.Time) roster.Run {
	return roster.Run{
		ID: id, StartedAt: at, Trigger: "schedule", Outcome: roster.RunRunning, ConfigHash: "c1",
		Sources: []roster.SourceResult{{Name: "hq", State: roster.SourceOK, Records: 7}},
		Groups:  roster.GroupCounts{Submitted: 1, Skipped: 2, Held: 3, Blocked: 4, Failed: 5},
		Added:   1, Removed: 2, Changed: 3, Carried: 4, Failures: 5, Holds: 6,
	}
}

func TestRuns(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	_, ok, err := s.LastRun(ctx)
	check(t, err)
	if ok {
		t.Error("there is a last run before the first one")
	}
	first, second := run("b", c.now), run("a", c.now.Add(time.Hour))
	check(t, s.StartRun(ctx, first))
	check(t, s.StartRun(ctx, second))
	second.EndedAt, second.Outcome, second.ExitCode, second.Sources = c.now.Add(2*time.Hour), roster.RunHeld, 4, nil
	check(t, s.FinishRun(ctx, second))

	last, ok, err := s.LastRun(ctx)
	check(t, err)
	if !ok {
		t.Error("there is no last run")
	}
	same(t, second, last)
	same(t, []roster.Run{second, first}, value(s.Runs(ctx, 0))(t))
	same(t, []roster.Run{second}, value(s.Runs(ctx, 1))(t))
	same(t, first, value(s.Run(ctx, "b"))(t))
	_, err = s.Run(ctx, "c")
	wantError(t, err, store.ErrNotFound)
}

// A run of some groups says nothing of the others: neither that they were delivered, nor
// that the schedule was kept.
func TestPartialRuns(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	whole := run("whole", c.now)
	whole.Outcome, whole.EndedAt, whole.Groups = roster.RunDone, c.now.Add(time.Minute), roster.GroupCounts{Submitted: 2}
	partial := whole
	partial.ID, partial.Partial, partial.StartedAt, partial.EndedAt = "partial", true, c.now.Add(time.Hour), c.now.Add(2*time.Hour)
	check(t, s.StartRun(ctx, partial))
	if _, ok, err := s.LastWholeRun(ctx); ok || err != nil {
		t.Errorf("there is a whole run: %v (%v)", ok, err)
	}
	same(t, time.Time{}, value(s.LastSuccess(ctx))(t))

	check(t, s.StartRun(ctx, whole))
	check(t, s.StartRun(ctx, partial))
	last, ok, err := s.LastWholeRun(ctx)
	check(t, err)
	same(t, true, ok)
	same(t, whole, last)
	same(t, whole.EndedAt, value(s.LastSuccess(ctx))(t))
	same(t, partial, value(s.Run(ctx, "partial"))(t))
}

func TestPulls(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	pull := func(runID, source string, records int, state roster.SourceState) roster.Pull {
		return roster.Pull{
			RunID: runID, Source: source, At: c.now, State: state, Reason: "why", Records: records,
			AsOf: c.now.Add(-time.Hour), Layout: "l1", Ending: "newline", Groups: []string{"g1", "g2"},
		}
	}
	good, branch := pull("run1", "hq", 7, roster.SourceOK), pull("run1", "branch", 3, roster.SourceOK)
	check(t, s.SavePlan(ctx, roster.PlanRecord{Run: roster.Run{ID: "run1"}, Pulls: []roster.Pull{good, branch}, Good: []string{"hq", "branch"}}))
	c.pass(time.Hour)
	shrunk := pull("run2", "hq", 1, roster.SourceShrunk)
	shrunk.AsOf, shrunk.Groups = time.Time{}, nil
	check(t, s.SavePlan(ctx, roster.PlanRecord{Run: roster.Run{ID: "run2"}, Pulls: []roster.Pull{shrunk}}))

	same(t, map[string]roster.Pull{"hq": good, "branch": branch}, value(s.LastGoodPulls(ctx))(t))
	same(t, map[string]roster.Pull{"hq": shrunk, "branch": branch}, value(s.LastPulls(ctx))(t))
	same(t, map[string]roster.Pull{"hq": shrunk}, value(s.CurrentPulls(ctx))(t))
}

// A plan may not touch what only an outcome knows.
func TestSavePlanKeepsWhatOutcomesSay(t *testing.T) {
	s, _ := newStore(t)
	ctx := t.Context()
	id := deliver(t, s, "g1", people(2))
	want := completion(id, "g1", people(2)).State
	want.HasBaseline, want.Members = true, 2
	same(t, []roster.GroupState{want}, value(s.Groups(ctx))(t))

	from := roster.GroupState{
		ExternalReferenceID: "g1", GroupID: "grp_new", Name: "New", ConfigHash: "c2", Absences: map[string]int{"EMP1": 1}, Contested: map[string]int{"EMP2": 0},
		Delivered: roster.Delivery{Digest: "never"}, Took: time.Hour, Members: 99,
	}
	check(t, s.SavePlan(ctx, roster.PlanRecord{Run: roster.Run{ID: "run2"}, Groups: []roster.GroupState{from, {ExternalReferenceID: "g0"}}}))
	want.GroupID, want.Name, want.Absences, want.Contested = "grp_new", "New", from.Absences, from.Contested
	same(t, []roster.GroupState{{ExternalReferenceID: "g0"}, want}, value(s.Groups(ctx))(t))

	check(t, s.SavePlan(ctx, roster.PlanRecord{Run: roster.Run{ID: "run3"}, Groups: []roster.GroupState{from}, AdoptConfig: []string{"g7", "g1"}}))
	want.ConfigHash = "c2"
	same(t, []roster.GroupState{{ExternalReferenceID: "g0"}, want}, value(s.Groups(ctx))(t))
}

func TestGroupCreated(t *testing.T) {
	s, _ := newStore(t)
	ours := roster.GroupState{ExternalReferenceID: "g1", GroupID: "grp_1", Name: "One", Created: true}
	another := roster.GroupState{ExternalReferenceID: "g2", GroupID: "grp_2", Name: "Two"}
	check(t, s.GroupCreated(t.Context(), ours))
	check(t, s.GroupCreated(t.Context(), another))
	same(t, []roster.GroupState{ours, another}, value(s.Groups(t.Context()))(t))
}

func TestPins(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	check(t, s.Pin(ctx, roster.Pin{ReferenceID: "EMP2", By: "ann", Comment: "on leave", At: c.now}))
	check(t, s.Pin(ctx, roster.Pin{ReferenceID: "EMP1", By: "ann", At: c.now}))
	check(t, s.Pin(ctx, roster.Pin{ReferenceID: "EMP2", By: "bob", Comment: "appeal", At: c.now}))
	same(t, []roster.Pin{
		{ReferenceID: "EMP1", By: "ann", At: c.now},
		{ReferenceID: "EMP2", By: "bob", Comment: "appeal", At: c.now},
	}, value(s.Pins(ctx))(t))

	for _, ref := range []string{"", " ", strings.Repeat("x", store.MaxWord+1)} {
		wantError(t, s.Pin(ctx, roster.Pin{ReferenceID: ref, By: "ann", At: c.now}), store.ErrWord)
	}
	check(t, s.Unpin(ctx, "EMP2", "ann", c.now))
	wantError(t, s.Unpin(ctx, "EMP2", "ann", c.now), store.ErrNotFound)
	same(t, []roster.Pin{{ReferenceID: "EMP1", By: "ann", At: c.now}}, value(s.Pins(ctx))(t))
	same(t, []roster.Event{
		{At: c.now, ReferenceID: "EMP2", What: "pinned", Detail: "by ann: on leave"},
		{At: c.now, ReferenceID: "EMP2", What: "pinned", Detail: "by bob: appeal"},
		{At: c.now, ReferenceID: "EMP2", What: "unpinned", Detail: "by ann"},
	}, value(s.EventsOf(ctx, "EMP2"))(t))
}
