package plan_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

const (
	gold   = "pln_gold"
	silver = "pln_silver"
	hq     = "hq"     // the source of everybody unless a test says otherwise
	branch = "branch" // a second source, configured where a test needs one
)

// now is when every plan of these tests is made.
func now() time.Time { return time.Date(2026, time.March, 2, 6, 0, 0, 0, time.UTC) }

// world is an Input in the making. It starts healthy: one source that can be
// read, two plans, the default limits, no groups.
type world struct{ plan.Input }

func newWorld() *world {
	return &world{plan.Input{
		Now:        now(),
		Sources:    map[string]roster.SourceState{hq: roster.SourceOK},
		Fed:        map[string][]string{hq: nil},
		Known:      map[string]roster.Group{},
		Plans:      map[string]bool{gold: true, silver: true},
		Baselines:  map[string]roster.Baseline{},
		States:     map[string]roster.GroupState{},
		Managed:    map[string]bool{},
		Busy:       map[string]roster.Reason{},
		Holds:      map[string]roster.Hold{},
		Pins:       map[string]bool{},
		Recent:     map[string]int{},
		CountPull:  true,
		ConfigHash: "cfg-1",
		Limits: plan.Limits{
			MaxRemovals:   plan.Bound{Count: 25, Percent: 10},
			MaxRunPercent: 10,
			SmallGroup:    plan.SmallGroup{Below: 20, Count: 2},
			MaxAbsent:     plan.Bound{Count: 5, Percent: 5},
			Rolling:       plan.Rolling{Days: 7, Percent: 20},
			AbsencePulls:  2,
			OnExcess:      plan.ExcessCarry,
			FirstSync:     plan.FirstHold,
			PlanChange:    plan.PlanReport,
		},
		Delivery: plan.DeliveryRules{MaxMembers: 5000, ResubmitUnchanged: 24 * time.Hour, RetryFailures: 6 * time.Hour},
	}}
}

// crew names n people: a01, a02 and so on.
func crew(prefix string, n int) []string {
	var refs []string
	for i := range n {
		refs = append(refs, fmt.Sprintf("%s%02d", prefix, i+1))
	}
	return refs
}

func member(ref string) roster.Member {
	born, _ := roster.NewDate(1980, time.May, 17)
	return roster.Member{
		ReferenceID: ref, FirstName: canary.GivenName, LastName: canary.FamilyName + " " + ref, DateOfBirth: born,
		Phone: "2025550100", PlanID: gold,
		Address: roster.Address{Line1: "1 Nowhere Lane", City: "Springfield", State: "VA", ZIP: "00000"},
	}
}

func enrolled(ref string) roster.Enrolled {
	return roster.Enrolled{Member: member(ref), PlanID: gold, Source: hq, Since: now().AddDate(0, -3, 0)}
}

func digestOf(members []roster.Enrolled) string {
	var rows []roster.Member
	for i := range members {
		rows = append(rows, members[i].Member)
	}
	return roster.Digest(rows)
}

// listed adds a group that Vitable lists and that nobody is known to be in.
func (w *world) listed(name string) {
	w.Known[name] = roster.Group{ID: "grp_" + name, ExternalReferenceID: name, Name: name}
}

// group adds a group whose baseline was delivered an hour ago, and a valid row
// for everybody in it.
func (w *world) group(name string, refs ...string) {
	w.listed(name)
	var base roster.Baseline
	for _, ref := range slices.Sorted(slices.Values(refs)) {
		base.Members = append(base.Members, enrolled(ref))
		w.hire(name, ref)
	}
	w.Baselines[name] = base
	w.States[name] = roster.GroupState{
		ExternalReferenceID: name, GroupID: "grp_" + name, HasBaseline: true, Members: len(refs), ConfigHash: w.ConfigHash,
		Delivered: roster.Delivery{Digest: digestOf(base.Members), At: now().Add(-time.Hour)},
		Absences:  map[string]int{},
	}
	w.Fed[hq] = append(w.Fed[hq], name)
}

// found adds a group that rosterd has just created, and a valid row for everybody who
// is to be in it.
func (w *world) found(name string, refs ...string) {
	w.listed(name)
	w.States[name] = roster.GroupState{ExternalReferenceID: name, GroupID: "grp_" + name, Name: name, Created: true, Absences: map[string]int{}}
	for _, ref := range refs {
		w.hire(name, ref)
	}
}

// hire adds a valid row of somebody in a group.
func (w *world) hire(group, ref string) *roster.Person {
	w.People = append(w.People, roster.Person{
		ReferenceID: ref, Source: hq, Row: len(w.People) + 2, Group: group, Standing: roster.StandingIn, Member: member(ref),
	})
	return &w.People[len(w.People)-1]
}

// row is the row of somebody, to be changed.
func (w *world) row(ref string) *roster.Person {
	return &w.People[slices.IndexFunc(w.People, func(p roster.Person) bool { return p.ReferenceID == ref })]
}

// drop takes away the rows of some people.
func (w *world) drop(refs ...string) {
	w.People = slices.DeleteFunc(w.People, func(p roster.Person) bool { return slices.Contains(refs, p.ReferenceID) })
}

// vanish takes away rows and says that the last pull had no more.
func (w *world) vanish(group string, refs ...string) {
	w.drop(refs...)
	for _, ref := range refs {
		w.States[group].Absences[ref] = w.Limits.AbsencePulls - 1
	}
}

func (w *world) terminate(refs ...string) {
	for _, ref := range refs {
		w.row(ref).Standing, w.row(ref).Member = roster.StandingTerminated, roster.Member{}
	}
}

func (w *world) move(to string, refs ...string) {
	for _, ref := range refs {
		w.row(ref).Group = to
	}
}

// spoil gives a row a problem.
func (w *world) spoil(ref string, kind roster.Kind, field string) {
	w.row(ref).Problems = []roster.Problem{{Kind: kind, Field: field, Detail: "is not usable"}}
}

// rekey lets somebody come under another reference_id.
func (w *world) rekey(from, to string) *roster.Person {
	heir := w.hire(w.row(from).Group, to)
	heir.Member = member(from)
	heir.Member.ReferenceID = to
	w.drop(from)
	return w.row(to)
}

// state changes what is remembered of a group.
func (w *world) state(group string, change func(*roster.GroupState)) {
	state := w.States[group]
	change(&state)
	w.States[group] = state
}

// base is somebody in the baseline of a group, to be changed.
func (w *world) base(group, ref string) *roster.Enrolled {
	members := w.Baselines[group].Members
	return &members[slices.IndexFunc(members, func(e roster.Enrolled) bool { return e.Member.ReferenceID == ref })]
}

// doubt says that the last roster, which had somebody, has an unknown fate.
func (w *world) doubt(group, ref string) {
	w.base(group, ref).Maybe = true
	w.state(group, func(s *roster.GroupState) { s.Delivered = roster.Delivery{} })
}

// approve lets exactly the hold of a group pass that the world holds as it is.
func (w *world) approve(t *testing.T, group string) {
	t.Helper()
	hold := planned(t, w.make(), group).Hold
	if hold == nil {
		t.Fatalf("nothing to approve in %s", group)
	}
	approved := *hold
	approved.ID, approved.State, approved.ExpiresAt = "hold_"+group, roster.HoldApproved, now().Add(24*time.Hour)
	w.Holds[group] = approved
}

func (w *world) make() plan.Plan { return plan.Make(w.Input) }

// deliver lets Vitable complete a group's payload, with failures, and updates
// what is remembered as a run does.
func (w *world) deliver(g plan.Group, failures []roster.MemberFailure) plan.Effect {
	return w.deliverEntries(g, g.Entries, failures)
}

func (w *world) deliverEntries(g plan.Group, entries []roster.Enrolled, failures []roster.MemberFailure) plan.Effect {
	name := g.ExternalReferenceID
	effect := plan.Apply(w.Baselines[name], entries, roster.Outcome{Done: true, CompletedAt: w.Now, Failures: failures})
	w.Baselines[name] = effect.After
	w.state(name, func(s *roster.GroupState) {
		if !s.HasBaseline || g.AdoptConfig || s.ConfigHash == "" {
			s.ConfigHash = w.ConfigHash
		}
		s.ExternalReferenceID, s.GroupID = name, g.GroupID
		s.HasBaseline, s.Created, s.Absences = true, false, g.Absences
		retries := 0
		if len(failures) > 0 {
			retries = 1
		}
		s.Delivered = roster.Delivery{Digest: digestOf(entries), At: w.Now, Failures: len(failures), Retries: retries}
	})
	if g.Uses != "" {
		delete(w.Holds, name)
	}
	return effect
}

// planned is the part of a plan about one group.
func planned(t *testing.T, p plan.Plan, group string) plan.Group {
	t.Helper()
	i := slices.IndexFunc(p.Groups, func(g plan.Group) bool { return g.ExternalReferenceID == group })
	if i < 0 {
		t.Fatalf("the plan says nothing of %s", group)
	}
	return p.Groups[i]
}

// told is a group's plan in words that fit into a table.
type told struct {
	Decision                                                  string // decision and reason
	Adds, Changes, Removals, Carried, LeftOut, Hold, Failures []string
}

func tell(t *testing.T, p plan.Plan, group string) told {
	t.Helper()
	g := planned(t, p, group)
	say := told{Decision: fmt.Sprintf("%s %s", g.Decision, g.Reason), Adds: g.Adds, Changes: g.Changes}
	for _, r := range g.Removals {
		say.Removals = append(say.Removals, fmt.Sprintf("%s %s", r.ReferenceID, r.Class))
	}
	for _, c := range g.Carried {
		say.Carried = append(say.Carried, fmt.Sprintf("%s %s", c.ReferenceID, c.Why))
	}
	for _, l := range g.LeftOut {
		say.LeftOut = append(say.LeftOut, fmt.Sprintf("%s %s", l.ReferenceID, l.Kind))
	}
	if g.Hold != nil {
		say.Hold = append(say.Hold, fmt.Sprintf("%s %s", g.Hold.Reason, g.Hold.State))
		for _, r := range g.Hold.Removals {
			say.Hold = append(say.Hold, fmt.Sprintf("%s %s", r.ReferenceID, r.Class))
		}
	}
	for _, f := range p.Failures {
		if f.Group == group {
			say.Failures = append(say.Failures, words(f.ReferenceID, string(f.Kind)))
		}
	}
	return say
}

func words(ref, kind string) string {
	if ref == "" {
		return kind
	}
	return ref + " " + kind
}

// sent are the reference_ids of a group's payload.
func sent(g plan.Group) []string {
	var refs []string
	for _, m := range g.Members() {
		refs = append(refs, m.ReferenceID)
	}
	return refs
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(roster.Date{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
