package muster_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/muster"
	"github.com/rosterd/rosterd/internal/roster"
)

// person is somebody who is in and can be sent.
func person(group, ref string) roster.Person {
	born, _ := roster.NewDate(1980, time.May, 17)
	return roster.Person{
		ReferenceID: ref, Source: "hq", Row: 7, Group: group, Standing: roster.StandingIn,
		Member: roster.Member{
			ReferenceID: ref, FirstName: "Canary", LastName: "Testperson", DateOfBirth: born, Phone: "2025550100", PlanID: "pln_gold",
			Address: roster.Address{Line1: "1 Nowhere Lane", City: "Springfield", State: "VA", ZIP: "00000"},
		},
	}
}

func with(p roster.Person, change func(*roster.Person)) roster.Person {
	change(&p)
	return p
}

func sheet(source string, people ...roster.Person) *muster.Sheet {
	s := muster.NewSheet(source)
	for i := range people {
		s.Add(&people[i])
	}
	return s
}

func dates() cmp.Option {
	return cmp.Options{cmpopts.EquateEmpty(), cmp.AllowUnexported(roster.Date{})}
}

func TestWhoeverIsAddedComesOutTheSame(t *testing.T) {
	plain := person("north", "E-1")
	tests := map[string]roster.Person{
		"in":         plain,
		"terminated": {ReferenceID: "E-1", Source: "hq", Row: 1 << 20, Group: "north", Standing: roster.StandingTerminated},
		"terminated, with a name": {
			ReferenceID: "E-1", Source: "hq", Row: 7, Group: "north", Standing: roster.StandingTerminated,
			Member: roster.Member{LastName: canary.FamilyName, DateOfBirth: plain.Member.DateOfBirth},
		},
		"not eligible, in no group":   {ReferenceID: "E-1", Source: "hq", Row: 3, Standing: roster.StandingNotEligible},
		"undecided":                   {ReferenceID: "E-1", Source: "hq", Row: 3, Problems: []roster.Problem{{Kind: roster.RuleError}}},
		"in, with a problem":          with(plain, func(p *roster.Person) { p.Problems = []roster.Problem{{Kind: roster.InvalidRow, Field: "phone"}} }),
		"in, without e-mail or birth": with(plain, func(p *roster.Person) { p.Member.DateOfBirth = roster.Date{} }),
		"very long":                   with(plain, func(p *roster.Person) { p.Member.Email = strings.Repeat("x", 70_000) }),
		"out, and with a member":      with(plain, func(p *roster.Person) { p.Standing = roster.StandingTerminated }),
		"under two names":             with(plain, func(p *roster.Person) { p.Member.ReferenceID = "E-2" }),
	}
	for name, p := range tests {
		t.Run(name, func(t *testing.T) {
			got := sheet("hq", p).People(p.Group)
			if diff := cmp.Diff([]roster.Person{p}, got, dates()); diff != "" {
				t.Errorf("(-added +kept):\n%s", diff)
			}
		})
	}
}

func TestAnyPeopleComeOutInTheOrderInWhichTheyCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []roster.Person
		for i := range rapid.IntRange(0, 400).Draw(t, "people") {
			p := person("north", fmt.Sprintf("E-%d", i))
			p.Row = rapid.IntRange(1, 1<<30).Draw(t, "row")
			p.Member.LastName = rapid.String().Draw(t, "name")
			all = append(all, p)
		}
		if diff := cmp.Diff(all, sheet("hq", all...).People("north"), dates()); diff != "" {
			t.Fatalf("(-added +kept):\n%s", diff)
		}
	})
}

func TestARosterHasTheDigestOfItsMembers(t *testing.T) {
	people := []roster.Person{person("north", "E-1"), person("north", "E-2"), person("north", "E-3")}
	var members []roster.Member
	for _, p := range people {
		members = append(members, p.Member)
	}
	for name, m := range map[string]*muster.Muster{
		"in order":          muster.Gather(sheet("hq", people...)),
		"in another order":  muster.Gather(sheet("hq", people[2], people[0], people[1])),
		"from two sources":  muster.Gather(sheet("hq", people[1]), sheet("branch", people[2], people[0])),
		"among other rows":  muster.Gather(sheet("hq", append([]roster.Person{person("south", "E-9")}, people...)...)),
		"with one nameless": muster.Gather(sheet("hq", append([]roster.Person{person("north", "")}, people...)...)),
	} {
		size, digest, plans, ok := m.Roster("north")
		if !ok || size != 3 || digest != roster.Digest(members) || !slices.Contains(plans, "pln_gold") {
			t.Errorf("%s: %d, %s, %v, %t", name, size, digest, plans, ok)
		}
	}
}

func TestNoRosterWhereSomebodyIsNotInOrHasAProblem(t *testing.T) {
	tests := map[string]roster.Person{
		"terminated": {ReferenceID: "E-2", Group: "north", Standing: roster.StandingTerminated},
		"a problem":  with(person("north", "E-2"), func(p *roster.Person) { p.Problems = []roster.Problem{{Kind: roster.InvalidRow}} }),
	}
	for name, p := range tests {
		if _, _, _, ok := muster.Gather(sheet("hq", person("north", "E-1"), p)).Roster("north"); ok {
			t.Errorf("%s: there is one", name)
		}
	}
	if _, _, _, ok := muster.Gather(sheet("hq")).Roster("north"); ok {
		t.Error("nobody: there is one")
	}
}

func TestWhoStandsWhere(t *testing.T) {
	m := muster.Gather(
		sheet("hq", person("north", "E-1"), person("north", "E-2"), person("north", "E-2"), person("south", "E-3"), person("", ""), person("east", "")),
		sheet("branch", person("south", "E-1"), person("", "E-4")),
	)
	x := muster.NewIndex(m)
	if diff := cmp.Diff([]string{"", "east", "north", "south"}, m.Groups()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][2]string{{"north", "north"}, {"north", "south"}}, x.Shared()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]int{"hq": 2}, m.Nameless()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"E-1", "E-3"}, m.References("south")); diff != "" {
		t.Error(diff)
	}
	for ref, want := range map[string]string{"E-1": "north", "E-3": "south", "E-4": ""} {
		if got, found := x.Whereabouts(ref); !found || got != want {
			t.Errorf("%s is in %q, %t", ref, got, found)
		}
	}
	if _, found := x.Whereabouts("E-5"); found {
		t.Error("E-5 is nowhere")
	}
	if diff := cmp.Diff([]string{"east", "north", "south"}, sheet("hq", person("south", "a"), person("north", "b"), person("", "c"), person("east", "")).Groups()); diff != "" {
		t.Error(diff)
	}
}
