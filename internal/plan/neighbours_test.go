package plan_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// beside makes south the group of another shard, which covers some people for certain.
func (w *world) beside(covered ...string) {
	w.listed("south")
	has := func(ref string) bool {
		for _, one := range covered {
			if one == ref {
				return true
			}
		}
		return false
	}
	w.Neighbours = &plan.Neighbours{
		Owns: func(group string) bool { return group != "south" }, Has: has,
		Covers: func(ref, _ string) bool { return has(ref) }, Awaits: func(string, string) bool { return false },
	}
}

// Whoever comes to a group of another shard under another reference_id stays until that
// shard covers them; then the old row is absent, and its grace begins.
func TestRekeyedAtAnotherShard(t *testing.T) {
	for _, test := range []struct {
		name    string
		covered []string
		spoilt  bool
		want    told
	}{
		{"not covered there", nil, false, told{Decision: "skip unchanged", Carried: []string{"a02 invalid"}, Failures: []string{"a02 rekeyed"}}},
		{"with a row that cannot be sent", nil, true, told{Decision: "skip unchanged", Carried: []string{"a02 invalid"}, Failures: []string{"a02 rekeyed"}}},
		{"covered there", []string{"x01"}, false, told{Decision: "skip unchanged", Carried: []string{"a02 absent"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			w.group("north", crew("a", 20)...)
			w.beside(test.covered...)
			w.rekey("a02", "x01").Group = "south"
			if test.spoilt {
				w.spoil("x01", roster.InvalidRow, "phone")
			}
			for name, p := range map[string]plan.Plan{"made at once": w.make(), "made in parts": w.assemble(t).Plan} {
				same(t, name, test.want, tell(t, p, "north"))
			}
		})
	}
}

// A person approves the roster of a restored group. It has to be the same whomever other
// shards await by then, or no approval is ever of the roster that could be sent.
func TestRestoredBesideAnotherShard(t *testing.T) {
	hold := func(awaits bool, covered ...string) *roster.Hold {
		w := newWorld()
		w.group("north", crew("a", 20)...)
		w.state("north", func(s *roster.GroupState) { s.RestoredAfter = 7 })
		w.beside(covered...)
		w.Neighbours.Awaits = func(string, string) bool { return awaits }
		w.move("south", "a02", "a03")
		g := w.make().Groups[0]
		if g.Decision != roster.Held || g.Hold == nil || g.Hold.Reason != roster.ReasonNoBaseline {
			t.Fatalf("north is %s %s", g.Decision, g.Reason)
		}
		return g.Hold
	}
	unheard, awaited := hold(false), hold(true)
	if unheard.Digest != awaited.Digest || len(awaited.Roster) != 20 {
		t.Errorf("%d people, as other shards await them %d", len(unheard.Roster), len(awaited.Roster))
	}
	if there := hold(true, "a02"); len(there.Roster) != 19 {
		t.Errorf("%d people, with one of them covered at another shard; want 19", len(there.Roster))
	}
}
