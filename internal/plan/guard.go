package plan

import (
	"math"

	"github.com/rosterd/rosterd/internal/roster"
)

// Case is one group's removals before the guard.
type Case struct {
	Baseline      int  // people believed to be subscribed
	Remaining     int  // people in the payload if every removal went through and nobody arrived from another group
	Recent        int  // unapproved removals within the rolling window
	Earlier       Gone // in earlier rounds of this run
	ConfigChanged bool // since the baseline
	Removals      []Suspect
}

// Suspect is one removal with what makes it doubtful.
type Suspect struct {
	roster.Removal
	SourceShrank bool // absent from a source that lost many people at once
	Unheard      bool // a roster of unknown fate left them out: for all that is known they are gone already
}

// Guard says which removals of a group need a person's approval, and the
// gravest reason. It returns nil when all may pass.
//
//	| what                                             | is held                     | reason         |
//	| ------------------------------------------------ | --------------------------- | -------------- |
//	| nobody would be left                             | every removal               | would_empty    |
//	| configuration or layout changed                  | all but terminated          | config_changed |
//	| absent from a source that shrank                 | these                       | source_shrank  |
//	| the same person under another reference_id       | these                       | rekeyed        |
//	| the rest is over the limit of the group          | the rest                    | group_limit    |
//	| the rest's absences are over their own limit     | the absences of the rest    | absent_limit   |
//	| with the last days' removals over the rolling limit | the rest                 | rolling_limit  |
//
// "The rest" are removals that no earlier row holds; whoever left in an earlier
// round of the run counts with them for the group's own limits. Whoever is held, and
// gone already for all that is known, is among the last days' removals. In a group under
// small_group.below, small_group.count stands in for every count and
// percentage: percentages mean nothing for a handful of people.
func Guard(c Case, l Limits) (held []roster.Removal, reason roster.Reason) {
	if len(c.Removals) == 0 {
		return nil, ""
	}
	g := guard{held: make([]bool, len(c.Removals)), removals: c.Removals}
	always := func(Suspect) bool { return true }
	absent := func(s Suspect) bool { return s.Class == roster.Absent }

	if c.Remaining == 0 {
		g.hold(roster.ReasonWouldEmpty, always)
	}
	if c.ConfigChanged {
		g.hold(roster.ReasonConfigChanged, func(s Suspect) bool { return s.Class != roster.Terminated })
	}
	g.hold(roster.ReasonSourceShrank, func(s Suspect) bool { return s.SourceShrank && s.Class == roster.Absent })
	g.hold(roster.ReasonRekeyed, func(s Suspect) bool { return s.Class == roster.Replaced })
	before := c.Baseline + c.Earlier.People
	if g.passing(always)+c.Earlier.People > l.allowed(l.MaxRemovals, before) {
		g.hold(roster.ReasonGroupLimit, always)
	}
	if g.passing(absent)+c.Earlier.Absent > l.allowed(l.MaxAbsent, before) {
		g.hold(roster.ReasonAbsentLimit, absent)
	}
	recent := c.Recent + g.gone()
	if rest := g.passing(always); rest > 0 && rest+recent > l.allowedRolling(c.Baseline+recent) {
		g.hold(roster.ReasonRollingLimit, always)
	}
	return g.result()
}

// allowed is how many of a group's people may go by one bound.
func (l Limits) allowed(b Bound, baseline int) int {
	if baseline < l.SmallGroup.Below {
		return min(l.SmallGroup.Count, b.Count)
	}
	return min(b.Count, portion(b.Percent, baseline))
}

// allowedRolling is how many of a group's people may go within the window.
func (l Limits) allowedRolling(before int) int {
	if before < l.SmallGroup.Below {
		return max(l.SmallGroup.Count, portion(l.Rolling.Percent, before))
	}
	return portion(l.Rolling.Percent, before)
}

// AllowedInRun is how many people of all groups together may go in one run.
func (l Limits) AllowedInRun(baselines int) int {
	if baselines < l.SmallGroup.Below {
		return max(l.SmallGroup.Count, portion(l.MaxRunPercent, baselines))
	}
	return portion(l.MaxRunPercent, baselines)
}

// portion is percent of n, rounded down: 10 % of 25 people are 2. The small
// addend keeps 7 % of 100 from being 6.
func portion(percent float64, n int) int {
	return int(math.Floor(percent*float64(n)/100 + 1e-9))
}

type guard struct {
	removals []Suspect
	held     []bool
	reason   roster.Reason
}

// hold holds every removal that is not held yet and fits; the first reason that
// holds anything is the one that is told.
func (g *guard) hold(reason roster.Reason, fits func(Suspect) bool) {
	for i, s := range g.removals {
		if !g.held[i] && fits(s) {
			g.held[i] = true
			if g.reason == "" {
				g.reason = reason
			}
		}
	}
}

func (g *guard) passing(fits func(Suspect) bool) int {
	n := 0
	for i, s := range g.removals {
		if !g.held[i] && fits(s) {
			n++
		}
	}
	return n
}

// gone counts those who are held and seem to have left before.
func (g *guard) gone() int {
	n := 0
	for i, s := range g.removals {
		if g.held[i] && s.Unheard {
			n++
		}
	}
	return n
}

func (g *guard) result() ([]roster.Removal, roster.Reason) {
	var held []roster.Removal
	for i, s := range g.removals {
		if g.held[i] {
			held = append(held, s.Removal)
		}
	}
	return held, g.reason
}
