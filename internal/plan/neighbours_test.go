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
		Takes: func(ref, _ string) bool { return has(ref) },
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
