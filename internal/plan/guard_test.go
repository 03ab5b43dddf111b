package plan_test

import (
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// leaving are n removals of one class.
func leaving(class roster.Class, n int) []plan.Suspect {
	var all []plan.Suspect
	for _, ref := range crew(string(class)+"-", n) {
		all = append(all, plan.Suspect{Removal: roster.Removal{ReferenceID: ref, Class: class}})
	}
	return all
}

func shrunk(all []plan.Suspect) []plan.Suspect {
	for i := range all {
		all[i].SourceShrank = true
	}
	return all
}

func unheard(all []plan.Suspect) []plan.Suspect {
	for i := range all {
		all[i].Unheard = true
	}
	return all
}

// TestGuard has, for every row of Guard's table and every limit, a case that
// stands exactly at the limit and one that is over it by one person.
func TestGuard(t *testing.T) {
	unlimited := func(l *plan.Limits) {
		l.MaxRemovals = plan.Bound{Count: 10_000, Percent: 100}
		l.MaxAbsent = l.MaxRemovals
		l.Rolling.Percent = 100
		l.SmallGroup = plan.SmallGroup{}
	}
	tests := []struct {
		name   string
		c      plan.Case
		limits func(*plan.Limits)
		held   int
		reason roster.Reason
	}{
		{name: "nobody leaves", c: plan.Case{Baseline: 100, Remaining: 0, ConfigChanged: true}},

		{
			name: "nobody would be left, whatever the limits", limits: unlimited,
			c:    plan.Case{Baseline: 3, Remaining: 0, Removals: leaving(roster.Terminated, 3)},
			held: 3, reason: roster.ReasonWouldEmpty,
		},
		{
			name: "the last person of a group would leave",
			c:    plan.Case{Baseline: 1, Remaining: 0, Removals: leaving(roster.Terminated, 1)},
			held: 1, reason: roster.ReasonWouldEmpty,
		},
		{
			name: "one would be left", limits: unlimited,
			c: plan.Case{Baseline: 3, Remaining: 1, Removals: leaving(roster.Terminated, 2)},
		},

		{
			name: "configuration changed holds all but terminated",
			c: plan.Case{Baseline: 1000, Remaining: 990, ConfigChanged: true, Removals: slices.Concat(
				leaving(roster.Terminated, 2), leaving(roster.Ineligible, 2), leaving(roster.Moved, 2), leaving(roster.Absent, 2), leaving(roster.PlanChange, 2))},
			held: 8, reason: roster.ReasonConfigChanged,
		},
		{
			name: "configuration changed and only terminated",
			c:    plan.Case{Baseline: 1000, Remaining: 990, ConfigChanged: true, Removals: leaving(roster.Terminated, 10)},
		},

		{
			name: "absences from a source that shrank, and only these",
			c: plan.Case{Baseline: 1000, Remaining: 990, Removals: slices.Concat(
				shrunk(leaving(roster.Absent, 3)), shrunk(leaving(roster.Terminated, 3)))},
			held: 3, reason: roster.ReasonSourceShrank,
		},
		{
			name: "rekeyed is held even alone", limits: unlimited,
			c:    plan.Case{Baseline: 1000, Remaining: 999, Removals: leaving(roster.Replaced, 1)},
			held: 1, reason: roster.ReasonRekeyed,
		},

		{name: "at the count of the group", c: plan.Case{Baseline: 1000, Remaining: 975, Removals: leaving(roster.Terminated, 25)}},
		{
			name: "over the count of the group",
			c:    plan.Case{Baseline: 1000, Remaining: 974, Removals: leaving(roster.Terminated, 26)},
			held: 26, reason: roster.ReasonGroupLimit,
		},
		{name: "at the percentage of the group", c: plan.Case{Baseline: 109, Remaining: 99, Removals: leaving(roster.Terminated, 10)}},
		{
			name: "over the percentage of the group, below its count",
			c:    plan.Case{Baseline: 109, Remaining: 98, Removals: leaving(roster.Terminated, 11)},
			held: 11, reason: roster.ReasonGroupLimit,
		},
		{
			name:   "a percentage that has no exact binary form counts whole people",
			limits: func(l *plan.Limits) { l.MaxRemovals = plan.Bound{Count: 100, Percent: 2.8} },
			c:      plan.Case{Baseline: 2750, Remaining: 2673, Removals: leaving(roster.Terminated, 77)},
		},
		{
			name: "what an earlier row holds does not count towards the group",
			c: plan.Case{Baseline: 100, Remaining: 80, Removals: slices.Concat(
				shrunk(leaving(roster.Absent, 10)), leaving(roster.Terminated, 10))},
			held: 10, reason: roster.ReasonSourceShrank,
		},
		{
			name: "the first reason is told when two rows hold",
			c: plan.Case{Baseline: 100, Remaining: 79, Removals: slices.Concat(
				shrunk(leaving(roster.Absent, 10)), leaving(roster.Terminated, 11))},
			held: 21, reason: roster.ReasonSourceShrank,
		},

		{name: "a group of 19 at its own limit", c: plan.Case{Baseline: 19, Remaining: 17, Removals: leaving(roster.Terminated, 2)}},
		{
			name: "a group of 19 over its own limit",
			c:    plan.Case{Baseline: 19, Remaining: 16, Removals: leaving(roster.Terminated, 3)},
			held: 3, reason: roster.ReasonGroupLimit,
		},
		{
			name: "who left in an earlier round counts, at the limit",
			c:    plan.Case{Baseline: 18, Remaining: 17, Earlier: plan.Gone{People: 1}, Removals: leaving(roster.Terminated, 1)},
		},
		{
			name: "who left in an earlier round counts, over the limit",
			c:    plan.Case{Baseline: 98, Remaining: 89, Earlier: plan.Gone{People: 2}, Removals: leaving(roster.Terminated, 9)},
			held: 9, reason: roster.ReasonGroupLimit,
		},
		{
			name: "a group that was not small before an earlier round is not small now",
			c:    plan.Case{Baseline: 19, Remaining: 18, Earlier: plan.Gone{People: 11}, Removals: leaving(roster.Ineligible, 1), Recent: 0},
			held: 1, reason: roster.ReasonGroupLimit,
		},
		{
			name: "who was absent in an earlier round counts, over the limit",
			c:    plan.Case{Baseline: 97, Remaining: 94, Earlier: plan.Gone{People: 3, Absent: 3}, Removals: leaving(roster.Absent, 3)},
			held: 3, reason: roster.ReasonAbsentLimit,
		},
		{
			name:   "a small group may be limited to less by the count",
			limits: func(l *plan.Limits) { l.MaxRemovals.Count = 1 },
			c:      plan.Case{Baseline: 19, Remaining: 17, Removals: leaving(roster.Terminated, 2)},
			held:   2, reason: roster.ReasonGroupLimit,
		},
		{
			name: "a group of 19 is small", limits: func(l *plan.Limits) { l.SmallGroup.Count = 3 },
			c: plan.Case{Baseline: 19, Remaining: 16, Removals: leaving(roster.Terminated, 3)},
		},
		{
			name: "a group of 20 is not small", limits: func(l *plan.Limits) { l.SmallGroup.Count = 3 },
			c:    plan.Case{Baseline: 20, Remaining: 17, Removals: leaving(roster.Terminated, 3)},
			held: 3, reason: roster.ReasonGroupLimit,
		},

		{name: "at the count of absences", c: plan.Case{Baseline: 1000, Remaining: 995, Removals: leaving(roster.Absent, 5)}},
		{
			name: "over the count of absences, terminated ones pass",
			c: plan.Case{Baseline: 1000, Remaining: 991, Removals: slices.Concat(
				leaving(roster.Absent, 6), leaving(roster.Terminated, 3))},
			held: 6, reason: roster.ReasonAbsentLimit,
		},
		{name: "at the percentage of absences", c: plan.Case{Baseline: 79, Remaining: 76, Removals: leaving(roster.Absent, 3)}},
		{
			name: "over the percentage of absences",
			c:    plan.Case{Baseline: 79, Remaining: 75, Removals: leaving(roster.Absent, 4)},
			held: 4, reason: roster.ReasonAbsentLimit,
		},

		{name: "at the rolling limit", c: plan.Case{Baseline: 85, Recent: 15, Remaining: 80, Removals: leaving(roster.Terminated, 5)}},
		{
			name: "over the rolling limit",
			c:    plan.Case{Baseline: 84, Recent: 16, Remaining: 79, Removals: leaving(roster.Terminated, 5)},
			held: 5, reason: roster.ReasonRollingLimit,
		},
		{
			name: "what an earlier row holds does not count towards the window",
			c:    plan.Case{Baseline: 80, Recent: 20, Remaining: 79, Removals: shrunk(leaving(roster.Absent, 1))},
			held: 1, reason: roster.ReasonSourceShrank,
		},
		{
			name: "but who seems to be gone already does, at the limit",
			c:    plan.Case{Baseline: 85, Recent: 14, Remaining: 79, ConfigChanged: true, Removals: slices.Concat(unheard(leaving(roster.Moved, 1)), leaving(roster.Terminated, 5))},
			held: 1, reason: roster.ReasonConfigChanged,
		},
		{
			name: "and over it",
			c:    plan.Case{Baseline: 85, Recent: 15, Remaining: 79, ConfigChanged: true, Removals: slices.Concat(unheard(leaving(roster.Moved, 1)), leaving(roster.Terminated, 5))},
			held: 6, reason: roster.ReasonConfigChanged,
		},
		{name: "a small group may lose two within the window", c: plan.Case{Baseline: 5, Remaining: 3, Removals: leaving(roster.Terminated, 2)}},
		{
			name: "a small group may not lose a third within the window",
			c:    plan.Case{Baseline: 4, Recent: 2, Remaining: 3, Removals: leaving(roster.Terminated, 1)},
			held: 1, reason: roster.ReasonRollingLimit,
		},
		{
			name: "limits that are all zero hold everybody", limits: func(l *plan.Limits) { *l = plan.Limits{} },
			c:    plan.Case{Baseline: 1000, Remaining: 999, Removals: leaving(roster.Terminated, 1)},
			held: 1, reason: roster.ReasonGroupLimit,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := newWorld().Limits
			if tt.limits != nil {
				tt.limits(&limits)
			}
			held, reason := plan.Guard(tt.c, limits)
			if len(held) != tt.held || reason != tt.reason {
				t.Errorf("%d held for %q, want %d for %q", len(held), reason, tt.held, tt.reason)
			}
		})
	}
}

func TestAllowedInRun(t *testing.T) {
	limits := newWorld().Limits
	for _, tt := range []struct {
		name             string
		baselines, allow int
	}{
		{"ten percent of many", 1000, 100},
		{"rounded down", 109, 10},
		{"as a small group where there are few people", 19, 2},
		{"nobody at all", 0, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := limits.AllowedInRun(tt.baselines); got != tt.allow {
				t.Errorf("%d may go, want %d", got, tt.allow)
			}
		})
	}
}

// TestGuardOfAGroup proves that what Guard needs to know reaches it.
func TestGuardOfAGroup(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(*world)
		want  told
	}{
		{
			name: "everybody terminated",
			setUp: func(w *world) {
				w.Limits.MaxRemovals = plan.Bound{Count: 1000, Percent: 100}
				w.Limits.SmallGroup = plan.SmallGroup{}
				w.Limits.MaxRunPercent, w.Limits.Rolling.Percent = 100, 100
				w.terminate("s01", "s02", "s03")
			},
			want: told{
				Decision: "hold would_empty", Carried: []string{"s01 held", "s02 held", "s03 held"},
				Hold: []string{"would_empty open", "s01 terminated", "s02 terminated", "s03 terminated"}, Failures: []string{"removals_held"},
			},
		},
		{
			name: "everybody replaced by somebody new is no empty group",
			setUp: func(w *world) {
				w.Limits.SmallGroup.Count = 3
				w.terminate("s01", "s02", "s03")
				w.hire("small", "new")
			},
			want: told{Decision: "submit changed", Adds: []string{"new"}, Removals: []string{"s01 terminated", "s02 terminated", "s03 terminated"}},
		},
		{
			name: "one who stays is enough, beside somebody who comes from two groups",
			setUp: func(w *world) {
				w.Limits.SmallGroup.Count = 2
				w.group("third", append(crew("t", 40), "o01")...)
				w.drop("o01")
				w.hire("small", "o01")
				w.terminate("s01", "s02")
			},
			want: told{Decision: "submit changed", Adds: []string{"o01"}, Removals: []string{"s01 terminated", "s02 terminated"}},
		},
		{
			name: "somebody who comes from two groups may have to wait, and nobody would be left",
			setUp: func(w *world) {
				w.Limits.SmallGroup.Count = 3
				w.group("third", append(crew("t", 40), "o01")...)
				w.drop("o01")
				w.hire("small", "o01")
				w.terminate("s01", "s02", "s03")
			},
			want: told{
				Decision: "submit changed", Adds: []string{"o01"}, Carried: []string{"s01 held", "s02 held", "s03 held"},
				Hold: []string{"would_empty open", "s01 terminated", "s02 terminated", "s03 terminated"}, Failures: []string{"removals_held"},
			},
		},
		{
			name: "configuration changed",
			setUp: func(w *world) {
				w.state("small", func(s *roster.GroupState) { s.ConfigHash = "cfg-0" })
				w.row("s01").Standing = roster.StandingNotEligible
				w.terminate("s02")
				w.hire("small", "new")
			},
			want: told{
				Decision: "submit changed", Adds: []string{"new"}, Removals: []string{"s02 terminated"}, Carried: []string{"s01 held"},
				Hold: []string{"config_changed open", "s01 ineligible"}, Failures: []string{"removals_held"},
			},
		},
		{
			name: "the source shrank",
			setUp: func(w *world) {
				w.Sources[hq] = roster.SourceShrunk
				w.vanish("small", "s01")
				w.terminate("s02")
			},
			want: told{
				Decision: "submit changed", Removals: []string{"s02 terminated"}, Carried: []string{"s01 held"},
				Hold: []string{"source_shrank open", "s01 absent"}, Failures: []string{"removals_held"},
			},
		},
		{
			name:  "removals of the last days",
			setUp: func(w *world) { w.Recent["small"] = 2; w.terminate("s01") },
			want: told{
				Decision: "hold rolling_limit", Carried: []string{"s01 held"},
				Hold: []string{"rolling_limit open", "s01 terminated"}, Failures: []string{"removals_held"},
			},
		},
		{
			name: "on_excess carry delivers what is not held",
			setUp: func(w *world) {
				w.Limits.SmallGroup.Count = 0
				w.terminate("s01")
				w.hire("small", "new")
			},
			want: told{
				Decision: "submit changed", Adds: []string{"new"}, Carried: []string{"s01 held"},
				Hold: []string{"group_limit open", "s01 terminated"}, Failures: []string{"removals_held"},
			},
		},
		{
			name: "on_excess hold delivers nothing",
			setUp: func(w *world) {
				w.Limits.SmallGroup.Count, w.Limits.OnExcess = 0, plan.ExcessHold
				w.terminate("s01")
				w.hire("small", "new")
			},
			want: told{
				Decision: "hold group_limit", Adds: []string{"new"}, Carried: []string{"s01 held"},
				Hold: []string{"group_limit open", "s01 terminated"}, Failures: []string{"removals_held"},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("small", crew("s", 3)...)
			w.group("other", crew("o", 40)...)
			tt.setUp(w)
			same(t, "plan", tt.want, tell(t, w.make(), "small"))
		})
	}
}

func TestLimitOfTheRun(t *testing.T) {
	// 4 groups of 30 people: 12 may go in one run, 3 in one group.
	setUp := func() *world {
		w := newWorld()
		w.Limits.MaxRunPercent = 5 // 6 people
		for _, name := range []string{"a", "b", "c", "d"} {
			w.group(name, crew(name, 30)...)
		}
		return w
	}
	t.Run("exactly at the limit passes", func(t *testing.T) {
		w := setUp()
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03")
		same(t, "removals of a", []string{"a01 terminated", "a02 terminated", "a03 terminated"}, tell(t, w.make(), "a").Removals)
		same(t, "removals of b", []string{"b01 terminated", "b02 terminated", "b03 terminated"}, tell(t, w.make(), "b").Removals)
	})
	t.Run("one more holds every group, adds go on", func(t *testing.T) {
		w := setUp()
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03", "c01")
		w.hire("c", "new")
		for _, name := range []string{"a", "b"} {
			same(t, "plan of "+name, told{
				Decision: "hold run_limit", Carried: []string{name + "01 held", name + "02 held", name + "03 held"},
				Hold:     []string{"run_limit open", name + "01 terminated", name + "02 terminated", name + "03 terminated"},
				Failures: []string{"removals_held"},
			}, tell(t, w.make(), name))
		}
		same(t, "plan of c", told{
			Decision: "submit changed", Adds: []string{"new"}, Carried: []string{"c01 held"},
			Hold: []string{"run_limit open", "c01 terminated"}, Failures: []string{"removals_held"},
		}, tell(t, w.make(), "c"))
	})
	t.Run("earlier rounds of the run count", func(t *testing.T) {
		w := setUp()
		w.RemovedNow = map[string]plan.Gone{"elsewhere": {People: 6}}
		w.terminate("a01")
		same(t, "carried", []string{"a01 held"}, tell(t, w.make(), "a").Carried)
	})
	t.Run("what a group holds itself does not count", func(t *testing.T) {
		w := setUp()
		w.terminate(crew("a", 20)...)
		w.terminate("b01")
		same(t, "removals of b", []string{"b01 terminated"}, tell(t, w.make(), "b").Removals)
	})
	t.Run("groups that are not sent do not count", func(t *testing.T) {
		w := setUp()
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03", "c01")
		w.Busy["a"] = roster.ReasonInFlight
		same(t, "removals of c", []string{"c01 terminated"}, tell(t, w.make(), "c").Removals)
	})
	t.Run("what a person approved does not count", func(t *testing.T) {
		w := setUp()
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03", "c01")
		w.approve(t, "c")
		c := planned(t, w.make(), "c")
		if c.Uses != "hold_c" || c.Approved != 1 || c.Hold != nil {
			t.Errorf("uses %q for %d, hold %v; want the approval for one and no hold", c.Uses, c.Approved, c.Hold)
		}
		same(t, "removals of c", []string{"c01 terminated"}, tell(t, w.make(), "c").Removals)
		same(t, "removals of a", []string{"a01 terminated", "a02 terminated", "a03 terminated"}, tell(t, w.make(), "a").Removals)
	})
	t.Run("an approval of two reasons lets all of it through", func(t *testing.T) {
		w := setUp()
		w.Limits.MaxAbsent.Count = 0
		w.vanish("c", "c02") // held by the group's guard
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03", "c01")
		w.approve(t, "c")
		same(t, "plan of c", told{Decision: "submit changed", Removals: []string{"c01 terminated", "c02 absent"}}, tell(t, w.make(), "c"))
	})
	t.Run("an approval that is used does not meet a second hold", func(t *testing.T) {
		w := setUp()
		w.Limits.MaxAbsent.Count = 0
		w.vanish("c", "c02")
		w.approve(t, "c")
		w.terminate("a01", "a02", "a03", "b01", "b02", "b03", "c01")
		c := planned(t, w.make(), "c")
		if c.Uses != "hold_c" || c.Approved != 1 || c.Hold != nil {
			t.Errorf("uses %q for %d, hold %v; want the approval for one and no hold beside it", c.Uses, c.Approved, c.Hold)
		}
		same(t, "plan of c", told{
			Decision: "submit changed", Removals: []string{"c02 absent"}, Carried: []string{"c01 held"}, Failures: []string{"removals_held"},
		}, tell(t, w.make(), "c"))
	})
}
