package plan_test

import (
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestMain tries more worlds than rapid would by itself; -rapid.checks on the
// command line still decides.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "1000"); err != nil {
		panic(err)
	}
	canary.Main(m)
}

// anyWorld is a world in which everything may be the case at once: broken
// sources, busy and missing groups, moves, duplicates, problems, rekeyed and
// doubtful people, holds in every state.
func anyWorld(t *rapid.T) *world {
	w := newWorld()
	d := dice{t}
	w.Sources[branch] = roster.SourceOK
	for _, source := range []string{hq, branch} {
		w.Sources[source] = d.state()
	}
	groups := []string{"g1", "g2", "g3"}
	for _, group := range groups {
		d.group(w, group)
	}
	people := rapid.IntRange(1, 24).Draw(t, "people")
	for i := range people {
		d.person(w, fmt.Sprintf("p%02d", i), groups)
	}
	if d.oneIn(10, "nameless") {
		w.hire("g1", "").Source = d.source()
	}
	w.forget()
	d.limits(w)
	d.deliveries(w, groups)
	d.holds(w)
	return w
}

// forget drops the rows of sources that may not be believed.
func (w *world) forget() {
	for source, state := range w.Sources {
		if state == roster.SourceBroken || state == roster.SourceOld {
			w.fail(source, state)
		}
	}
}

// dice draws the parts of a world.
type dice struct{ t *rapid.T }

func (d dice) oneIn(n int, what string) bool { return rapid.IntRange(1, n).Draw(d.t, what) == n }

func (d dice) source() string { return rapid.SampledFrom([]string{hq, branch}).Draw(d.t, "source") }

func (d dice) state() roster.SourceState {
	return rapid.SampledFrom([]roster.SourceState{
		roster.SourceOK, roster.SourceOK, roster.SourceOK, roster.SourceOK, roster.SourceShrunk, roster.SourceBroken, roster.SourceOld,
	}).Draw(d.t, "source state")
}

func (d dice) group(w *world, name string) {
	w.group(name)
	switch rapid.SampledFrom([]string{"", "", "", "", "", "no baseline", "created", "missing", "busy", "foreign", "old config", "unfed"}).Draw(d.t, "group") {
	case "no baseline":
		delete(w.States, name)
	case "created":
		w.States[name] = roster.GroupState{GroupID: "grp_" + name, Created: true, Absences: map[string]int{}}
	case "missing":
		delete(w.Known, name)
	case "busy":
		w.Busy[name] = roster.ReasonInFlight
	case "foreign":
		w.state(name, func(s *roster.GroupState) { s.GroupID = "grp_before" })
	case "old config":
		w.state(name, func(s *roster.GroupState) { s.ConfigHash = "cfg-0" })
	case "unfed":
		w.Fed[branch] = append(w.Fed[branch], name)
	}
}

// person draws where somebody is enrolled and what the rows say of them.
func (d dice) person(w *world, ref string, groups []string) {
	home := rapid.SampledFrom(groups).Draw(d.t, "home")
	if !d.oneIn(4, "new") {
		d.enrol(w, home, ref)
		if d.oneIn(20, "twice") {
			d.enrol(w, rapid.SampledFrom(groups).Draw(d.t, "second home"), ref)
		}
	}
	if d.oneIn(12, "pinned") {
		w.Pins[ref] = true
	}
	p := w.hire(home, ref)
	p.Source = d.source()
	switch rapid.SampledFrom([]string{
		"same", "same", "same", "same", "changed", "plan", "unknown plan", "moved", "moved", "unknown group", "terminated", "terminated",
		"ineligible", "invalid", "undecided", "twice", "contradicted", "gone", "gone", "rekeyed",
	}).Draw(d.t, "row") {
	case "changed":
		p.Member.Phone = "2025550199"
	case "plan":
		p.Member.PlanID = silver
	case "unknown plan":
		p.Member.PlanID = "pln_lost"
	case "moved":
		p.Group = rapid.SampledFrom(groups).Draw(d.t, "to")
	case "unknown group":
		p.Group = "lost"
	case "terminated":
		p.Standing, p.Member = roster.StandingTerminated, roster.Member{}
	case "ineligible":
		p.Standing, p.Member = roster.StandingNotEligible, roster.Member{}
	case "invalid":
		w.spoil(ref, roster.InvalidRow, "phone")
	case "undecided":
		w.spoil(ref, roster.RuleError, "include")
		p.Standing, p.Member = "", roster.Member{}
	case "twice":
		w.hire(home, ref).Source = d.source()
	case "contradicted":
		other := w.hire(home, ref)
		other.Source, other.Standing, other.Member = d.source(), roster.StandingTerminated, roster.Member{}
	case "gone":
		w.drop(ref)
	case "rekeyed":
		heir := w.rekey(ref, ref+"-new")
		heir.Group = rapid.SampledFrom(groups).Draw(d.t, "to")
		if d.oneIn(3, "and invalid") {
			w.spoil(ref+"-new", roster.InvalidRow, "phone")
		}
	}
}

func (d dice) enrol(w *world, group, ref string) {
	base := w.Baselines[group]
	if slices.Contains(w.coveredIn(ref), group) {
		return
	}
	e := enrolled(ref)
	e.Source, e.Maybe = d.source(), d.oneIn(15, "maybe")
	base.Members = append(base.Members, e)
	w.Baselines[group] = base
	if state, ok := w.States[group]; ok {
		state.Absences[ref] = rapid.IntRange(0, 2).Draw(d.t, "missed")
	}
}

func (d dice) limits(w *world) {
	percent := func(what string) float64 { return rapid.SampledFrom([]float64{0, 10, 30, 100}).Draw(d.t, what) }
	count := func(what string) int { return rapid.SampledFrom([]int{0, 1, 3, 100}).Draw(d.t, what) }
	l := &w.Limits
	l.MaxRemovals = plan.Bound{Count: count("max_removals"), Percent: percent("max_removals")}
	l.MaxAbsent = plan.Bound{Count: count("max_absent"), Percent: percent("max_absent")}
	l.SmallGroup = plan.SmallGroup{Below: rapid.SampledFrom([]int{0, 5, 20}).Draw(d.t, "small"), Count: count("small")}
	l.MaxRunPercent, l.Rolling.Percent = percent("run"), percent("rolling")
	l.AbsencePulls = rapid.IntRange(1, 2).Draw(d.t, "pulls")
	l.OnExcess = rapid.SampledFrom([]plan.OnExcess{plan.ExcessCarry, plan.ExcessCarry, plan.ExcessHold}).Draw(d.t, "on_excess")
	l.FirstSync = rapid.SampledFrom([]plan.FirstSync{plan.FirstHold, plan.FirstAllow}).Draw(d.t, "first_sync")
	l.PlanChange = rapid.SampledFrom([]plan.ChangePolicy{plan.PlanReport, plan.PlanReadd}).Draw(d.t, "plan_change")
	w.RemovedNow = map[string]plan.Gone{"elsewhere": {People: rapid.SampledFrom([]int{0, 0, 0, 2}).Draw(d.t, "removed now")}}
	w.Delivery.MaxMembers = rapid.SampledFrom([]int{0, 5, 100, 100}).Draw(d.t, "max_members")
}

func (d dice) deliveries(w *world, groups []string) {
	for _, name := range groups {
		base := w.Baselines[name]
		slices.SortFunc(base.Members, func(a, b roster.Enrolled) int { return compare(a.Member.ReferenceID, b.Member.ReferenceID) })
		if len(base.Members) == 0 && !w.States[name].HasBaseline {
			delete(w.Baselines, name)
		}
		w.Recent[name] = rapid.SampledFrom([]int{0, 0, 0, 1, 3}).Draw(d.t, "recent")
		if _, ok := w.States[name]; !ok {
			continue
		}
		// A roster of unknown fate, which makes people doubtful, is not a delivered one.
		doubtful := slices.ContainsFunc(base.Members, func(e roster.Enrolled) bool { return e.Maybe })
		w.state(name, func(s *roster.GroupState) {
			s.Delivered = roster.Delivery{}
			if !doubtful && !d.oneIn(6, "not delivered") {
				s.Delivered = roster.Delivery{Digest: digestOf(base.Members), At: now().Add(-time.Hour)}
			}
			if s.Delivered.Digest != "" && d.oneIn(4, "failures") {
				s.Delivered.Failures, s.Delivered.Retries = 1, 1
			}
		})
	}
	if d.oneIn(8, "selected") {
		w.Selected = map[string]bool{groups[0]: true, groups[1]: d.oneIn(2, "second selected")}
	}
}

// holds lets a person decide about what is held, rightly or not.
func (d dice) holds(w *world) {
	for _, g := range w.make().Groups {
		if g.Hold == nil {
			continue
		}
		hold := *g.Hold
		hold.ID, hold.ExpiresAt = "hold_"+g.ExternalReferenceID, now().Add(time.Hour)
		switch rapid.SampledFrom([]string{"", "open", "approved", "approved", "rejected", "lapsed", "smaller", "other config"}).Draw(d.t, "hold") {
		case "":
			continue
		case "approved":
			hold.State = roster.HoldApproved
		case "rejected":
			hold.State = roster.HoldRejected
		case "lapsed":
			hold.State, hold.ExpiresAt = roster.HoldApproved, now()
		case "smaller":
			hold.State, hold.Removals = roster.HoldApproved, hold.Removals[:len(hold.Removals)/2]
		case "other config":
			hold.State, hold.ConfigHash = roster.HoldApproved, "cfg-9"
		}
		w.Holds[g.ExternalReferenceID] = hold
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestLaws checks the laws of the design on any world.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := anyWorld(t)
		before := fmt.Sprintf("%+v", w.Input)
		p := w.make()
		if after := fmt.Sprintf("%+v", w.Input); after != before {
			t.Fatalf("planning changed its input:\n%s\n%s", before, after)
		}
		w.checkOrderOfRowsDoesNotMatter(t, p)
		earlier := w.RemovedNow["elsewhere"].People
		removed := earlier
		for i := range p.Groups {
			g := &p.Groups[i]
			if g.Decision != roster.Submit {
				continue
			}
			w.checkNobodyIsForgotten(t, g)
			for _, removal := range g.Removals {
				w.checkEvidence(t, p, g, removal)
			}
			w.checkLimits(t, g)
			w.checkMoves(t, p, g)
			removed += len(g.Removals) - g.Approved
		}
		people := 0
		for _, base := range w.Baselines {
			people += len(base.Members)
		}
		if allowed := w.Limits.AllowedInRun(people); removed > earlier && removed > allowed {
			t.Fatalf("%d removals that nobody approved in one run, %d are allowed", removed, allowed)
		}
	})
}

func (w *world) checkOrderOfRowsDoesNotMatter(t *rapid.T, p plan.Plan) {
	shuffled := *w
	shuffled.People = rapid.Permutation(w.People).Draw(t, "order")
	if diff := cmp.Diff(p, shuffled.make(), cmpopts.EquateComparable(roster.Date{})); diff != "" {
		t.Fatalf("the order of rows matters:\n%s", diff)
	}
}

// checkNobodyIsForgotten: law 1, first half. Whoever is enrolled is sent or is
// a removal with a class; nobody is both, nobody is sent twice.
func (w *world) checkNobodyIsForgotten(t *rapid.T, g *plan.Group) {
	refs := sent(*g)
	if !slices.IsSorted(refs) || len(slices.Compact(slices.Clone(refs))) != len(refs) {
		t.Fatalf("%s: payload is not sorted and unique: %v", g.ExternalReferenceID, refs)
	}
	for _, e := range w.Baselines[g.ExternalReferenceID].Members {
		in, out := slices.Contains(refs, e.Member.ReferenceID), slices.ContainsFunc(g.Removals, isOf(e.Member.ReferenceID))
		if in == out {
			t.Fatalf("%s: %s is sent: %v, removed: %v", g.ExternalReferenceID, e.Member.ReferenceID, in, out)
		}
	}
	for _, r := range g.Removals {
		if !slices.Contains(w.coveredIn(r.ReferenceID), g.ExternalReferenceID) {
			t.Fatalf("%s: %s is removed and was never there", g.ExternalReferenceID, r.ReferenceID)
		}
	}
}

func isOf(ref string) func(roster.Removal) bool {
	return func(r roster.Removal) bool { return r.ReferenceID == ref }
}

// checkEvidence: law 1, second half, and law 2. The rows themselves, not what
// plan made of them, show why somebody goes.
func (w *world) checkEvidence(t *rapid.T, p plan.Plan, g *plan.Group, r roster.Removal) {
	var rows []roster.Person
	for _, row := range w.People {
		if row.ReferenceID == r.ReferenceID {
			rows = append(rows, row)
		}
	}
	for _, row := range rows {
		if len(row.Problems) > 0 || !rows[0].SaysTheSame(&row) {
			t.Fatalf("%s is removed though a row of theirs cannot be used", r.ReferenceID)
		}
	}
	if w.Pins[r.ReferenceID] {
		t.Fatalf("%s is removed though pinned", r.ReferenceID)
	}
	absent := len(rows) == 0
	if gone := r.Class == roster.Absent || r.Class == roster.Replaced; gone != absent {
		t.Fatalf("%s is removed as %s with %d rows", r.ReferenceID, r.Class, len(rows))
	}
	shown := false
	switch r.Class {
	case roster.Terminated:
		shown = rows[0].Standing == roster.StandingTerminated
	case roster.Ineligible:
		shown = rows[0].Standing == roster.StandingNotEligible
	case roster.Moved:
		shown = rows[0].Standing == roster.StandingIn && rows[0].Group != g.ExternalReferenceID && w.takenIn(p, rows[0].Group, r.ReferenceID)
	case roster.PlanChange:
		shown = rows[0].Group == g.ExternalReferenceID && w.Limits.PlanChange == plan.PlanReadd && w.Plans[rows[0].Member.PlanID]
	case roster.Absent:
		looked := w.mayBeLostBy(g.ExternalReferenceID, r.ReferenceID) && w.approved(g, r) // a person did not wait for the grace
		shown = (looked || g.Absences[r.ReferenceID] >= w.Limits.AbsencePulls) && w.nobodyOfThatName(r.ReferenceID)
	case roster.Replaced:
		heir := w.row(r.ReferenceID + "-new")
		still := w.takenIn(p, heir.Group, r.ReferenceID) // whoever was covered twice is covered once
		shown = w.approved(g, r) && len(heir.Problems) == 0 && (still || w.takenIn(p, heir.Group, heir.ReferenceID))
	}
	if !shown {
		t.Fatalf("%s is removed from %s as %s and nothing shows it", r.ReferenceID, g.ExternalReferenceID, r.Class)
	}
}

// takenIn reports whether somebody is in the payload of a group that is sent,
// or certainly covered there.
func (w *world) takenIn(p plan.Plan, group, ref string) bool {
	for _, e := range w.Baselines[group].Members {
		if e.Member.ReferenceID == ref && !e.Maybe {
			return true
		}
	}
	for _, g := range p.Groups {
		if g.ExternalReferenceID == group {
			return g.Decision == roster.Submit && slices.Contains(sent(g), ref)
		}
	}
	return false
}

// nobodyOfThatName: no row can be of somebody who came under another id.
func (w *world) nobodyOfThatName(ref string) bool {
	return !slices.ContainsFunc(w.People, func(p roster.Person) bool {
		return p.ReferenceID == ref+"-new" && len(w.coveredIn(p.ReferenceID)) == 0
	})
}

// approved reports whether a person approved this removal.
func (w *world) approved(g *plan.Group, r roster.Removal) bool {
	hold, ok := w.Holds[g.ExternalReferenceID]
	return ok && hold.State == roster.HoldApproved && hold.ConfigHash == w.ConfigHash && w.Now.Before(hold.ExpiresAt) && slices.Contains(hold.Removals, r)
}

// checkLimits recounts what nobody approved.
func (w *world) checkLimits(t *rapid.T, g *plan.Group) {
	name, base := g.ExternalReferenceID, len(w.Baselines[g.ExternalReferenceID].Members)
	rest, absent, approved := 0, 0, 0
	for _, r := range g.Removals {
		if w.approved(g, r) {
			approved++
			continue
		}
		rest++
		if r.Class == roster.Absent {
			absent++
			if w.mayBeLostBy(name, r.ReferenceID) {
				t.Fatalf("%s: %s is absent from a source that shrank", name, r.ReferenceID)
			}
		}
		if s := w.States[name]; s.HasBaseline && s.ConfigHash != w.ConfigHash && r.Class != roster.Terminated {
			t.Fatalf("%s: %s is removed under a changed configuration", name, r.ReferenceID)
		}
	}
	if g.Approved > approved || (g.Uses != "") != (g.Approved > 0) && g.Reason != roster.ReasonFirst {
		t.Fatalf("%s: uses %q for %d of %d approved removals", name, g.Uses, g.Approved, approved)
	}
	if g.Uses != "" && g.Hold != nil {
		t.Fatalf("%s: uses one hold and opens another", name)
	}
	bound := func(what string, n int, b plan.Bound) {
		small := base < w.Limits.SmallGroup.Below
		if n > b.Count || small && n > w.Limits.SmallGroup.Count || !small && float64(n) > b.Percent*float64(base)/100+1e-9 {
			t.Fatalf("%s: %d %s of %d people", name, n, what, base)
		}
	}
	bound("removals", rest, w.Limits.MaxRemovals)
	bound("absences", absent, w.Limits.MaxAbsent)
	arriving := map[string]bool{} // each from one group, or from two
	for _, a := range g.Arrivals {
		arriving[a.ReferenceID] = true
	}
	if rest > 0 && len(g.Entries) == len(arriving) {
		t.Fatalf("%s: nobody would be left", name)
	}
}

// mayBeLostBy reports whether the source where somebody was last seen shrank.
func (w *world) mayBeLostBy(group, ref string) bool {
	source := w.base(group, ref).Source
	for name, state := range w.Sources {
		if state == roster.SourceShrunk && (name == source || slices.Contains(w.Fed[name], group)) {
			return true
		}
	}
	return false
}

// checkMoves: nobody is sent to a group before every other one let them go, and
// no two groups wait for each other.
func (w *world) checkMoves(t *rapid.T, p plan.Plan, g *plan.Group) {
	name := g.ExternalReferenceID
	for _, ref := range sent(*g) {
		in := w.coveredIn(ref)
		for _, other := range in {
			arrival := plan.Arrival{ReferenceID: ref, From: other, Leaver: ref}
			if !slices.Contains(in, name) && !slices.Contains(g.Arrivals, arrival) {
				t.Fatalf("%s: %s is sent and %s has them", name, ref, other)
			}
		}
	}
	for _, a := range g.Arrivals {
		i := slices.IndexFunc(p.Groups, func(o plan.Group) bool { return o.ExternalReferenceID == a.From })
		if from := p.Groups[i]; from.Decision != roster.Submit || !slices.ContainsFunc(from.Removals, isOf(a.Leaver)) || !slices.Contains(g.After, a.From) {
			t.Fatalf("%s: %s arrives from %s, which does not let them go first", name, a.ReferenceID, a.From)
		}
		if w.waitsFor(p, a.From, name) {
			t.Fatalf("%s and %s wait for each other", name, a.From)
		}
	}
}

// waitsFor reports whether one group is sent after another, however indirectly.
func (w *world) waitsFor(p plan.Plan, name, other string) bool {
	for _, g := range p.Groups {
		if g.ExternalReferenceID != name {
			continue
		}
		for _, first := range g.After {
			if first == other || first != name && w.waitsFor(p, first, other) {
				return true
			}
		}
	}
	return false
}
