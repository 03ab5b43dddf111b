package mapping

import (
	"slices"
	"strings"
)

// boundRule is a rule over the columns of one pull.
type boundRule struct {
	name            string // include or terminated
	clauses         []boundClause
	expression      *expression
	expressionReads []int
}

type boundClause struct {
	name     string
	cell     cell
	accepted []string
	blank    blankCell
}

// blankCell is what a blank cell says to a list that does not have "".
type blankCell int

// A blank never ends coverage: asked for signs of a termination it has none,
// and asked whether somebody is included it says nothing at all.
const (
	blankSaysNo blankCell = iota
	blankSaysNothing
)

// answer of a rule to a row.
type answer int

const (
	no answer = iota
	yes
	unclear // a Problem says why
)

func (r *boundRule) isZero() bool { return len(r.clauses) == 0 && r.expression == nil }

// reads lists the columns that the rule depends on.
func (r *boundRule) reads() []int {
	all := slices.Clone(r.expressionReads)
	for _, c := range r.clauses {
		all = append(all, c.cell.reads...)
	}
	return all
}

// without returns the rule less what depends on any of the columns.
func (r boundRule) without(columns []int) boundRule {
	among := func(at int) bool { return slices.Contains(columns, at) }
	if slices.ContainsFunc(r.expressionReads, among) {
		r.expression, r.expressionReads = nil, nil
	}
	r.clauses = slices.DeleteFunc(slices.Clone(r.clauses), func(c boundClause) bool {
		return slices.ContainsFunc(c.cell.reads, among)
	})
	return r
}

// accepts answers for one clean cell.
func (c *boundClause) accepts(text string) answer {
	for _, value := range c.accepted {
		if strings.EqualFold(value, text) {
			return yes
		}
	}
	if text == "" && c.blank == blankSaysNothing {
		return unclear
	}
	return no
}
