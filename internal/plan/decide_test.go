package plan_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestDecision has a case for every row of decide's table that is not about
// first rosters (TestFirstRoster) or held removals alone (TestGuardOfAGroup).
func TestDecision(t *testing.T) {
	deliveredAgo := func(ago time.Duration, failures, retries int) func(*world) {
		return func(w *world) {
			w.state("tier-1", func(s *roster.GroupState) {
				s.Delivered.At, s.Delivered.Failures, s.Delivered.Retries = now().Add(-ago), failures, retries
			})
		}
	}
	tests := []struct {
		name  string
		setUp func(*world)
		want  string
	}{
		{"a source that feeds it failed", func(w *world) { w.Sources[hq] = roster.SourceBroken }, "blocked source_failed"},
		{"a source that feeds it is stale", func(w *world) { w.Sources[hq] = roster.SourceOld }, "blocked source_failed"},
		{"Vitable does not list it", func(w *world) { delete(w.Known, "tier-1") }, "blocked group_missing"},
		{"a request is in flight", func(w *world) { w.Busy["tier-1"] = roster.ReasonInFlight }, "blocked in_flight"},
		{"a request has an unknown fate", func(w *world) { w.Busy["tier-1"] = roster.ReasonSettling }, "blocked settling"},
		{"a failed source is told before a missing group", func(w *world) {
			w.Sources[hq] = roster.SourceBroken
			delete(w.Known, "tier-1")
		}, "blocked source_failed"},
		{"the run is about other groups", func(w *world) { w.Selected = map[string]bool{"tier-2": true}; w.hire("tier-1", "new") }, "skip not_selected"},
		{"the run is about it", func(w *world) { w.Selected = map[string]bool{"tier-1": true}; w.hire("tier-1", "new") }, "submit changed"},
		{"the run is about no group", func(w *world) { w.Selected = map[string]bool{}; w.hire("tier-1", "new") }, "skip not_selected"},
		{"nobody to cover and nobody covered", func(w *world) {
			w.drop(crew("a", 40)...)
			w.Baselines["tier-1"] = roster.Baseline{}
		}, "skip nobody"},
		{"at vitable.max_members", func(w *world) { w.Delivery.MaxMembers = 41; w.hire("tier-1", "new") }, "submit changed"},
		{"over vitable.max_members", func(w *world) { w.Delivery.MaxMembers = 40; w.hire("tier-1", "new") }, "hold over_capacity"},
		{"no limit of members", func(w *world) { w.Delivery.MaxMembers = 0; w.hire("tier-1", "new") }, "submit changed"},
		{"the last roster did not arrive", func(w *world) {
			w.state("tier-1", func(s *roster.GroupState) { s.Delivered = roster.Delivery{} })
		}, "submit not_delivered"},
		{"somebody is new", func(w *world) { w.hire("tier-1", "new") }, "submit changed"},
		{"the same", func(*world) {}, "skip unchanged"},
		{"the same in another order", func(w *world) { w.People[0], w.People[39] = w.People[39], w.People[0] }, "skip unchanged"},

		{"the same, just before resubmit_unchanged", deliveredAgo(24*time.Hour-1, 0, 0), "skip unchanged"},
		{"the same, at resubmit_unchanged", deliveredAgo(24*time.Hour, 0, 0), "submit resubmit"},
		{"resubmit_unchanged 0 is never", func(w *world) {
			w.Delivery.ResubmitUnchanged = 0
			deliveredAgo(1000*time.Hour, 0, 0)(w)
		}, "skip unchanged"},
		{"failures, just before the first retry", deliveredAgo(6*time.Hour-1, 1, 1), "skip unchanged"},
		{"failures, at the first retry", deliveredAgo(6*time.Hour, 1, 1), "submit retry_failures"},
		{"failures, just before the second retry", deliveredAgo(12*time.Hour-1, 1, 2), "skip unchanged"},
		{"failures, at the second retry", deliveredAgo(12*time.Hour, 1, 2), "submit retry_failures"},
		{"failures, just before the third retry", deliveredAgo(24*time.Hour-1, 1, 3), "skip unchanged"},
		{"failures, at the third retry", deliveredAgo(24*time.Hour, 1, 3), "submit retry_failures"},
		{"failures many times wait a day and no longer", deliveredAgo(24*time.Hour, 1, 500), "submit retry_failures"},
		{"failures and a wait that does not double evenly", func(w *world) {
			w.Delivery.RetryFailures = 10 * time.Hour
			deliveredAgo(24*time.Hour, 1, 3)(w)
		}, "submit retry_failures"},
		{"a first wait of more than a day stays", func(w *world) {
			w.Delivery.RetryFailures = 48 * time.Hour
			deliveredAgo(47*time.Hour, 1, 5)(w)
		}, "skip unchanged"},
		{"failures and a row that changed are sent at once", func(w *world) {
			deliveredAgo(0, 1, 3)(w)
			w.row("a01").Member.Phone = "2025550199"
		}, "submit changed"},

		{"held removals and nothing else", func(w *world) {
			w.Limits.MaxRemovals.Count = 0
			w.terminate("a01")
		}, "hold group_limit"},
		{"held removals and a resubmission that is due", func(w *world) {
			w.Limits.MaxRemovals.Count = 0
			w.terminate("a01")
			deliveredAgo(24*time.Hour, 0, 0)(w)
		}, "submit resubmit"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("tier-1", crew("a", 40)...)
			w.group("tier-2", crew("b", 40)...)
			tt.setUp(w)
			if got := tell(t, w.make(), "tier-1").Decision; got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestFailuresOfGroups(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(*world)
		want  []string
	}{
		{"a missing group is told with what else is known", func(w *world) {
			delete(w.Known, "tier-1")
			w.spoil("a01", roster.InvalidRow, "phone")
		}, []string{"group_missing", "a01 invalid_row"}},
		{"a managed group that is missing is told", func(w *world) {
			delete(w.Known, "tier-1")
			delete(w.States, "tier-1")
			delete(w.Baselines, "tier-1")
			w.Managed["tier-1"] = true
		}, []string{"group_missing"}},
		{"a group over capacity is told", func(w *world) { w.Delivery.MaxMembers = 2 }, []string{"over_capacity"}},
		{"of a failed source nothing is believed", func(w *world) {
			w.Sources[hq] = roster.SourceBroken
			w.spoil("a01", roster.InvalidRow, "phone")
		}, nil},
		{"a group in flight tells what its rows say", func(w *world) {
			w.Busy["tier-1"] = roster.ReasonInFlight
			w.spoil("a01", roster.InvalidRow, "phone")
		}, []string{"a01 invalid_row"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("tier-1", crew("a", 3)...)
			tt.setUp(w)
			same(t, "failures", tt.want, tell(t, w.make(), "tier-1").Failures)
		})
	}
}

// TestAdoptConfig is about when a changed configuration stops being in doubt.
func TestAdoptConfig(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(*testing.T, *world)
		want  bool
	}{
		{"nothing follows from it", func(*testing.T, *world) {}, true},
		{"somebody is held", func(_ *testing.T, w *world) { w.row("a01").Standing = roster.StandingNotEligible }, false},
		{"what was held is approved", func(t *testing.T, w *world) {
			w.row("a01").Standing = roster.StandingNotEligible
			w.approve(t, "tier-1")
		}, true},
		{"somebody is within their grace", func(_ *testing.T, w *world) { w.drop("a01") }, false},
		{"somebody's move is not judged yet", func(_ *testing.T, w *world) {
			w.move("tier-2", "a01")
			w.Busy["tier-2"] = roster.ReasonInFlight
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("tier-1", crew("a", 40)...)
			w.group("tier-2", crew("b", 40)...)
			w.state("tier-1", func(s *roster.GroupState) { s.ConfigHash = "cfg-0" })
			tt.setUp(t, w)
			if got := planned(t, w.make(), "tier-1").AdoptConfig; got != tt.want {
				t.Errorf("adopts the configuration: %v, want %v", got, tt.want)
			}
		})
	}
}

// TestAbsences counts pulls without somebody.
func TestAbsences(t *testing.T) {
	tests := []struct {
		name   string
		before int
		setUp  func(*world)
		want   map[string]int
	}{
		{"the first pull without them", 0, func(w *world) { w.drop("a01") }, map[string]int{"a01": 1}},
		{"one more pull", 1, func(w *world) { w.drop("a01") }, map[string]int{"a01": 2}},
		{"they are back", 1, func(*world) {}, map[string]int{}},
		{"they are back with a row that cannot be sent", 1, func(w *world) { w.spoil("a01", roster.InvalidRow, "phone") }, map[string]int{}},
		{"another round of the same pull", 1, func(w *world) { w.drop("a01"); w.CountPull = false }, map[string]int{"a01": 1}},
		{"a pull of a failed source", 1, func(w *world) { w.Sources[hq] = roster.SourceBroken; w.People = nil }, map[string]int{"a01": 1}},
		{"a pull while the group is busy", 0, func(w *world) { w.drop("a01"); w.Busy["tier-1"] = roster.ReasonInFlight }, map[string]int{"a01": 1}},
		{"a pull with rows that may be theirs", 1, func(w *world) {
			w.drop("a01")
			w.hire("tier-1", "")
		}, map[string]int{"a01": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("tier-1", crew("a", 40)...)
			if tt.before > 0 {
				w.States["tier-1"].Absences["a01"] = tt.before
			}
			tt.setUp(w)
			same(t, "absences", tt.want, planned(t, w.make(), "tier-1").Absences)
		})
	}
}

func TestWithout(t *testing.T) {
	all := []roster.Enrolled{enrolled("a"), enrolled("b"), enrolled("c")}
	same(t, "nobody stays", all, plan.Without(all, nil))
	same(t, "b stays away", []roster.Enrolled{enrolled("a"), enrolled("c")}, plan.Without(all, map[string]bool{"b": true}))
	if got := plan.Without(all, map[string]bool{"a": true, "b": true, "c": true}); len(got) != 0 {
		t.Errorf("%d are left", len(got))
	}
}
