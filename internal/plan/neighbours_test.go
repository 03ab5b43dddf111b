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

// A person approves the first roster of a group that nobody but movers is to be in.
// Whoever may come first is sent first: those who were let go already would be covered
// nowhere until the last of them is.
func TestFirstRosterOfMovers(t *testing.T) {
	setUp := func(t *testing.T, elsewhere ...string) *world {
		w := newWorld()
		w.group("north", crew("a", 20)...)
		w.listed("new")
		for _, ref := range elsewhere {
			w.hire("new", ref)
		}
		w.beside(elsewhere...)
		return w
	}
	asked := func(elsewhere ...string) told {
		say := told{Decision: "hold no_baseline", Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline"}}
		for _, ref := range elsewhere {
			say.LeftOut = append(say.LeftOut, ref+" waits_for_move")
		}
		return say
	}
	check := func(t *testing.T, w *world, want told, awaited []string, uses string) {
		t.Helper()
		for name, p := range map[string]plan.Plan{"made at once": w.make(), "made in parts": w.assemble(t).Plan} {
			same(t, name, want, tell(t, p, "new"))
			g := planned(t, p, "new")
			same(t, "awaited, "+name, awaited, g.Awaited)
			same(t, "uses, "+name, uses, g.Uses)
		}
	}
	t.Run("waits with its approval while another shard has them all", func(t *testing.T) {
		w := setUp(t, "x01", "y01")
		check(t, w, asked("x01", "y01"), nil, "")
		w.approve(t, "new")
		check(t, w, told{
			Decision: "skip nobody", LeftOut: []string{"x01 waits_for_move", "y01 waits_for_move"}, Hold: []string{"no_baseline approved"},
		}, []string{"x01", "y01"}, "")
	})
	t.Run("is sent with the one whom another shard let go", func(t *testing.T) {
		w := setUp(t, "x01", "y01")
		w.approve(t, "new")
		w.beside("y01")
		check(t, w, told{Decision: "submit first_sync", Adds: []string{"x01"}, LeftOut: []string{"y01 waits_for_move"}}, []string{"y01"}, "hold_new")
	})
	t.Run("is sent with the one who comes from a group of its own shard", func(t *testing.T) {
		w := setUp(t, "x01")
		w.move("new", "a02")
		check(t, w, asked("a02", "x01"), nil, "")
		w.approve(t, "new")
		check(t, w, told{Decision: "submit first_sync", Adds: []string{"a02"}, LeftOut: []string{"x01 waits_for_move"}}, []string{"x01"}, "hold_new")
	})
	t.Run("awaits the others where nobody of its own shard can leave", func(t *testing.T) {
		w := setUp(t, "x01")
		w.move("new", "a02")
		w.approve(t, "new")
		w.Busy = map[string]roster.Reason{"north": roster.ReasonInFlight}
		waits := told{
			Decision: "skip nobody", LeftOut: []string{"a02 waits_for_move", "x01 waits_for_move"}, Hold: []string{"no_baseline approved"},
		}
		check(t, w, waits, []string{"x01"}, "")
		w.beside()
		check(t, w, told{Decision: "submit first_sync", Adds: []string{"x01"}, LeftOut: []string{"a02 waits_for_move"}}, nil, "hold_new")
	})
	t.Run("of a restored group is not sent without them: they may have come before", func(t *testing.T) {
		w := setUp(t, "x01", "y01")
		w.States["new"] = roster.GroupState{GroupID: "grp_new", RestoredAfter: 7, Absences: map[string]int{}}
		w.approve(t, "new")
		w.beside("y01")
		same(t, "decision", "hold no_baseline", tell(t, w.make(), "new").Decision)
	})
}

// Two rows of one person in groups of other shards contradict each other as they do
// anywhere: whichever is read first proves nothing.
func TestContradictoryRowsAtOtherShards(t *testing.T) {
	for _, former := range []string{"", "east", "zeast"} {
		for _, renamed := range []bool{false, true} {
			w := newWorld()
			w.group("north", crew("a", 20)...)
			w.beside()
			w.listed("east")
			w.Neighbours.Owns = func(group string) bool { return group == "north" }
			w.move("south", "a02")
			if renamed { // so that nothing but the reference_id tells that it is the same person
				w.row("a02").Member.FirstName = "Other"
			}
			w.People = append(w.People, roster.Person{ReferenceID: "a02", Source: hq, Row: 99, Group: former, Standing: roster.StandingTerminated})
			want := told{Decision: "skip unchanged", Carried: []string{"a02 invalid"}, Failures: []string{"a02 duplicate"}}
			for name, p := range map[string]plan.Plan{"made at once": w.make(), "made in parts": w.assemble(t).Plan} {
				same(t, "terminated in "+former+", "+name, want, tell(t, p, "north"))
				if len(p.Groups) != 1 {
					t.Errorf("%s: %d groups are planned, want the one of this shard", name, len(p.Groups))
				}
			}
		}
	}
}
