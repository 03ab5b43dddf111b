package roster

import (
	"slices"
	"strings"
)

// Standing is what a row says about somebody's employment on a given day.
type Standing string

// The standings. In stands for "should be covered today".
const (
	StandingIn          Standing = "in"
	StandingTerminated  Standing = "terminated"
	StandingNotEligible Standing = "not_eligible"
)

// Person is one row of a source after mapping. A person with problems has a
// reference_id and a source, and whatever else could be read.
//
// Standing is decided before the other fields are validated: somebody who has
// left may have a row without a phone number. Where the standing itself could
// not be decided, Problems says so and Standing is "".
type Person struct {
	ReferenceID string
	Source      string   // the name of the source that the row came from
	Row         int      // line or position in the source, for finding it; 1-based
	Group       string   // external_reference_id of the group; "" when the row names none
	Standing    Standing // what the row says about today
	Member      Member   // what would be sent, complete only without Problems; who it is, of somebody who is out
	Problems    []Problem
	Notes       []Problem // guesses that do not stop the row, such as a restored leading zero
}

// Problem is one reason why a row cannot be sent as it is. It never holds a
// value of the row.
type Problem struct {
	Kind   Kind   // InvalidRow, RuleError, UnmappedGroup, UnmappedPlan or Duplicate
	Field  string // the target field, such as "phone"
	Detail string // what is wrong and what is expected, never the value
}

// Sendable reports whether the row could be sent: it is in and has no problem.
func (p *Person) Sendable() bool { return p.Standing == StandingIn && len(p.Problems) == 0 }

// Contradictory reports whether several rows of one reference_id contradict each other.
func (p *Person) Contradictory() bool {
	return slices.ContainsFunc(p.Problems, func(problem Problem) bool { return problem.Kind == Duplicate })
}

// SaysTheSame reports whether two rows of one reference_id agree in everything
// that would be done by them, wherever they stand. The name of somebody who is out
// is written in as many ways as there are employments.
func (p *Person) SaysTheSame(o *Person) bool {
	out := p.Standing == StandingTerminated || p.Standing == StandingNotEligible
	return p.ReferenceID == o.ReferenceID && p.Group == o.Group && p.Standing == o.Standing &&
		(out || p.Member == o.Member) && slices.Equal(p.Problems, o.Problems)
}

// Own gives a person memory of their own, in one piece: the cells of a row are
// parts of the source's text, most of whose columns nobody asked for.
func (p *Person) Own() {
	m := &p.Member
	texts := [...]*string{
		&p.ReferenceID, &p.Group, &m.ReferenceID, &m.PlanID, &m.FirstName, &m.LastName, &m.Phone, &m.Email,
		&m.Address.Line1, &m.Address.Line2, &m.Address.City, &m.Address.State, &m.Address.ZIP,
	}
	size := 0
	for _, text := range texts {
		size += len(*text)
	}
	var own strings.Builder
	own.Grow(size)
	for _, text := range texts {
		own.WriteString(*text)
	}
	rest := own.String()
	for _, text := range texts {
		n := len(*text)
		*text, rest = rest[:n], rest[n:]
	}
}
