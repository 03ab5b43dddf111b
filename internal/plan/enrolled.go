package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// treatment is what becomes of one enrolled person.
type treatment struct {
	kind    treatmentKind
	class   roster.Class   // of a removal
	why     roster.Why     // of a carry
	problem roster.Problem // Kind "" when there is none
}

type treatmentKind int

const (
	keepRow   treatmentKind = iota // the row is sent
	carryLast                      // the last accepted record is sent
	leaveOut                       // removal, if the guard lets it pass
)

// treatEnrolled decides about one person of group here, whom the baseline
// holds. It is the enrolled half of the truth table of the design:
//
//	| this pull says                            | treatment                     |
//	| ----------------------------------------- | ----------------------------- |
//	| valid row here                            | the row                       |
//	| valid row here, other plan, report        | the row, plan_change_unconfirmed |
//	| valid row here, other plan, readd         | out: plan_change              |
//	| invalid, unmapped, rule error, duplicate  | carried: invalid              |
//	| no longer a duplicate, its grace not over | carried: invalid              |
//	| a row of another person                   | out: rekeyed (always held)    |
//	| terminated                                | out: terminated               |
//	| not eligible                              | out: ineligible               |
//	| valid row, another group                  | out: moved                    |
//	| no row, came under another reference_id   | out: rekeyed (always held)    |
//	| the same, and that row cannot be sent     | carried: invalid              |
//	| no row, fewer pulls than the grace        | carried: absent               |
//	| no row, source shrank                     | out: absent (always held)     |
//	| no row, grace over                        | out: absent                   |
//
// Pins and the guard come after it and only ever turn "out" into "carried".
//
//nolint:gocyclo // a truth table reads best in one piece
func treatEnrolled(e *roster.Enrolled, here string, p *roster.Person, problem roster.Problem, rekeyed bool, missed int, limits Limits) treatment {
	switch {
	case p == nil && problem.Kind != "":
		return treatment{kind: carryLast, why: roster.CarriedInvalid, problem: problem}
	case p == nil && rekeyed:
		return treatment{kind: leaveOut, class: roster.Replaced, problem: roster.Problem{Kind: roster.Rekeyed}}
	case p == nil && missed < limits.AbsencePulls:
		return treatment{kind: carryLast, why: roster.CarriedAbsent}
	case p == nil:
		return treatment{kind: leaveOut, class: roster.Absent}
	case problem.Kind != "":
		return treatment{kind: carryLast, why: roster.CarriedInvalid, problem: problem}
	case isAnotherPerson(&e.Member, &p.Member):
		return treatment{kind: leaveOut, class: roster.Replaced, problem: roster.Problem{Kind: roster.Rekeyed}}
	case p.Standing == roster.StandingTerminated:
		return treatment{kind: leaveOut, class: roster.Terminated}
	case p.Standing == roster.StandingNotEligible:
		return treatment{kind: leaveOut, class: roster.Ineligible}
	case p.Group != here:
		return treatment{kind: leaveOut, class: roster.Moved}
	case p.Member.PlanID != e.PlanID && e.PlanID != "" && !e.Maybe:
		if limits.PlanChange == PlanReadd {
			return treatment{kind: leaveOut, class: roster.PlanChange}
		}
		return treatment{kind: keepRow, problem: roster.Problem{Kind: roster.PlanChangeUnconfirmed, Field: "plan"}}
	}
	return treatment{kind: keepRow}
}

// isAnotherPerson reports whether a row names somebody else than the one who is
// covered under its reference_id: neither first name, last name nor birth date is
// the same. People marry, and HR corrects dates, but not all of it at once. A
// blank says nothing.
func isAnotherPerson(covered, row *roster.Member) bool {
	differ := func(a, b string) bool { return a != "" && b != "" && !strings.EqualFold(a, b) }
	return differ(covered.FirstName, row.FirstName) && differ(covered.LastName, row.LastName) &&
		differ(covered.DateOfBirth.String(), row.DateOfBirth.String())
}

// obstacle is why a person's row cannot be used, Kind "" when it can. Somebody
// who has left or is not eligible needs neither plan nor group.
func (m *maker) obstacle(p *roster.Person) roster.Problem {
	switch {
	case p == nil:
		return roster.Problem{}
	case len(p.Problems) > 0:
		return p.Problems[0]
	case p.Standing != roster.StandingIn:
		return roster.Problem{}
	case !m.in.Plans[p.Member.PlanID]:
		return roster.Problem{Kind: roster.UnmappedPlan, Field: "plan", Detail: "the plan is neither in plans nor one that Vitable lists"}
	case !m.exists(p.Group):
		return roster.Problem{Kind: roster.UnmappedGroup, Field: "group", Detail: "no group with this external_reference_id at Vitable"}
	}
	return roster.Problem{}
}

// exists reports whether a row may name this group: Vitable lists it, or
// rosterd has reason to expect it there (then its absence blocks the group).
func (m *maker) exists(group string) bool {
	if _, ok := m.in.Known[group]; ok {
		return true
	}
	return m.in.Managed[group] || m.in.States[group].HasBaseline
}

// Doubt adds to a baseline the people of requests whose fate is unknown. They
// may be subscribed, so they can be removed only like anybody who is.
func Doubt(base roster.Baseline, unknown []roster.Sync) roster.Baseline {
	if len(unknown) == 0 {
		return base
	}
	have := make(map[string]bool, len(base.Members))
	for i := range base.Members {
		have[base.Members[i].Member.ReferenceID] = true
	}
	merged := slices.Clone(base.Members)
	for _, sync := range slices.Backward(unknown) { // the newest record of a person wins
		for _, entry := range sync.Entries {
			if ref := entry.Member.ReferenceID; !have[ref] {
				have[ref] = true
				entry.Maybe = true
				merged = append(merged, entry)
			}
		}
	}
	slices.SortFunc(merged, func(a, b roster.Enrolled) int { return cmp.Compare(a.Member.ReferenceID, b.Member.ReferenceID) })
	return roster.Baseline{Members: merged}
}
