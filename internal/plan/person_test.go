package plan_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestOnePersonInOneGroup has a case for every row of the design's table "One
// person in one group". Everybody else of tier-1 is enrolled and unchanged, and
// there are enough of them for no limit to trip.
func TestOnePersonInOneGroup(t *testing.T) {
	const x = "x"
	tests := []struct {
		name     string
		enrolled bool
		setUp    func(*world)
		want     told
		keeps    bool // x is in the payload with the last accepted record
	}{
		{
			name:  "unknown with a valid row is added",
			setUp: func(w *world) { w.hire("tier-1", x) },
			want:  told{Decision: "submit changed", Adds: []string{x}},
		},
		{
			name:  "unknown with an invalid row is left out",
			setUp: func(w *world) { w.hire("tier-1", x); w.spoil(x, roster.InvalidRow, "phone") },
			want:  told{Decision: "skip unchanged", LeftOut: []string{"x invalid_row"}, Failures: []string{"x invalid_row"}},
		},
		{
			name:  "unknown with an unknown plan is left out",
			setUp: func(w *world) { w.hire("tier-1", x).Member.PlanID = "pln_lost" },
			want:  told{Decision: "skip unchanged", LeftOut: []string{"x unmapped_plan"}, Failures: []string{"x unmapped_plan"}},
		},
		{
			name:  "unknown and terminated is nobody's matter",
			setUp: func(w *world) { w.hire("tier-1", x); w.terminate(x) },
			want:  told{Decision: "skip unchanged"},
		},
		{
			name:     "enrolled with the same row is unchanged",
			enrolled: true,
			want:     told{Decision: "skip unchanged"},
			keeps:    true,
		},
		{
			name:     "enrolled with another row is changed",
			enrolled: true,
			setUp:    func(w *world) { w.row(x).Member.Address.City = "Shelbyville" },
			want:     told{Decision: "submit changed", Changes: []string{x}},
		},
		{
			name:     "another plan is a change that may have no effect",
			enrolled: true,
			setUp:    func(w *world) { w.row(x).Member.PlanID = silver },
			want:     told{Decision: "submit changed", Changes: []string{x}, Failures: []string{"x plan_change_unconfirmed"}},
		},
		{
			name:     "another plan with readd goes out first",
			enrolled: true,
			setUp:    func(w *world) { w.Limits.PlanChange = plan.PlanReadd; w.row(x).Member.PlanID = silver },
			want:     told{Decision: "submit changed", Removals: []string{"x plan_change"}},
		},
		{
			name:     "an invalid row is carried",
			enrolled: true,
			setUp:    func(w *world) { w.spoil(x, roster.InvalidRow, "phone"); w.row(x).Member.Phone = "" },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x invalid_row"}},
			keeps:    true,
		},
		{
			name:     "an unknown plan is carried",
			enrolled: true,
			setUp:    func(w *world) { w.row(x).Member.PlanID = "pln_lost" },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x unmapped_plan"}},
			keeps:    true,
		},
		{
			name:     "an unknown group is carried",
			enrolled: true,
			setUp:    func(w *world) { w.move("tier-lost", x) },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x unmapped_group"}},
			keeps:    true,
		},
		{
			name:     "no group at all is carried",
			enrolled: true,
			setUp:    func(w *world) { w.move("", x) },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x unmapped_group"}},
			keeps:    true,
		},
		{
			name:     "a rule error is carried, whatever it would have said",
			enrolled: true,
			setUp:    func(w *world) { w.spoil(x, roster.RuleError, "include"); w.row(x).Standing = "" },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x rule_error"}},
			keeps:    true,
		},
		{
			name:     "a contradicting duplicate is carried",
			enrolled: true,
			setUp:    func(w *world) { w.hire("tier-1", x).Standing = roster.StandingTerminated },
			want:     told{Decision: "skip unchanged", Carried: []string{"x invalid"}, Failures: []string{"x duplicate"}},
			keeps:    true,
		},
		{
			name:     "terminated is removed",
			enrolled: true,
			setUp:    func(w *world) { w.terminate(x) },
			want:     told{Decision: "submit changed", Removals: []string{"x terminated"}},
		},
		{
			name:     "terminated is removed though the row names no group and no plan",
			enrolled: true,
			setUp:    func(w *world) { w.terminate(x); w.move("", x) },
			want:     told{Decision: "submit changed", Removals: []string{"x terminated"}},
		},
		{
			name:     "not eligible is removed",
			enrolled: true,
			setUp:    func(w *world) { w.row(x).Standing = roster.StandingNotEligible },
			want:     told{Decision: "submit changed", Removals: []string{"x ineligible"}},
		},
		{
			name:     "in another group now is removed here",
			enrolled: true,
			setUp:    func(w *world) { w.move("tier-2", x) },
			want:     told{Decision: "submit changed", Removals: []string{"x moved"}},
		},
		{
			name:     "no row within the grace is carried",
			enrolled: true,
			setUp:    func(w *world) { w.drop(x) },
			want:     told{Decision: "skip unchanged", Carried: []string{"x absent"}},
			keeps:    true,
		},
		{
			name:     "no row after the grace is removed",
			enrolled: true,
			setUp:    func(w *world) { w.vanish("tier-1", x) },
			want:     told{Decision: "submit changed", Removals: []string{"x absent"}},
		},
		{
			name:     "no row for long, in a round that does not count the pull, is as before",
			enrolled: true,
			setUp:    func(w *world) { w.vanish("tier-1", x); w.CountPull = false },
			want:     told{Decision: "skip unchanged", Carried: []string{"x absent"}},
			keeps:    true,
		},
		{
			name:     "a removal over a limit is carried",
			enrolled: true,
			setUp:    func(w *world) { w.Limits.MaxRemovals.Count = 0; w.terminate(x) },
			want: told{
				Decision: "hold group_limit", Carried: []string{"x held"},
				Hold: []string{"group_limit open", "x terminated"}, Failures: []string{"removals_held"},
			},
			keeps: true,
		},
		{
			name:     "a pinned removal is carried",
			enrolled: true,
			setUp:    func(w *world) { w.Pins[x] = true; w.terminate(x) },
			want:     told{Decision: "skip unchanged", Carried: []string{"x pinned"}},
			keeps:    true,
		},
		{
			name:     "rekeyed is carried and the new row waits",
			enrolled: true,
			setUp:    func(w *world) { w.rekey(x, "y") },
			want: told{
				Decision: "hold rekeyed", Carried: []string{"x held"}, LeftOut: []string{"y rekeyed"},
				Hold: []string{"rekeyed open", "x rekeyed"}, Failures: []string{"removals_held", "x rekeyed"},
			},
			keeps: true,
		},
		{
			name:     "rekeyed to a row that cannot be sent is carried",
			enrolled: true,
			setUp:    func(w *world) { w.rekey(x, "y"); w.spoil("y", roster.InvalidRow, "phone") },
			want: told{
				Decision: "skip unchanged", Carried: []string{"x invalid"}, LeftOut: []string{"y invalid_row"},
				Failures: []string{"x rekeyed", "y invalid_row"},
			},
			keeps: true,
		},
		{
			name:     "rekeyed to rows that contradict each other is carried",
			enrolled: true,
			setUp:    func(w *world) { w.rekey(x, "y"); w.hire("tier-1", "y").Member.Phone = "2025550199" },
			want: told{
				Decision: "skip unchanged", Carried: []string{"x invalid"}, LeftOut: []string{"y duplicate"},
				Failures: []string{"x rekeyed", "y duplicate"},
			},
			keeps: true,
		},
		{
			name: "an add that failed last time is an add again",
			setUp: func(w *world) {
				w.hire("tier-1", x)
				w.state("tier-1", func(s *roster.GroupState) {
					s.Delivered.Digest = digestOf(append(w.Baselines["tier-1"].Members, enrolled(x)))
				})
				w.state("tier-1", func(s *roster.GroupState) { s.Delivered.Failures, s.Delivered.Retries = 1, 1 })
				w.state("tier-1", func(s *roster.GroupState) { s.Delivered.At = now().Add(-6 * time.Hour) })
			},
			want: told{Decision: "submit retry_failures", Adds: []string{x}},
		},
		{
			name:     "a removal that failed last time is a removal again",
			enrolled: true,
			setUp: func(w *world) {
				w.terminate(x)
				rest := slices.DeleteFunc(slices.Clone(w.Baselines["tier-1"].Members), func(e roster.Enrolled) bool { return e.Member.ReferenceID == x })
				w.state("tier-1", func(s *roster.GroupState) {
					s.Delivered = roster.Delivery{Digest: digestOf(rest), At: now().Add(-6 * time.Hour), Failures: 1, Retries: 1}
				})
			},
			want: told{Decision: "submit retry_failures", Removals: []string{"x terminated"}},
		},
		{
			name:     "perhaps enrolled with a valid row is added again",
			enrolled: true,
			setUp:    func(w *world) { w.doubt("tier-1", x) },
			want:     told{Decision: "submit not_delivered", Adds: []string{x}},
			keeps:    true,
		},
		{
			name:     "perhaps enrolled takes the plan of the row",
			enrolled: true,
			setUp:    func(w *world) { w.doubt("tier-1", x); w.row(x).Member.PlanID = silver },
			want:     told{Decision: "submit not_delivered", Adds: []string{x}, Changes: []string{x}},
		},
		{
			name:     "enrolled under a plan that nobody knows takes that of the row",
			enrolled: true,
			setUp:    func(w *world) { w.base("tier-1", x).PlanID = "" },
			want:     told{Decision: "skip unchanged"},
			keeps:    true,
		},
		{
			name:     "perhaps enrolled is removed only like anybody",
			enrolled: true,
			setUp:    func(w *world) { w.doubt("tier-1", x); w.drop(x) },
			want:     told{Decision: "submit not_delivered", Carried: []string{"x absent"}},
			keeps:    true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			people := crew("a", 40)
			if tt.enrolled {
				people = append(people, x)
			}
			w.group("tier-1", people...)
			w.group("tier-2", crew("b", 40)...)
			if tt.setUp != nil {
				tt.setUp(w)
			}
			p := w.make()
			same(t, "plan of tier-1", tt.want, tell(t, p, "tier-1"))
			g := planned(t, p, "tier-1")
			if got := slices.ContainsFunc(g.Entries, func(e roster.Enrolled) bool { return e.Member == member(x) }); tt.keeps && !got {
				t.Error("the last accepted record is not in the payload")
			}
			in := len(tt.want.Adds) > 0 || tt.enrolled && len(tt.want.Removals) == 0
			if got := slices.Contains(sent(g), x); got != in {
				t.Errorf("in the payload: %v, want %v", got, in)
			}
		})
	}
}

func TestRowsOfUnknownGroupsAreReportedOnce(t *testing.T) {
	w := newWorld()
	w.group("tier-1", crew("a", 40)...)
	w.hire("tier-lost", "new")
	w.hire("", "nameless-group")
	w.hire("tier-lost", "gone")
	w.terminate("gone")
	p := w.make()
	var got []string
	for _, f := range p.Failures {
		got = append(got, f.Group+" "+f.ReferenceID+" "+string(f.Kind)+" "+f.Source)
	}
	same(t, "failures", []string{" nameless-group unmapped_group hq", "tier-lost new unmapped_group hq"}, got)
	if len(p.Groups) != 1 {
		t.Errorf("groups in the plan: %d, want only tier-1", len(p.Groups))
	}
}

func TestAnUnconfirmedPlanChangeStaysKnown(t *testing.T) {
	w := newWorld()
	w.group("tier-1", crew("a", 40)...)
	w.row("a01").Member.PlanID = silver
	g := planned(t, w.make(), "tier-1")
	if got := g.Entries[0]; got.PlanID != gold || got.Member.PlanID != silver {
		t.Errorf("subscribed under %s, row %s; want %s and %s", got.PlanID, got.Member.PlanID, gold, silver)
	}
	w.base("tier-1", "a01").Member.PlanID = silver // delivered, and seemingly ignored
	w.state("tier-1", func(s *roster.GroupState) { s.Delivered.Digest = g.Digest })
	same(t, "next plan", told{Decision: "skip unchanged", Failures: []string{"a01 plan_change_unconfirmed"}}, tell(t, w.make(), "tier-1"))
}

func TestAPlanChangeComesBackInTheNextRound(t *testing.T) {
	w := newWorld()
	w.group("tier-1", crew("a", 40)...)
	w.Limits.PlanChange = plan.PlanReadd
	w.row("a01").Member.PlanID = silver
	first := planned(t, w.make(), "tier-1")
	if !first.Unfinished {
		t.Error("the first step does not ask for the second")
	}
	retry := *w
	retry.States = maps.Clone(w.States)
	retry.state("tier-1", func(s *roster.GroupState) {
		s.Delivered = roster.Delivery{Digest: first.Digest, At: now(), Failures: 1, Retries: 1}
	})
	if g := planned(t, retry.make(), "tier-1"); g.Decision != roster.Skip || g.Unfinished {
		t.Errorf("%s while the first step waits for its retry, unfinished: %v", g.Decision, g.Unfinished)
	}
	w.deliver(first, nil)
	w.CountPull = false
	second := planned(t, w.make(), "tier-1")
	same(t, "adds of the second step", []string{"a01"}, second.Adds)
	if got := second.Entries[0].PlanID; got != silver {
		t.Errorf("added under %s, want %s", got, silver)
	}
}
