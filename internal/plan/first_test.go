package plan_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

func TestFirstRoster(t *testing.T) {
	held := told{
		Decision: "hold no_baseline", Adds: []string{"n1", "n2"}, Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline"},
	}
	sent := told{Decision: "submit first_sync", Adds: []string{"n1", "n2"}}
	tests := []struct {
		name  string
		setUp func(*testing.T, *world)
		want  told
		uses  string
	}{
		{"a group that stood there before is held", func(*testing.T, *world) {}, held, ""},
		{"a group that rosterd created is sent", func(_ *testing.T, w *world) {
			w.States["new"] = roster.GroupState{GroupID: "grp_new", Created: true}
		}, sent, ""},
		{"first_sync allow sends", func(_ *testing.T, w *world) { w.Limits.FirstSync = plan.FirstAllow }, sent, ""},
		{"first_sync allow does not, while a source shrank", func(_ *testing.T, w *world) {
			w.Limits.FirstSync, w.Sources[hq] = plan.FirstAllow, roster.SourceShrunk
		}, held, ""},
		{"an approval sends", func(t *testing.T, w *world) { w.approve(t, "new") }, sent, "hold_new"},
		{"an approval covers a roster with more people", func(t *testing.T, w *world) {
			w.approve(t, "new")
			w.hire("new", "n3")
		}, told{Decision: "submit first_sync", Adds: []string{"n1", "n2", "n3"}}, "hold_new"},
		{"an approval does not cover a roster that lacks somebody", func(t *testing.T, w *world) {
			w.hire("new", "n0")
			w.approve(t, "new")
			w.drop("n0")
		}, held, ""},
		{"nor one where somebody's row cannot be sent now", func(t *testing.T, w *world) {
			w.hire("new", "n3")
			w.approve(t, "new")
			w.spoil("n3", roster.InvalidRow, "phone")
		}, told{
			Decision: "hold no_baseline", Adds: []string{"n1", "n2"}, LeftOut: []string{"n3 invalid_row"},
			Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline", "n3 invalid_row"},
		}, ""},
		{"an approval lapses", func(t *testing.T, w *world) {
			w.approve(t, "new")
			w.Now = now().Add(24 * time.Hour)
		}, held, ""},
		{"an approval is of one configuration", func(t *testing.T, w *world) {
			w.approve(t, "new")
			w.ConfigHash = "cfg-2"
		}, held, ""},
		{"an approval sends while a source shrank, too: everybody who was seen in it is still there", func(t *testing.T, w *world) {
			w.approve(t, "new")
			w.Sources[hq] = roster.SourceShrunk
		}, sent, "hold_new"},
		{"a rejected hold is silent", func(t *testing.T, w *world) {
			w.approve(t, "new")
			hold := w.Holds["new"]
			hold.State = roster.HoldRejected
			w.Holds["new"] = hold
		}, told{Decision: "hold no_baseline", Adds: []string{"n1", "n2"}, Hold: []string{"no_baseline rejected"}}, ""},
		{"an approval of removals is none for a first roster", func(_ *testing.T, w *world) {
			w.Holds["new"] = roster.Hold{
				ID: "hold_new", Group: "new", Reason: roster.ReasonGroupLimit, ConfigHash: "cfg-1",
				State: roster.HoldApproved, ExpiresAt: now().Add(time.Hour),
			}
		}, held, ""},
		{"somebody who comes under another reference_id from another group is to be approved as well", func(_ *testing.T, w *world) {
			w.drop("n1", "n2")
			w.group("old", crew("a", 30)...)
			w.rekey("a01", "n3").Group = "new"
		}, told{Decision: "hold no_baseline", LeftOut: []string{"n3 rekeyed"}, Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline"}}, ""},
		{"and is sent when both are approved", func(t *testing.T, w *world) {
			w.drop("n1", "n2")
			w.group("old", crew("a", 30)...)
			w.rekey("a01", "n3").Group = "new"
			w.approve(t, "new")
			w.approve(t, "old")
		}, told{Decision: "submit first_sync", Adds: []string{"n3"}}, "hold_new"},
		{"a first roster under way is followed by the next", func(_ *testing.T, w *world) {
			w.Baselines["new"] = plan.Doubt(roster.Baseline{}, []roster.Sync{{Entries: []roster.Enrolled{enrolled("n1")}}})
		}, sent, ""},
		{"whom a first roster under way may have added is not dropped", func(_ *testing.T, w *world) {
			w.Baselines["new"] = plan.Doubt(roster.Baseline{}, []roster.Sync{{Entries: []roster.Enrolled{enrolled("n0")}}})
		}, told{Decision: "submit first_sync", Adds: []string{"n1", "n2"}, Carried: []string{"n0 absent"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.listed("new")
			w.hire("new", "n1")
			w.hire("new", "n2")
			tt.setUp(t, w)
			p := w.make()
			same(t, "plan", tt.want, tell(t, p, "new"))
			if got := planned(t, p, "new").Uses; got != tt.uses {
				t.Errorf("uses %q, want %q", got, tt.uses)
			}
		})
	}
}

// TestAnotherGroupUnderTheSameName is about a name that was given to another
// group at Vitable: what is remembered is of people elsewhere, and whoever is
// in the group that has the name now would be replaced unseen.
func TestAnotherGroupUnderTheSameName(t *testing.T) {
	setUp := func() *world {
		w := newWorld()
		w.Limits.FirstSync = plan.FirstAllow
		w.group("tier-1", crew("a", 3)...)
		w.Known["tier-1"] = roster.Group{ID: "grp_other", ExternalReferenceID: "tier-1", Name: "tier-1"}
		return w
	}
	blocked := told{Decision: "blocked group_missing", Failures: []string{"group_missing"}}
	t.Run("is left alone, and the one that had it is remembered", func(t *testing.T) {
		w := setUp()
		w.hire("tier-1", "new")
		same(t, "plan", blocked, tell(t, w.make(), "tier-1"))
		if got := planned(t, w.make(), "tier-1").GroupID; got != "grp_tier-1" {
			t.Errorf("group id %s, want the one that was remembered", got)
		}
	})
	t.Run("is left alone though a roster was only under way", func(t *testing.T) {
		w := setUp()
		w.state("tier-1", func(s *roster.GroupState) { s.HasBaseline = false })
		same(t, "plan", blocked, tell(t, w.make(), "tier-1"))
	})
	t.Run("is not the one that rosterd created", func(t *testing.T) {
		w := setUp()
		delete(w.Baselines, "tier-1")
		w.States["tier-1"] = roster.GroupState{GroupID: "grp_tier-1", Created: true}
		w.Limits.FirstSync = plan.FirstHold
		same(t, "decision", "hold no_baseline", tell(t, w.make(), "tier-1").Decision)
	})
	t.Run("nobody is moved into it", func(t *testing.T) {
		w := setUp()
		w.group("tier-2", crew("b", 40)...)
		w.move("tier-1", "b01")
		same(t, "plan of tier-2", told{Decision: "skip unchanged", Carried: []string{"b01 moving"}}, tell(t, w.make(), "tier-2"))
	})
}
