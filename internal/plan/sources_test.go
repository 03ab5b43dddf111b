package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// offices is a world in which hq feeds groups a and shared, and branch feeds b
// and shared.
func offices() *world {
	w := newWorld()
	w.group("a", crew("a", 40)...)
	w.group("b", crew("b", 40)...)
	w.group("shared", crew("s", 40)...)
	w.Sources[branch], w.Fed[hq], w.Fed[branch] = roster.SourceOK, []string{"a", "shared"}, []string{"b", "shared"}
	for _, ref := range append(crew("b", 40), crew("s", 20)...) {
		w.row(ref).Source = branch
	}
	for _, group := range []string{"b", "shared"} {
		for i := range w.Baselines[group].Members {
			e := &w.Baselines[group].Members[i]
			e.Source = w.row(e.Member.ReferenceID).Source
		}
	}
	return w
}

// fail lets a source fail: its rows are not believed.
func (w *world) fail(source string, state roster.SourceState) {
	w.Sources[source] = state
	var believed []roster.Person
	for _, p := range w.People {
		if p.Source != source {
			believed = append(believed, p)
		}
	}
	w.People = believed
}

func TestAFailedSource(t *testing.T) {
	for _, state := range []roster.SourceState{roster.SourceBroken, roster.SourceOld} {
		t.Run(string(state), func(t *testing.T) {
			w := offices()
			w.fail(branch, state)
			w.hire("a", "new-a")
			w.hire("shared", "new-s")
			w.terminate("a01", "s40")
			w.listed("fresh")
			w.Limits.FirstSync = plan.FirstAllow
			w.hire("fresh", "new-f")
			p := w.make()
			blocked := told{Decision: "blocked source_failed"}
			same(t, "group that it feeds alone", blocked, tell(t, p, "b"))
			same(t, "group that it feeds too", blocked, tell(t, p, "shared"))
			same(t, "group that nobody knows yet", blocked, tell(t, p, "fresh"))
			same(t, "group that it does not feed", told{Decision: "submit changed", Adds: []string{"new-a"}, Removals: []string{"a01 terminated"}}, tell(t, p, "a"))
		})
	}
	t.Run("is known by the baseline where its last pull is not known", func(t *testing.T) {
		w := offices()
		delete(w.Fed, branch)
		w.fail(branch, roster.SourceBroken)
		same(t, "plan of shared", told{Decision: "blocked source_failed"}, tell(t, w.make(), "shared"))
	})
	t.Run("is known by its last pull where nobody of it is enrolled", func(t *testing.T) {
		w := offices()
		w.Fed[branch] = []string{"a"}
		w.fail(branch, roster.SourceBroken)
		same(t, "plan of a", told{Decision: "blocked source_failed"}, tell(t, w.make(), "a"))
	})
	t.Run("may have the row of somebody whom another source lost", func(t *testing.T) {
		w := offices()
		w.fail(branch, roster.SourceBroken)
		w.vanish("a", "a01")
		same(t, "plan of a", told{Decision: "skip unchanged", Carried: []string{"a01 absent"}}, tell(t, w.make(), "a"))
		same(t, "absences", map[string]int{"a01": 1}, planned(t, w.make(), "a").Absences)
	})
}

// TestASourceThatShrank lists, for both ways of knowing where somebody was
// last seen, whose absence is held.
func TestASourceThatShrank(t *testing.T) {
	tests := []struct {
		name  string
		group string
		ref   string
		setUp func(*world)
		held  bool
	}{
		{"last seen in it", "b", "b01", func(*world) {}, true},
		{"last seen in another source that feeds another group", "a", "a01", func(*world) {}, false},
		{"last seen, it seems, in another source, in a group that both feed", "shared", "s40", func(*world) {}, true},
		{"last seen in a source that has another name now", "b", "b01", func(w *world) {
			w.base("b", "b01").Source = "old-name"
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := offices()
			w.Sources[branch] = roster.SourceShrunk
			w.vanish(tt.group, tt.ref)
			tt.setUp(w)
			got := tell(t, w.make(), tt.group)
			if held := len(got.Carried) == 1; held != tt.held {
				t.Errorf("held: %v, want %v (%v)", held, tt.held, got)
			}
		})
	}
}

func TestAnAbsenceFromASourceThatShrankIsHeldAtOnce(t *testing.T) {
	w := offices()
	w.Sources[branch] = roster.SourceShrunk
	w.drop("b01") // for the first time
	same(t, "plan", told{
		Decision: "hold source_shrank", Carried: []string{"b01 held"},
		Hold: []string{"source_shrank open", "b01 absent"}, Failures: []string{"removals_held"},
	}, tell(t, w.make(), "b"))
	same(t, "absences", map[string]int{}, planned(t, w.make(), "b").Absences) // it is in doubt, so it counts for nothing
	w.approve(t, "b")
	same(t, "plan once approved", told{Decision: "submit changed", Removals: []string{"b01 absent"}}, tell(t, w.make(), "b"))
}

func TestRowsWithoutReferenceID(t *testing.T) {
	tests := []struct {
		name   string
		source string
		ref    string // who vanished from shared
		kept   bool
	}{
		{"in the source that they were last seen in", branch, "s01", true},
		{"in another source that feeds their group", hq, "s01", true},
		{"in a source that does not feed their group", "remote", "s01", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := offices()
			w.Sources["remote"] = roster.SourceOK
			w.vanish("shared", tt.ref)
			w.States["shared"].Absences[tt.ref] = w.Limits.AbsencePulls // the grace was over before
			nameless := w.hire("shared", "")
			nameless.Source, nameless.Problems = tt.source, []roster.Problem{{Kind: roster.InvalidRow, Field: "reference_id", Detail: "is empty"}}
			p := w.make()
			if kept := len(tell(t, p, "shared").Carried) == 1; kept != tt.kept {
				t.Errorf("kept: %v, want %v", kept, tt.kept)
			}
			same(t, "failures", []roster.Failure{{
				Source: tt.source, Kind: roster.InvalidRow, Operation: tt.source,
				Reason: "1 rows of source " + tt.source + " have no usable reference_id; until they have one, nobody counts as absent from it",
			}}, p.Failures)
		})
	}
	t.Run("do not stop a grace of one pull either", func(t *testing.T) {
		w := offices()
		w.Limits.AbsencePulls = 1
		w.drop("a01")
		w.hire("a", "")
		same(t, "carried", []string{"a01 absent"}, tell(t, w.make(), "a").Carried)
	})
}

// Somebody who was hired again is listed for both employments. That the row of the one
// that lasts is missing once proves no more than any row that is missing once.
func TestTheRowThatIsLeft(t *testing.T) {
	rows := map[string]func(*world){
		"former":  func(w *world) { w.hire("a", "a01").Standing = roster.StandingTerminated },
		"other":   func(w *world) { w.hire("a", "a01").Standing = roster.StandingNotEligible },
		"current": func(w *world) { w.hire("a", "a01") },
		"moved":   func(w *world) { w.hire("b", "a01") },
		"broken":  func(w *world) { w.hire("a", "a01"); w.spoil("a01", roster.InvalidRow, "phone") },
		"nobody":  func(w *world) { w.hire("a", "") },
		"doubt":   func(w *world) { w.Sources[branch] = roster.SourceBroken; w.Fed[branch] = []string{"b"} },
		"shrank":  func(w *world) { w.Sources[hq] = roster.SourceShrunk },
		"repeat":  func(w *world) { w.CountPull = false },
	}
	tests := []struct {
		pulls string // what each has of a01, and how it is
		want  string // of a01 in the last
	}{
		{"current, former", "out: terminated"}, // nothing ever contradicted it
		{"current former, former", "invalid"},
		{"current former, former, former", "out: terminated"},
		{"current former, other, other", "out: ineligible"},
		{"current former, other, former", "out: terminated"},
		{"current former, former repeat, former repeat, former", "invalid"},
		{"current former, former doubt, former doubt, former", "invalid"},
		{"current former, former shrank, former shrank, former", "invalid"},
		{"current former, former nobody, former nobody, former nobody", "invalid"},
		{"current former, former, current former, former", "invalid"},
		{"current former, current, former", "out: terminated"},
		{"current former, moved", "out: moved"},
		{"current former, broken, former", "invalid"},
		{"current former, , former", "invalid"},
		{"current former, , ", "out: absent"},
		{"current moved former, moved", "out: moved"},
		{"current former repeat, former, former", "out: terminated"},
	}
	for _, tt := range tests {
		t.Run(tt.pulls, func(t *testing.T) {
			w := offices()
			var got string
			for pull := range strings.SplitSeq(tt.pulls, ",") {
				w.drop("a01", "")
				w.CountPull, w.Sources = true, map[string]roster.SourceState{hq: roster.SourceOK}
				for row := range strings.FieldsSeq(pull) {
					rows[row](w)
				}
				g := planned(t, w.make(), "a")
				w.state("a", func(s *roster.GroupState) { s.Absences, s.Contested = g.Absences, g.Contested })
				got = fateOf(g, "a01")
			}
			same(t, "a01", tt.want, got)
		})
	}
}

// fateOf says what becomes of somebody who is enrolled.
func fateOf(g plan.Group, ref string) string {
	for _, r := range g.Removals {
		if r.ReferenceID == ref {
			return "out: " + string(r.Class)
		}
	}
	for _, c := range g.Carried {
		if c.ReferenceID == ref {
			return string(c.Why)
		}
	}
	return "stays"
}

func TestDuplicates(t *testing.T) {
	tests := []struct {
		name   string
		second func(*world)
		want   told
	}{
		{"that say the same are one", func(w *world) { w.hire("a", "a01") }, told{Decision: "skip unchanged"}},
		{"that say the same in two sources are one", func(w *world) { w.hire("a", "a01").Source = branch }, told{Decision: "skip unchanged"}},
		{
			"that differ keep the last record", func(w *world) { w.hire("a", "a01").Member.Phone = "2025550199" },
			told{Decision: "skip unchanged", Carried: []string{"a01 invalid"}, Failures: []string{"a01 duplicate"}},
		},
		{"that differ by source keep the last record", func(w *world) {
			row := w.hire("a", "a01")
			row.Source, row.Standing = branch, roster.StandingTerminated
		}, told{Decision: "skip unchanged", Carried: []string{"a01 invalid"}, Failures: []string{"a01 duplicate"}}},
		{
			"that name two groups keep the old one", func(w *world) { w.hire("b", "a01") },
			told{Decision: "skip unchanged", Carried: []string{"a01 invalid"}, Failures: []string{"a01 duplicate"}},
		},
		{
			"of three where the last two agree", func(w *world) { w.hire("b", "a01"); w.hire("b", "a01") },
			told{Decision: "skip unchanged", Carried: []string{"a01 invalid"}, Failures: []string{"a01 duplicate"}},
		},
		{"that both say terminated are one", func(w *world) {
			w.terminate("a01")
			row := w.hire("a", "a01")
			row.Standing, row.Member = roster.StandingTerminated, roster.Member{}
		}, told{Decision: "submit changed", Removals: []string{"a01 terminated"}}},
		{
			"of somebody new that differ are left out", func(w *world) { w.hire("a", "new"); w.hire("a", "new").Member.Phone = "2025550199" },
			told{Decision: "skip unchanged", LeftOut: []string{"new duplicate"}, Failures: []string{"new duplicate"}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := offices()
			tt.second(w)
			p := w.make()
			same(t, "plan of a", tt.want, tell(t, p, "a"))
			same(t, "plan of b", told{Decision: "skip unchanged"}, tell(t, p, "b"))
			backwards := *w
			backwards.People = nil
			for i := range w.People {
				backwards.People = append(backwards.People, w.People[len(w.People)-1-i])
			}
			if diff := cmp.Diff(p, backwards.make(), cmp.Comparer(func(a, b roster.Date) bool { return a == b })); diff != "" {
				t.Errorf("the order of rows matters:\n%s", diff)
			}
		})
	}
}

func TestCensus(t *testing.T) {
	rows := []roster.Person{{ReferenceID: "a", Source: hq, Row: 2}, {Source: hq, Row: 3}, {Source: hq, Row: 4}, {Source: branch, Row: 2}}
	census := plan.NewCensus(rows)
	same(t, "nameless rows", map[string]int{hq: 2, branch: 1}, census.Nameless)
	if p := census.Person("a"); p == nil || p.Row != 2 {
		t.Errorf("person %v, want the one of row 2", p)
	}
	if p := census.Person("b"); p != nil {
		t.Errorf("person %v, want nobody", p)
	}
}
