package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rosterd/rosterd/internal/muster"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// assemble plans a world in parts. Baselines that are certain are remembered by
// their digest and looked up; the others are at hand, as in a run.
func (w *world) assemble(t fataler) *plan.Assembly {
	t.Helper()
	sheets := map[string]*muster.Sheet{}
	var all []*muster.Sheet
	for i := range w.People {
		p := &w.People[i]
		if sheets[p.Source] == nil {
			sheets[p.Source] = muster.NewSheet(p.Source)
			all = append(all, sheets[p.Source])
		}
		sheets[p.Source].Add(p)
	}
	rolls := muster.Gather(all...)
	in := w.Input
	in.People, in.Nameless = nil, rolls.Nameless()
	in.Baselines, in.States = map[string]roster.Baseline{}, map[string]roster.GroupState{}
	for group, state := range w.States {
		state.Digest = w.Baselines[group].Digest()
		in.States[group] = state
	}
	for group, base := range w.Baselines {
		if !in.States[group].HasBaseline {
			in.Baselines[group] = base
		}
	}
	a, err := plan.Assemble(in, rolls, muster.NewIndex(rolls), func(group string) (roster.Baseline, error) { return w.Baselines[group], nil })
	if err != nil {
		t.Fatalf("assemble: %v", err)
	}
	return a
}

// fataler is what tests and properties have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// whole is the plan of an assembly with the payloads that are sent, as is the
// other one; payloads that are not sent nobody needs.
func whole(t fataler, a *plan.Assembly, other plan.Plan) (got, want plan.Plan) {
	t.Helper()
	got, want = a.Plan, other
	for _, p := range []*plan.Plan{&got, &want} {
		for i := range p.Groups {
			g := &p.Groups[i]
			if g.Decision != roster.Submit {
				g.Entries = nil
				continue
			}
			entries, err := a.Entries(g)
			if err != nil {
				t.Fatalf("entries of %s: %v", g.ExternalReferenceID, err)
			}
			g.Entries = entries
		}
	}
	return got, want
}

func sameStates() cmp.Option {
	return cmp.Options{
		cmpopts.EquateEmpty(), cmp.AllowUnexported(roster.Date{}),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Failures" }, cmpopts.SortSlices(func(a, b roster.Failure) bool {
			return a.Group+a.ReferenceID+string(a.Kind)+a.Operation+a.Reason < b.Group+b.ReferenceID+string(b.Kind)+b.Operation+b.Reason
		})),
	}
}

func TestAPlanInPartsIsThePlanOfEverybody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		got, want := whole(t, w.assemble(t), plan.Make(w.Input))
		if diff := cmp.Diff(want, got, sameStates()); diff != "" {
			t.Fatalf("in parts (-everybody at once +in parts):\n%s", diff)
		}
	})
}

// TestACalmWorldInParts is the property where most groups rest or start, which in a
// world where everything goes wrong they seldom do.
func TestACalmWorldInParts(t *testing.T) {
	rested, started := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld()
		d := dice{t}
		var groups []string
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			people := crew(name, rapid.IntRange(1, 30).Draw(t, "size"))
			if d.oneIn(3, "new group") {
				w.found(name, people...)
			} else {
				w.group(name, people...)
			}
			groups = append(groups, name)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "upsets") {
			d.person(w, string(rune('p'+i)), groups)
		}
		a := w.assemble(t)
		got, want := whole(t, a, plan.Make(w.Input))
		if diff := cmp.Diff(want, got, sameStates()); diff != "" {
			t.Fatalf("in parts (-everybody at once +in parts):\n%s", diff)
		}
		for _, g := range a.Plan.Groups {
			if g.Reason == roster.ReasonUnchanged {
				rested++
			}
			if g.Reason == roster.ReasonFirst {
				started++
			}
		}
	})
	if rested == 0 || started == 0 {
		t.Errorf("%d groups rested and %d started, so not everything was tried", rested, started)
	}
}

func TestAGroupAtRestIsPlannedWithoutItsPeople(t *testing.T) {
	tests := []struct {
		name  string
		upset func(w *world)
		looks int // at baselines
	}{
		{"nothing happened", func(*world) {}, 0},
		{"a change in one", func(w *world) { w.row("a01").Member.Phone = "2025550199" }, 2}, // tied to nobody, then planned
		{"a plan that Vitable lost", func(w *world) { delete(w.Plans, gold) }, 4},
		{"a move from one to the other", func(w *world) { w.row("a01").Group = "b" }, 4},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld()
			w.group("a", crew("a", 30)...)
			w.group("b", crew("b", 30)...)
			test.upset(w)
			looks := 0
			sheet := muster.NewSheet(hq)
			for i := range w.People {
				sheet.Add(&w.People[i])
			}
			in := w.Input
			in.People, in.Baselines = nil, nil
			for group, state := range in.States {
				state.Digest = w.Baselines[group].Digest()
				in.States[group] = state
			}
			rolls := muster.Gather(sheet)
			if _, err := plan.Assemble(in, rolls, muster.NewIndex(rolls), func(group string) (roster.Baseline, error) {
				looks++
				return w.Baselines[group], nil
			}); err != nil {
				t.Fatal(err)
			}
			if looks != test.looks {
				t.Errorf("looked %d times at a baseline, want %d", looks, test.looks)
			}
		})
	}
}
