package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Rolls is everybody whom the sources name, by group. Rows without a
// reference_id are not in it.
type Rolls interface {
	// Groups lists the groups that rows name; "" where a row names none.
	Groups() []string
	// People are the rows that name a group.
	People(group string) []roster.Person
	// References are the reference_ids of People, sorted.
	References(group string) []string
	// Roster names the payload that the rows of a group make: its size, its
	// digest and the plans in it. ok is false where somebody is not in or has a
	// problem.
	Roster(group string) (size int, digest string, plans []string, ok bool)
}

// Index says who stands where in Rolls.
type Index interface {
	// Whereabouts returns a group that has a row of this person. It may err on
	// the side of naming one for somebody who has no row.
	Whereabouts(ref string) (group string, found bool)
	// Shared lists pairs of groups that have rows of the same person, and may
	// err on the side of naming too many.
	Shared() [][2]string
}

// Assembly is the plan of a run, made in parts, so that no more people are
// looked at side by side than depend on one another:
//
//	| a group                                         | is planned               |
//	| ----------------------------------------------- | ------------------------ |
//	| whose rows say what its baseline says           | without its people       |
//	| in which nobody is, and whose rows can be sent  | without its people       |
//	| whose people are in no other group, then or now | alone                    |
//	| that shares somebody with other groups          | in one part with them    |
//
// The plan is the one that Make would make of everybody at once, but for
// Entries: those of groups that are planned alone are made again when they are
// asked for.
type Assembly struct {
	Plan Plan

	in       Input
	rolls    Rolls
	baseline func(group string) (roster.Baseline, error)
	over     bool // more people would leave than may in one run
}

// Assemble plans every group. The people come from rolls; of in, People is not
// read, and Baselines has those that baseline does not know. baseline is asked
// again when a payload is, and has to say the same then.
func Assemble(in Input, rolls Rolls, index Index, baseline func(group string) (roster.Baseline, error)) (*Assembly, error) {
	a := &Assembly{in: in, rolls: rolls, baseline: baseline}
	plain := a.plain()
	divided, err := a.divide(plain, index)
	if err != nil {
		return nil, err
	}
	people := 0
	for _, g := range plain {
		people += g.Baseline
	}
	plans, err := a.plan(divided, people)
	if err != nil {
		return nil, err
	}
	plans = append(plans, Plan{Groups: slices.Collect(maps.Values(plain))})
	a.Plan = join(in, in.Nameless, plans...)
	return a, nil
}

// plan plans the parts. How many people leave all of them together is known
// only when each was begun; where they are too many, those in which anybody
// leaves are planned once more.
func (a *Assembly) plan(parts [][]string, people int) ([]Plan, error) {
	plans, left := make([]Plan, len(parts)), make([]int, len(parts))
	leaving := 0
	for i, groups := range parts {
		p, err := a.begin(groups)
		if err != nil {
			return nil, err
		}
		people, leaving, left[i] = people+p.people, leaving+p.leaving, p.leaving
		plans[i] = thin(p.end(false), len(groups) == 1)
	}
	if a.over = a.in.overRunLimit(people, leaving); !a.over {
		return plans, nil
	}
	for i, groups := range parts {
		if left[i] == 0 {
			continue
		}
		p, err := a.begin(groups)
		if err != nil {
			return nil, err
		}
		plans[i] = thin(p.end(true), len(groups) == 1)
	}
	return plans, nil
}

// begin looks up the people of some groups and begins to plan them.
func (a *Assembly) begin(groups []string) (*part, error) {
	in := a.in
	in.People, in.Baselines = nil, map[string]roster.Baseline{}
	for _, group := range groups {
		base, known, err := a.enrolled(group)
		if err != nil {
			return nil, err
		}
		if known {
			in.Baselines[group] = base
		}
		if len(groups) == 1 {
			in.People = a.rolls.People(group)
		} else {
			in.People = append(in.People, a.rolls.People(group)...)
		}
	}
	return begin(in, groups), nil
}

// enrolled is a group's baseline; known is false where it has none.
func (a *Assembly) enrolled(group string) (base roster.Baseline, known bool, err error) {
	if base, known = a.in.Baselines[group]; known {
		return base, true, nil
	}
	if !a.in.States[group].HasBaseline {
		return roster.Baseline{}, false, nil
	}
	base, err = a.baseline(group)
	return base, err == nil, err
}

// thin forgets the payloads that are not sent, or that can be made again, and
// with them everything that would keep people's texts alive: a reference_id is
// part of a much longer text.
func thin(p Plan, alone bool) Plan {
	for i := range p.Groups {
		g := &p.Groups[i]
		if alone || g.Decision != roster.Submit {
			g.Entries = nil
		}
		g.own()
	}
	for i := range p.Failures {
		p.Failures[i].ReferenceID = strings.Clone(p.Failures[i].ReferenceID)
	}
	return p
}

// own gives a group reference_ids of its own.
func (g *Group) own() {
	g.Adds, g.Changes = ownTexts(g.Adds), ownTexts(g.Changes)
	g.Awaited = ownTexts(g.Awaited)
	for i := range g.Offered {
		g.Offered[i] = Offer{strings.Clone(g.Offered[i].ReferenceID), strings.Clone(g.Offered[i].To)}
	}
	ownRemovals(g.Removals)
	for i := range g.Carried {
		g.Carried[i].ReferenceID = strings.Clone(g.Carried[i].ReferenceID)
	}
	for i := range g.LeftOut {
		g.LeftOut[i].ReferenceID = strings.Clone(g.LeftOut[i].ReferenceID)
	}
	g.Absences, g.Contested = ownKeys(g.Absences), ownKeys(g.Contested)
	if g.Hold != nil {
		hold := *g.Hold
		hold.Removals, hold.Roster = slices.Clone(hold.Removals), ownTexts(slices.Clone(hold.Roster))
		ownRemovals(hold.Removals)
		g.Hold = &hold
	}
}

// ownKeys gives counts reference_ids of their own.
func ownKeys(counts map[string]int) map[string]int {
	if len(counts) == 0 {
		return counts
	}
	owned := make(map[string]int, len(counts))
	for ref, n := range counts {
		owned[strings.Clone(ref)] = n
	}
	return owned
}

// ownTexts gives texts memory of their own: one for all of them.
func ownTexts(texts []string) []string {
	rest := strings.Join(texts, "")
	for i, text := range texts {
		texts[i], rest = rest[:len(text)], rest[len(text):]
	}
	return texts
}

func ownRemovals(removals []roster.Removal) {
	for i := range removals {
		removals[i].ReferenceID = strings.Clone(removals[i].ReferenceID)
	}
}

// errOtherPayload is a programming error: equal inputs make equal plans.
var errOtherPayload = errors.New("the payload is another than the planned one")

// Entries is the payload of a group that the plan submits.
func (a *Assembly) Entries(g *Group) ([]roster.Enrolled, error) {
	if g.Entries != nil || g.Payload == 0 {
		return g.Entries, nil
	}
	p, err := a.begin([]string{g.ExternalReferenceID})
	if err != nil {
		return nil, fmt.Errorf("make payload: %w", err)
	}
	again := p.end(a.over)
	if len(again.Groups) != 1 || again.Groups[0].Digest != g.Digest {
		return nil, fmt.Errorf("make payload: %w", errOtherPayload)
	}
	return again.Groups[0].Entries, nil
}
