package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestApply has a case for every row of Apply's table.
func TestApply(t *testing.T) {
	const x = "x"
	tests := []struct {
		name     string
		before   string // "", certain, maybe
		sent     bool
		failure  string // the operation of the failure; "" for none
		after    string // "", certain, maybe
		counted  string // added, removed or ""
		keepsOld bool   // the record before is the one that is kept
	}{
		{name: "new, sent", sent: true, after: "certain", counted: "added"},
		{name: "new, sent, add failed", sent: true, failure: "add"},
		{name: "new, sent, unheard-of failure", sent: true, failure: "merge", after: "maybe"},
		{name: "new, sent, remove failed", sent: true, failure: "remove", after: "maybe"},
		{name: "certain, sent", before: "certain", sent: true, after: "certain"},
		{name: "certain, sent, add failed", before: "certain", sent: true, failure: "add", after: "maybe"},
		{name: "certain, sent, unheard-of failure", before: "certain", sent: true, failure: "merge", after: "maybe"},
		{name: "maybe, sent", before: "maybe", sent: true, after: "certain", counted: "added"},
		{name: "maybe, sent, add failed", before: "maybe", sent: true, failure: "add"},
		{name: "maybe, sent, unheard-of failure", before: "maybe", sent: true, failure: "merge", after: "maybe"},
		{name: "certain, left out", before: "certain", counted: "removed"},
		{name: "certain, left out, remove failed", before: "certain", failure: "remove", after: "certain", keepsOld: true},
		{name: "certain, left out, unheard-of failure", before: "certain", failure: "merge", after: "certain", keepsOld: true},
		{name: "maybe, left out", before: "maybe", counted: "removed"},
		{name: "maybe, left out, remove failed", before: "maybe", failure: "remove", after: "maybe", keepsOld: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before roster.Baseline
			if tt.before != "" {
				e := enrolled(x)
				e.Maybe = tt.before == "maybe"
				before.Members = append(before.Members, e)
			}
			var entries []roster.Enrolled
			if tt.sent {
				e := enrolled(x)
				e.Maybe, e.Member.Phone, e.Since = tt.before == "maybe", "2025550199", time.Time{}
				entries = append(entries, e)
			}
			outcome := roster.Outcome{Done: true, CompletedAt: now()}
			if tt.failure != "" {
				outcome.Failures = []roster.MemberFailure{{ReferenceID: x, Operation: tt.failure}}
			}
			effect := plan.Apply(before, entries, outcome)
			after := ""
			for _, e := range effect.After.Members {
				after = "certain"
				if e.Maybe {
					after = "maybe"
				}
				if old := e.Member.Phone == enrolled(x).Member.Phone; old != tt.keepsOld {
					t.Errorf("keeps the record before: %v, want %v", old, tt.keepsOld)
				}
			}
			if after != tt.after {
				t.Errorf("after %q, want %q", after, tt.after)
			}
			if added := slices.Contains(effect.Added, x); added != (tt.counted == "added") {
				t.Errorf("counted as added: %v", added)
			}
			if removed := slices.Contains(effect.Removed, x); removed != (tt.counted == "removed") {
				t.Errorf("counted as removed: %v", removed)
			}
		})
	}
	t.Run("counts changes of those who are certain", func(t *testing.T) {
		w := towns()
		w.row("a01").Member.Phone = "2025550199"
		effect := w.deliver(planned(t, w.make(), "a"), nil)
		same(t, "changed", []string{"a01"}, effect.Changed)
		if len(effect.Added)+len(effect.Removed) > 0 {
			t.Errorf("added %v, removed %v", effect.Added, effect.Removed)
		}
	})
}

func TestRemoteFailuresKeepQuietAboutPeople(t *testing.T) {
	base := roster.Baseline{Members: []roster.Enrolled{enrolled("a"), enrolled("b")}}
	got := plan.RemoteFailures("tier-1", base, []roster.Enrolled{enrolled("b")}, roster.Outcome{Failures: []roster.MemberFailure{
		{ReferenceID: "a", Operation: "remove", Reason: canary.GivenName + " is locked"},
		{ReferenceID: "b", Operation: "add", Reason: "no home at 1 Nowhere Lane for " + canary.GivenName},
		{ReferenceID: "z", Operation: "merge", Reason: "call 2025550100"},
		{ReferenceID: "y", Operation: "move to 1 Nowhere Lane", Reason: ""},
	}})
	same(t, "failures", []roster.Failure{
		{Group: "tier-1", ReferenceID: "a", Source: hq, Kind: roster.RemoteRemove, Operation: "remove", Reason: "[…] is locked"},
		{Group: "tier-1", ReferenceID: "b", Source: hq, Kind: roster.RemoteAdd, Operation: "add", Reason: "no home at […] for […]"},
		{Group: "tier-1", ReferenceID: "z", Kind: roster.RemoteAdd, Operation: "merge", Reason: "call […]"},
		{Group: "tier-1", ReferenceID: "y", Kind: roster.RemoteAdd, Operation: "move to […]"},
	}, got)
	if none := plan.RemoteFailures("tier-1", base, base.Members, roster.Outcome{}); none != nil {
		t.Errorf("failures of a clean outcome: %v", none)
	}
}

func TestDoubt(t *testing.T) {
	base := roster.Baseline{Members: []roster.Enrolled{enrolled("b"), enrolled("d")}}
	older, newer := enrolled("c"), enrolled("c")
	newer.Member.Phone = "2025550199"
	changed := enrolled("d")
	changed.Member.Phone = "2025550199"
	got := plan.Doubt(base, []roster.Sync{
		{Entries: []roster.Enrolled{older, changed}},
		{Entries: []roster.Enrolled{enrolled("a"), newer}},
	})
	maybe := func(e roster.Enrolled) roster.Enrolled { e.Maybe = true; return e }
	same(t, "baseline with doubtful people", []roster.Enrolled{
		maybe(enrolled("a")), enrolled("b"), maybe(newer), enrolled("d"),
	}, got.Members)
	same(t, "baseline without unknown requests", base, plan.Doubt(base, nil))
	if len(base.Members) != 2 || base.Members[0].Maybe {
		t.Error("the baseline itself was changed")
	}
}
