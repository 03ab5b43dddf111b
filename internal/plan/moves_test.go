package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// towns is a world of three groups of 40, large enough for a few moves.
func towns() *world {
	w := newWorld()
	for _, name := range []string{"a", "b", "c"} {
		w.group(name, crew(name, 40)...)
	}
	return w
}

func TestAMove(t *testing.T) {
	w := towns()
	w.move("b", "a01")
	p := w.make()
	same(t, "plan of the group that loses", told{Decision: "submit changed", Removals: []string{"a01 moved"}}, tell(t, p, "a"))
	same(t, "plan of the group that gains", told{Decision: "submit changed", Adds: []string{"a01"}}, tell(t, p, "b"))
	gainer := planned(t, p, "b")
	same(t, "order", []string{"a"}, gainer.After)
	same(t, "arrivals", []plan.Arrival{{ReferenceID: "a01", From: "a", Leaver: "a01"}}, gainer.Arrivals)
	if planned(t, p, "a").Unfinished || gainer.Unfinished {
		t.Error("another round is asked for")
	}
}

// TestAMoveIntoAGroupThatCannotBeSent keeps the person where they are covered.
func TestAMoveIntoAGroupThatCannotBeSent(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(*world)
	}{
		{"its request is in flight", func(w *world) { w.Busy["b"] = roster.ReasonInFlight }},
		{"Vitable does not list it", func(w *world) { delete(w.Known, "b") }},
		{"a source that feeds it failed", func(w *world) {
			w.Sources[branch], w.Fed[branch] = roster.SourceBroken, []string{"b"}
		}},
		{"the run is not about it", func(w *world) { w.Selected = map[string]bool{"a": true} }},
		{"it would be over capacity", func(w *world) { w.Delivery.MaxMembers = 41; w.hire("b", "other") }},
		{"it has held removals, on_excess hold", func(w *world) {
			w.Limits.OnExcess = plan.ExcessHold
			w.terminate(crew("b", 5)...)
		}},
		{"it never had a roster and waits for approval", func(w *world) {
			delete(w.States, "b")
			delete(w.Baselines, "b")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := towns()
			w.move("b", "a01")
			w.hire("a", "new")
			tt.setUp(w)
			p := w.make()
			same(t, "plan of the old group", told{Decision: "submit changed", Adds: []string{"new"}, Carried: []string{"a01 moving"}}, tell(t, p, "a"))
			if b := planned(t, p, "b"); slices.Contains(sent(b), "a01") && b.Decision == roster.Submit {
				t.Error("added though the old group keeps them")
			}
		})
	}
}

func TestMovesThatCannotHappenAreNotHeld(t *testing.T) {
	w := towns()
	w.move("b", crew("a", 10)...)
	w.terminate("a11")
	w.Busy["b"] = roster.ReasonInFlight
	got := tell(t, w.make(), "a")
	same(t, "removals", []string{"a11 terminated"}, got.Removals)
	if len(got.Carried) != 10 || got.Hold != nil {
		t.Errorf("%d carried, hold %v; want ten who wait for b and none who wait for a person", len(got.Carried), got.Hold)
	}
}

func TestAMoveWithARowThatCannotBeSentIsToldOnce(t *testing.T) {
	w := towns()
	w.move("b", "a01")
	w.row("a01").Member.PlanID = "pln_lost"
	p := w.make()
	same(t, "plan of the old group", told{Decision: "skip unchanged", Carried: []string{"a01 invalid"}, Failures: []string{"a01 unmapped_plan"}}, tell(t, p, "a"))
	same(t, "plan of the new group", told{Decision: "skip unchanged"}, tell(t, p, "b"))
}

// TestAMoveOutOfAGroupThatKeepsThePerson adds them nowhere else.
func TestAMoveOutOfAGroupThatKeepsThePerson(t *testing.T) {
	tests := []struct {
		name  string
		setUp func(*world)
		why   []string // what the old group says
	}{
		{"its request is in flight", func(w *world) { w.Busy["a"] = roster.ReasonInFlight }, nil},
		{"a source that feeds it failed", func(w *world) {
			w.Sources[branch], w.Fed[branch] = roster.SourceBroken, []string{"a"}
		}, nil},
		{"the removal is held", func(w *world) { w.Limits.MaxRemovals.Count = 0 }, []string{"a01 held"}},
		{"the person is pinned", func(w *world) { w.Pins["a01"] = true }, []string{"a01 pinned"}},
		{"the limit of the run holds it", func(w *world) { w.RemovedNow = map[string]plan.Gone{"elsewhere": {People: 12}} }, []string{"a01 held"}},
		{"the run is not about it", func(w *world) { w.Selected = map[string]bool{"b": true} }, []string{"a01 moving"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := towns()
			w.move("b", "a01")
			w.hire("b", "new")
			tt.setUp(w)
			p := w.make()
			if tt.name != "the run is not about it" {
				same(t, "carried in the old group", tt.why, tell(t, p, "a").Carried)
			}
			same(t, "plan of the new group", told{Decision: "submit changed", Adds: []string{"new"}, LeftOut: []string{"a01 waits_for_move"}}, tell(t, p, "b"))
			if b := planned(t, p, "b"); len(b.Arrivals)+len(b.After) > 0 {
				t.Errorf("waits for %v", b.After)
			}
		})
	}
}

// TestAMoverWhomVitableRefusedBefore was sent while another group still had them,
// as after a restoration. That the roster is the same must not keep them there.
func TestAMoverWhomVitableRefusedBefore(t *testing.T) {
	w := towns()
	w.move("b", "a01")
	w.state("b", func(s *roster.GroupState) {
		s.Delivered = roster.Delivery{Digest: planned(t, w.make(), "b").Digest, At: now(), Failures: 1, Retries: 5}
	})
	same(t, "plan of the group that loses", told{Decision: "submit changed", Removals: []string{"a01 moved"}}, tell(t, w.make(), "a"))
	same(t, "plan of the group that gains", told{Decision: "submit retry_failures", Adds: []string{"a01"}}, tell(t, w.make(), "b"))
}

// TestAMoverWhomVitableDidNotLetGo is tried again at once: until then the other group
// could not be sent with them, and they would be sent as somebody who stays.
func TestAMoverWhomVitableDidNotLetGo(t *testing.T) {
	w := towns()
	w.move("b", "a01")
	w.state("a", func(s *roster.GroupState) {
		s.Delivered = roster.Delivery{Digest: planned(t, w.make(), "a").Digest, At: now(), Failures: 1, Retries: 5}
	})
	same(t, "plan of the group that loses", told{Decision: "submit retry_failures", Removals: []string{"a01 moved"}}, tell(t, w.make(), "a"))
	same(t, "plan of the group that gains", told{Decision: "submit changed", Adds: []string{"a01"}}, tell(t, w.make(), "b"))
}

// TestMovesInACircle breaks them so that nobody is sent before they left and
// nobody leaves without being taken, and finishes them in later rounds.
func TestMovesInACircle(t *testing.T) {
	tests := []struct {
		name  string
		moves map[string]string
	}{
		{"two people swap", map[string]string{"a01": "b", "b01": "a"}},
		{"three go round", map[string]string{"a01": "b", "b01": "c", "c01": "a"}},
		{"two swaps and one on the way", map[string]string{"a01": "b", "b01": "a", "b02": "c", "c01": "b", "a02": "c"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := towns()
			for ref, to := range tt.moves {
				w.move(to, ref)
			}
			rounds := 0
			for again := true; again; rounds++ {
				if rounds == 6 {
					t.Fatal("not finished after six rounds")
				}
				p := w.make()
				again = slices.ContainsFunc(p.Groups, func(g plan.Group) bool { return g.Unfinished })
				if rounds == 0 && !again {
					t.Error("the first round does not ask for another")
				}
				w.deliverAll(t, p)
				w.CountPull = false
			}
			for ref, to := range tt.moves {
				same(t, "groups of "+ref, []string{to}, w.coveredIn(ref))
			}
			if rounds > 3 {
				t.Errorf("%d rounds", rounds)
			}
		})
	}
}

// TestACircleThatIsNoneIsNotBroken: where one move of it cannot happen, the
// others need not wait.
func TestACircleThatIsNoneIsNotBroken(t *testing.T) {
	w := towns()
	w.move("b", "a01")
	w.move("c", "b01")
	w.move("a", "c01")
	w.Limits.OnExcess = plan.ExcessHold
	w.vanish("b", "b02", "b03", "b04") // too many: b is not sent
	p := w.make()
	same(t, "plan of a", told{Decision: "submit changed", Adds: []string{"c01"}, Carried: []string{"a01 moving"}}, tell(t, p, "a"))
	same(t, "removals of c", []string{"c01 moved"}, tell(t, p, "c").Removals)
}

// deliverAll delivers a plan in its order and fails the test when somebody is
// sent to a group before they left another.
func (w *world) deliverAll(t interface {
	Helper()
	Fatalf(string, ...any)
}, p plan.Plan,
) (submitted int) {
	t.Helper()
	done := map[string]bool{}
	var deliver func(g plan.Group, waiting []string)
	deliver = func(g plan.Group, waiting []string) {
		name := g.ExternalReferenceID
		if done[name] || g.Decision != roster.Submit {
			return
		}
		if slices.Contains(waiting, name) {
			t.Fatalf("groups wait for one another: %v", waiting)
		}
		for _, first := range g.After {
			i := slices.IndexFunc(p.Groups, func(o plan.Group) bool { return o.ExternalReferenceID == first })
			deliver(p.Groups[i], append(slices.Clone(waiting), name))
		}
		done[name] = true
		submitted++
		w.deliver(g, nil)
		for _, ref := range sent(g) {
			if in := w.coveredIn(ref); len(in) > 1 {
				t.Fatalf("%s is covered in %v", ref, in)
			}
		}
	}
	for _, g := range p.Groups {
		deliver(g, nil)
	}
	return submitted
}

// coveredIn are the groups, sorted, whose baseline has somebody.
func (w *world) coveredIn(ref string) []string {
	var groups []string
	for name, base := range w.Baselines {
		if slices.ContainsFunc(base.Members, func(e roster.Enrolled) bool { return e.Member.ReferenceID == ref }) {
			groups = append(groups, name)
		}
	}
	slices.Sort(groups)
	return groups
}

// TestAGroupIsNotEmptiedByPeopleWhoHaveYetToArrive is about a payload that
// would be empty if the old group did not let go of those who come.
func TestAGroupIsNotEmptiedByPeopleWhoHaveYetToArrive(t *testing.T) {
	for _, held := range []bool{false, true} {
		w := towns()
		w.group("small", "s01")
		w.terminate("s01")
		w.move("small", "a01")
		want := told{
			Decision: "submit changed", Adds: []string{"a01"}, Carried: []string{"s01 held"},
			Hold: []string{"would_empty open", "s01 terminated"}, Failures: []string{"removals_held"},
		}
		if held {
			w.Pins["a01"] = true
			want.Decision, want.Adds, want.LeftOut = "hold would_empty", nil, []string{"a01 waits_for_move"}
		}
		same(t, "plan", want, tell(t, w.make(), "small"))
	}
}

func TestSomebodyCoveredTwiceLeavesOneGroup(t *testing.T) {
	t.Run("and stays in the one that the row names, which needs no roster", func(t *testing.T) {
		w := towns()
		w.group("d", "x")
		w.group("e", append(crew("e", 40), "x")...)
		w.drop("x")
		w.hire("d", "x")
		p := w.make()
		same(t, "plan of e", told{Decision: "submit changed", Removals: []string{"x moved"}}, tell(t, p, "e"))
		same(t, "plan of d", told{Decision: "skip unchanged"}, tell(t, p, "d"))
	})
	t.Run("but not while it is only perhaps covered there", func(t *testing.T) {
		w := towns()
		w.group("d", "x")
		w.group("e", append(crew("e", 40), "x")...)
		w.drop("x")
		w.hire("d", "x")
		w.doubt("d", "x")
		p := w.make()
		same(t, "plan of d", told{Decision: "submit not_delivered", Adds: []string{"x"}}, tell(t, p, "d"))
		same(t, "plan of e", told{Decision: "skip unchanged", Carried: []string{"x moving"}}, tell(t, p, "e"))
		w.deliver(planned(t, p, "d"), nil)
		same(t, "next plan of e", []string{"x moved"}, tell(t, w.make(), "e").Removals)
	})
	t.Run("and enters a third only when both let go", func(t *testing.T) {
		setUp := func() *world {
			w := towns()
			w.group("d", append(crew("d", 40), "x")...)
			w.group("e", append(crew("e", 40), "x")...)
			w.group("z", crew("z", 40)...)
			w.drop("x")
			w.hire("z", "x")
			return w
		}
		z := planned(t, setUp().make(), "z")
		same(t, "order", []string{"d", "e"}, z.After)
		same(t, "arrivals", []plan.Arrival{{ReferenceID: "x", From: "d", Leaver: "x"}, {ReferenceID: "x", From: "e", Leaver: "x"}}, z.Arrivals)
		w := setUp()
		w.Busy["e"] = roster.ReasonInFlight
		p := w.make()
		same(t, "plan of z", told{Decision: "skip unchanged", LeftOut: []string{"x waits_for_move"}}, tell(t, p, "z"))
		same(t, "carried in d", []string{"x moving"}, tell(t, p, "d").Carried)
	})
}

// otherDate is nobody's birth date in these worlds.
func otherDate() roster.Date {
	date, err := roster.ParseDate("1961-02-03")
	if err != nil {
		panic(err)
	}
	return date
}

// A reference_id is given to somebody else: nobody takes the place of a person who
// is covered without being looked at.
func TestReferenceIDOfAnotherPerson(t *testing.T) {
	another := func(w *world, ref string) *roster.Person {
		p := w.row(ref)
		p.Member.FirstName, p.Member.LastName, p.Member.DateOfBirth = "Other"+canary.GivenName, "Other"+canary.FamilyName, otherDate()
		return p
	}
	t.Run("is held", func(t *testing.T) {
		w := towns()
		another(w, "a01")
		got := tell(t, w.make(), "a")
		same(t, "carried", []string{"a01 held"}, got.Carried)
		if hold := planned(t, w.make(), "a").Hold; hold == nil || hold.Reason != roster.ReasonRekeyed {
			t.Errorf("the hold is %v, want one for another person", hold)
		}
	})
	t.Run("is held though the row says terminated", func(t *testing.T) {
		w := towns()
		another(w, "a01").Standing = roster.StandingTerminated
		same(t, "carried", []string{"a01 held"}, tell(t, w.make(), "a").Carried)
	})
	t.Run("leaves when it is approved, and the other one comes in the next round", func(t *testing.T) {
		w := towns()
		another(w, "a01")
		w.approve(t, "a")
		a := planned(t, w.make(), "a")
		same(t, "removals", []string{"a01 rekeyed"}, tell(t, w.make(), "a").Removals)
		if !a.Unfinished {
			t.Error("the group is done, want another round")
		}
		w.deliver(a, nil)
		same(t, "adds", []string{"a01"}, tell(t, w.make(), "a").Adds)
	})
	t.Run("is not thought of those who marry or whose date is corrected", func(t *testing.T) {
		for _, change := range []func(m *roster.Member){
			func(m *roster.Member) { m.LastName = "Other" + canary.FamilyName },
			func(m *roster.Member) { m.DateOfBirth = otherDate() },
			func(m *roster.Member) { m.FirstName, m.LastName = "Other"+canary.GivenName, "Other"+canary.FamilyName },
			func(m *roster.Member) {
				m.FirstName = strings.ToUpper(m.FirstName)
				m.LastName, m.DateOfBirth = "Other"+canary.FamilyName, otherDate()
			},
		} {
			w := towns()
			change(&w.row("a01").Member)
			got := tell(t, w.make(), "a")
			same(t, "carried", nil, got.Carried)
			same(t, "changes", []string{"a01"}, planned(t, w.make(), "a").Changes)
		}
	})
}

func TestRekeyedPeople(t *testing.T) {
	t.Run("approved in one group change their id at once", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new")
		w.approve(t, "a")
		same(t, "plan", told{
			Decision: "submit changed", Adds: []string{"new"}, Removals: []string{"a01 rekeyed"},
		}, tell(t, w.make(), "a"))
		if a := planned(t, w.make(), "a"); len(a.After)+len(a.Arrivals) > 0 {
			t.Errorf("the group waits for %v", a.After)
		}
	})
	t.Run("approved and not let go by Vitable wait for the retry", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new")
		w.approve(t, "a")
		w.state("a", func(s *roster.GroupState) {
			s.Delivered = roster.Delivery{Digest: planned(t, w.make(), "a").Digest, At: now(), Failures: 1, Retries: 1}
		})
		same(t, "plan", told{
			Decision: "skip unchanged", Adds: []string{"new"}, Removals: []string{"a01 rekeyed"},
		}, tell(t, w.make(), "a"))
	})
	t.Run("approved across groups leave before they enter", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new").Group = "b"
		held := w.make()
		same(t, "plan of the new group while it is held", told{Decision: "skip unchanged", LeftOut: []string{"new rekeyed"}}, tell(t, held, "b"))
		w.approve(t, "a")
		p := w.make()
		same(t, "removals", []string{"a01 rekeyed"}, tell(t, p, "a").Removals)
		b := planned(t, p, "b")
		same(t, "adds", []string{"new"}, b.Adds)
		same(t, "order", []string{"a"}, b.After)
		same(t, "arrivals", []plan.Arrival{{ReferenceID: "new", From: "a", Leaver: "a01"}}, b.Arrivals)
	})
	t.Run("approved keep their old id while the new group cannot be sent, and the approval stays", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new").Group = "b"
		w.approve(t, "a")
		w.Busy["b"] = roster.ReasonInFlight
		a := planned(t, w.make(), "a")
		same(t, "carried", []string{"a01 moving"}, tell(t, w.make(), "a").Carried)
		if a.Uses != "" || a.Hold == nil || a.Hold.ID != "hold_a" {
			t.Errorf("uses %q, hold %v; want the approval kept for later", a.Uses, a.Hold)
		}
	})
	t.Run("of whom a roster may have arrived under the new id still ask", func(t *testing.T) {
		w := towns()
		heir := w.rekey("a01", "new")
		base := w.Baselines["a"]
		base.Members = append(slices.Clone(base.Members), roster.Enrolled{Member: heir.Member, PlanID: heir.Member.PlanID, Source: heir.Source, Maybe: true})
		slices.SortFunc(base.Members, func(x, y roster.Enrolled) int { return strings.Compare(x.Member.ReferenceID, y.Member.ReferenceID) })
		w.Baselines["a"] = base
		for range 3 {
			p := w.make()
			same(t, "removals", nil, tell(t, p, "a").Removals)
			if hold := planned(t, p, "a").Hold; hold == nil || hold.Reason != roster.ReasonRekeyed {
				t.Fatalf("the hold is %v, want one for somebody with a new id", hold)
			}
			w.state("a", func(s *roster.GroupState) { s.Absences = planned(t, p, "a").Absences })
		}
	})
	t.Run("are not removed as absent, however long they are held", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new")
		w.States["a"].Absences["a01"] = 50
		same(t, "carried", []string{"a01 held"}, tell(t, w.make(), "a").Carried)
		same(t, "absences", map[string]int{}, planned(t, w.make(), "a").Absences)
	})
	t.Run("two with one name and birth date are both kept", func(t *testing.T) {
		w := towns()
		twin := w.base("a", "a02")
		twin.Member = member("a01")
		twin.Member.ReferenceID = "a02"
		w.rekey("a01", "new")
		w.vanish("a", "a02")
		same(t, "carried", []string{"a01 held", "a02 held"}, tell(t, w.make(), "a").Carried)
	})
	t.Run("whose new id is enrolled already are absent", func(t *testing.T) {
		w := towns()
		w.group("d", append(crew("d", 40), "new")...)
		w.drop("new")
		w.rekey("a01", "new").Group = "d"
		p := w.make()
		same(t, "carried", []string{"a01 absent"}, tell(t, p, "a").Carried)
		same(t, "changes", []string{"new"}, tell(t, p, "d").Changes)
	})
	t.Run("have one successor, another of that name is somebody new", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new1")
		w.hire("a", "new2").Member = w.row("new1").Member
		w.row("new2").Member.ReferenceID = "new2"
		got := tell(t, w.make(), "a")
		same(t, "left out", []string{"new1 rekeyed"}, got.LeftOut)
		same(t, "adds", []string{"new2"}, got.Adds)
	})
	t.Run("a name in another case is the same name", func(t *testing.T) {
		w := towns()
		w.rekey("a01", "new").Member.LastName = strings.ToUpper(canary.FamilyName) + " A01"
		same(t, "carried", []string{"a01 held"}, tell(t, w.make(), "a").Carried)
	})
	t.Run("another birth date is another person", func(t *testing.T) {
		w := towns()
		heir := w.rekey("a01", "new")
		heir.Member.DateOfBirth = heir.Member.DateOfBirth.AddDays(1)
		same(t, "carried", []string{"a01 absent"}, tell(t, w.make(), "a").Carried)
	})
	t.Run("a colleague of the same name who has a row is no rekeyed one", func(t *testing.T) {
		w := towns()
		w.hire("a", "new").Member = member("a01")
		w.row("new").Member.ReferenceID = "new"
		same(t, "plan", told{Decision: "submit changed", Adds: []string{"new"}}, tell(t, w.make(), "a"))
	})
}

// TestAnApprovedSwap needs the approval once, though it takes two rounds.
func TestAnApprovedSwap(t *testing.T) {
	w := towns()
	for _, group := range []string{"a", "b"} {
		w.state(group, func(s *roster.GroupState) { s.ConfigHash = "cfg-0" })
	}
	w.move("b", "a01")
	w.move("a", "b01")
	held := w.make()
	for _, group := range []string{"a", "b"} {
		hold := *planned(t, held, group).Hold
		hold.ID, hold.State, hold.ExpiresAt = "hold_"+group, roster.HoldApproved, now().AddDate(0, 0, 1)
		w.Holds[group] = hold
	}
	first := w.make()
	for _, g := range []plan.Group{planned(t, first, "a"), planned(t, first, "b")} {
		if len(g.Removals) == 0 && (g.Uses != "" || g.Hold == nil || g.Approved != 0) {
			t.Errorf("%s removes nobody yet and uses %q for %d", g.ExternalReferenceID, g.Uses, g.Approved)
		}
	}
	w.deliverAll(t, first)
	w.CountPull = false
	w.deliverAll(t, w.make())
	same(t, "groups of a01", []string{"b"}, w.coveredIn("a01"))
	same(t, "groups of b01", []string{"a"}, w.coveredIn("b01"))
}

// The only one who moves into a group that stood there before waits for its
// approval, and that is told: nobody would ask otherwise.
func TestAMoverIntoAGroupWithoutBaselineIsHeld(t *testing.T) {
	w := newWorld()
	w.group("old", crew("a", 20)...)
	w.listed("new")
	w.move("new", "a01")
	same(t, "the old group", []string{"a01 moving"}, tell(t, w.make(), "old").Carried)
	got := tell(t, w.make(), "new")
	same(t, "the new group", told{
		Decision: "hold no_baseline", LeftOut: []string{"a01 waits_for_move"}, Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline"},
	}, got)
	w.approve(t, "new")
	same(t, "once approved", "submit first_sync", tell(t, w.make(), "new").Decision)
	same(t, "who leaves", []string{"a01 moved"}, tell(t, w.make(), "old").Removals)
}
