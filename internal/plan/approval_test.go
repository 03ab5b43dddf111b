package plan_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestApproval changes the world after three absences of tier-1 were approved.
func TestApproval(t *testing.T) {
	all := []string{"a01 absent", "a02 absent", "a03 absent"}
	tests := []struct {
		name     string
		change   func(*world)
		removals []string
		uses     string
		approved int
	}{
		{"exactly the approved set passes", func(*world) {}, all, "hold_tier-1", 3},
		{"a smaller set passes", func(w *world) { w.hire("tier-1", "a01") }, all[1:], "hold_tier-1", 2},
		{
			"the set passes beside one that the limits allow", func(w *world) { w.terminate("a04") },
			append(all[:3:3], "a04 terminated"), "hold_tier-1", 3,
		},
		{"a bigger set is held", func(w *world) { w.vanish("tier-1", "a04") }, nil, "", 0},
		{"another set is held", func(w *world) { w.hire("tier-1", "a01"); w.vanish("tier-1", "a04") }, nil, "", 0},
		{"another class is held", func(w *world) { w.gone("a01"); w.Limits.MaxRemovals.Count = 0 }, nil, "", 0},
		{"another configuration is held", func(w *world) {
			w.ConfigHash = "cfg-2"
			w.state("tier-1", func(s *roster.GroupState) { s.ConfigHash = "cfg-2" })
		}, nil, "", 0},
		{"a moment before it lapses", func(w *world) { w.Now = now().Add(24*time.Hour - 1) }, all, "hold_tier-1", 3},
		{"lapsed", func(w *world) { w.Now = now().Add(24 * time.Hour) }, nil, "", 0},
		{"not decided", func(w *world) { w.decideHold(roster.HoldOpen) }, nil, "", 0},
		{"rejected", func(w *world) { w.decideHold(roster.HoldRejected) }, nil, "", 0},
		{"nothing is left of it", func(w *world) {
			for _, ref := range crew("a", 3) {
				w.hire("tier-1", ref)
			}
		}, nil, "", 0},
		{"a pin stands against it", func(w *world) { w.Pins["a01"] = true }, all[1:], "hold_tier-1", 2},
		{"a broken source stands against it", func(w *world) { w.Sources[hq] = roster.SourceBroken; w.People = nil }, nil, "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("tier-1", crew("a", 40)...) // two absences may pass
			w.vanish("tier-1", crew("a", 3)...)
			w.approve(t, "tier-1")
			tt.change(w)
			g := planned(t, w.make(), "tier-1")
			same(t, "removals", tt.removals, tell(t, w.make(), "tier-1").Removals)
			if g.Uses != tt.uses || g.Approved != tt.approved {
				t.Errorf("uses %q for %d, want %q for %d", g.Uses, g.Approved, tt.uses, tt.approved)
			}
		})
	}
}

// gone gives somebody who vanished a row that says terminated.
func (w *world) gone(ref string) { w.hire("tier-1", ref); w.terminate(ref) }

func (w *world) decideHold(state roster.HoldState) {
	hold := w.Holds["tier-1"]
	hold.State = state
	w.Holds["tier-1"] = hold
}

// TestAnApprovalLetsAWholeGroupGo shows the only way to an empty roster.
func TestAnApprovalLetsAWholeGroupGo(t *testing.T) {
	w := newWorld()
	w.group("closing", "c01", "c02")
	w.group("other", crew("o", 40)...)
	w.terminate("c01", "c02")
	w.approve(t, "closing")
	g := planned(t, w.make(), "closing")
	same(t, "plan", told{Decision: "submit changed", Removals: []string{"c01 terminated", "c02 terminated"}}, tell(t, w.make(), "closing"))
	w.deliver(g, nil)
	w.CountPull = false
	same(t, "next plan", told{Decision: "skip nobody"}, tell(t, w.make(), "closing"))
	w.Now = now().Add(48 * time.Hour)
	same(t, "plan when a roster is due again", told{Decision: "skip nobody"}, tell(t, w.make(), "closing"))
}

func TestARejectedHold(t *testing.T) {
	setUp := func(t *testing.T) *world {
		w := newWorld()
		w.group("tier-1", crew("a", 40)...)
		w.vanish("tier-1", crew("a", 3)...)
		w.approve(t, "tier-1")
		w.decideHold(roster.HoldRejected)
		return w
	}
	t.Run("keeps its people and is silent", func(t *testing.T) {
		same(t, "plan", told{
			Decision: "skip unchanged", Carried: []string{"a01 held", "a02 held", "a03 held"},
			Hold: []string{"absent_limit rejected", "a01 absent", "a02 absent", "a03 absent"},
		}, tell(t, setUp(t).make(), "tier-1"))
	})
	t.Run("speaks up when the set changes", func(t *testing.T) {
		w := setUp(t)
		w.vanish("tier-1", "a04")
		same(t, "plan", told{
			Decision: "hold absent_limit", Carried: []string{"a01 held", "a02 held", "a03 held", "a04 held"},
			Hold:     []string{"absent_limit open", "a01 absent", "a02 absent", "a03 absent", "a04 absent"},
			Failures: []string{"removals_held"},
		}, tell(t, w.make(), "tier-1"))
	})
	t.Run("does not stop adds", func(t *testing.T) {
		w := setUp(t)
		w.hire("tier-1", "new")
		got := tell(t, w.make(), "tier-1")
		same(t, "adds", []string{"new"}, got.Adds)
		same(t, "decision", "submit changed", got.Decision)
	})
}

func TestHoldDigest(t *testing.T) {
	absent := []roster.Removal{{ReferenceID: "a", Class: roster.Absent}, {ReferenceID: "b", Class: roster.Absent}}
	digests := map[string]string{
		"the set itself":          plan.HoldDigest("g", "cfg", absent, nil),
		"another group":           plan.HoldDigest("h", "cfg", absent, nil),
		"another configuration":   plan.HoldDigest("g", "cfg-2", absent, nil),
		"a smaller set":           plan.HoldDigest("g", "cfg", absent[:1], nil),
		"another class":           plan.HoldDigest("g", "cfg", []roster.Removal{absent[0], {ReferenceID: "b", Class: roster.Moved}}, nil),
		"a roster of same people": plan.HoldDigest("g", "cfg", nil, []string{"a", "b"}),
		"an id like two lines":    plan.HoldDigest("g", "cfg", nil, []string{"a\"\n+ \"b"}),
	}
	seen := map[string]string{}
	for name, digest := range digests {
		if other, twice := seen[digest]; twice {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[digest] = name
	}
	if again := plan.HoldDigest("g", "cfg", absent, nil); again != digests["the set itself"] {
		t.Error("one set has two digests")
	}
}
