package plan_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestConvergence runs any world against a Vitable that refuses rosters, loses
// answers and fails members, and then against one that works. While anything
// goes wrong nobody is dropped whom the plan does not name; afterwards the runs
// come to rest, and Vitable has exactly what the last plan would send.
func TestConvergence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		w.Delivery.ResubmitUnchanged = 0
		v := &vitable{world: w, covered: map[string][]string{}}
		v.begin(t)
		for range 3 {
			v.run(t, w.make(), true)
			w.later(time.Hour)
		}
		w.later(25 * time.Hour) // retries are due
		for runs := 0; v.run(t, w.make(), false) > 0; runs++ {
			if runs == 12 {
				t.Fatalf("still submitting: %+v", w.make().Groups)
			}
			w.later(25 * time.Hour)
		}
		for _, g := range w.make().Groups {
			if g.Reason == roster.ReasonUnchanged && !slices.Equal(sent(g), v.covered[g.ExternalReferenceID]) {
				t.Fatalf("%s is at rest with %v, Vitable has %v", g.ExternalReferenceID, sent(g), v.covered[g.ExternalReferenceID])
			}
		}
	})
}

// later lets time pass for what was delivered; holds do not lapse.
func (w *world) later(by time.Duration) {
	w.Now = w.Now.Add(by)
	for group, hold := range w.Holds {
		hold.ExpiresAt = hold.ExpiresAt.Add(by)
		w.Holds[group] = hold
	}
}

// vitable is who is subscribed in truth, whatever rosterd knows of it.
type vitable struct {
	*world
	covered map[string][]string // group -> reference_ids, sorted
}

// begin subscribes whom the baselines have, and some of those who are doubtful.
func (v *vitable) begin(t *rapid.T) {
	for name, base := range v.Baselines {
		for _, e := range base.Members {
			if !e.Maybe || rapid.Bool().Draw(t, "really covered") {
				v.covered[name] = append(v.covered[name], e.Member.ReferenceID)
			}
		}
		slices.Sort(v.covered[name])
	}
}

// run delivers a plan as a run does: in order, and without those whom their
// old group did not let go.
func (v *vitable) run(t *rapid.T, p plan.Plan, faulty bool) (submitted int) {
	left := map[string][]string{}
	done := map[string]bool{}
	for range p.Groups {
		for _, g := range p.Groups {
			waits := slices.ContainsFunc(g.After, func(first string) bool { return !done[first] })
			if done[g.ExternalReferenceID] || waits {
				continue
			}
			done[g.ExternalReferenceID] = true
			if g.Decision != roster.Submit {
				v.note(g)
				continue
			}
			submitted++
			left[g.ExternalReferenceID] = v.post(t, g, v.without(g, left), faulty)
		}
	}
	if len(done) != len(p.Groups) {
		t.Fatal("groups wait for one another")
	}
	return submitted
}

// note remembers what a run remembers of a group that is not sent.
func (v *vitable) note(g plan.Group) {
	if g.Reason == roster.ReasonNotSelected {
		return
	}
	v.state(g.ExternalReferenceID, func(s *roster.GroupState) {
		s.Absences = g.Absences
		if g.AdoptConfig && g.Decision == roster.Skip {
			s.ConfigHash = v.ConfigHash
		}
	})
}

func (v *vitable) without(g plan.Group, left map[string][]string) []roster.Enrolled {
	stay := map[string]bool{}
	for _, a := range g.Arrivals {
		if !slices.Contains(left[a.From], a.Leaver) {
			stay[a.ReferenceID] = true
		}
	}
	return plan.Without(g.Entries, stay)
}

// post sends one payload and tells who left the group for certain.
func (v *vitable) post(t *rapid.T, g plan.Group, entries []roster.Enrolled, faulty bool) (left []string) {
	name := g.ExternalReferenceID
	refs := sent(plan.Group{Entries: entries})
	for _, ref := range v.covered[name] {
		if !slices.Contains(refs, ref) && !slices.ContainsFunc(g.Removals, isOf(ref)) {
			t.Fatalf("%s: %s loses coverage and the plan does not say so", name, ref)
		}
	}
	if len(refs) == 0 && len(v.covered[name]) > 0 && g.Approved < len(g.Removals) {
		t.Fatalf("%s is emptied, and nobody approved it", name)
	}
	fate := "done"
	if faulty {
		fate = rapid.SampledFrom([]string{"done", "failures", "refused", "lost before", "lost after"}).Draw(t, "fate")
	}
	switch fate {
	case "done", "failures":
		failures := v.failures(t, name, refs, fate == "failures")
		return v.deliverEntries(g, entries, failures).Removed
	case "lost after":
		v.covered[name] = refs
		fallthrough
	case "lost before":
		v.Baselines[name] = plan.Doubt(v.Baselines[name], []roster.Sync{{Entries: entries}})
	}
	v.state(name, func(s *roster.GroupState) {
		s.Delivered, s.Absences, s.GroupID = roster.Delivery{}, g.Absences, g.GroupID
	})
	return nil
}

// failures subscribes whom the payload has and tells which adds and removals
// did not come to pass.
func (v *vitable) failures(t *rapid.T, group string, refs []string, some bool) (failed []roster.MemberFailure) {
	before := v.covered[group]
	var after []string
	for _, ref := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(before, refs)))) {
		was, is := slices.Contains(before, ref), slices.Contains(refs, ref)
		if was != is && some && rapid.Bool().Draw(t, "member fails") {
			operation := map[bool]string{true: "add", false: "remove"}[is]
			failed = append(failed, roster.MemberFailure{ReferenceID: ref, Operation: operation, Reason: "not now"})
			is = was
		}
		if is {
			after = append(after, ref)
		}
	}
	v.covered[group] = after
	return failed
}
