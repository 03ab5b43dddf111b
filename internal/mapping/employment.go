package mapping

import "github.com/rosterd/rosterd/internal/roster"

// earliestEmployment is the first year in which an employment date is believed:
// some systems write 1900-01-01 or 0001-01-01 for "none", and as a termination
// date that would end somebody's coverage.
const earliestEmployment = 1930

// standing says where the row's person stands today; "" where the row leaves
// that open, with a problem that says why. An expression that fails or a blank
// cell in include matters only where the answer hangs on it: whoever has left
// may have a row without hours.
func (r *reading) standing() roster.Standing {
	facts := Facts{Included: true, Hired: r.employmentDate(hireDate), Ended: r.employmentDate(terminationDate)}
	r.blankStatus()
	facts.Terminated = r.saysTerminated()
	if len(r.person.Problems) > 0 {
		return ""
	}
	include := &r.b.include
	if facts.Terminated {
		// The status that says terminated is also what include does not list. A
		// termination that has not come yet may not act through that door.
		include = &r.b.includeLeaving
	}
	included, doubt := r.holds(include)
	facts.Included = included == yes
	standing := Standing(facts, r.b.eligibility, r.today)
	if included == unclear {
		facts.Included = true
		if Standing(facts, r.b.eligibility, r.today) != standing {
			r.person.Problems = append(r.person.Problems, doubt)
			return ""
		}
	}
	if standing == "" {
		r.problem(roster.InvalidRow, hireDate, "blank, and the waiting period counts from it")
	}
	return standing
}

// employmentDate reads the hire or the termination date.
func (r *reading) employmentDate(t target) roster.Date {
	date := r.date(t, r.horizon, "two-digit year read as within 80 years back and 20 ahead")
	if !date.IsZero() && date.Year() < earliestEmployment {
		r.problem(roster.InvalidRow, t, "before the year 1930, so hardly a date of employment")
	}
	return date
}

// horizon is the last day of the year in 20 years.
func (r *reading) horizon() roster.Date {
	return r.today.AddMonths(12*20 + 12 - int(r.today.Month())).EndOfMonth()
}

// blankStatus adds a problem where a rule asks for the status and the cell is
// blank: that is a hiccup of the export, not a statement about somebody.
func (r *reading) blankStatus() {
	if r.b.blankStatusSays {
		return
	}
	if text, ok := r.text(&r.b.fields[status]); ok && text == "" {
		r.problem(roster.InvalidRow, status, "blank, and a rule asks for it")
	}
}

// saysTerminated asks the terminated rule; a doubt is a problem.
func (r *reading) saysTerminated() bool {
	if r.b.terminated.isZero() {
		return false
	}
	said, doubt := r.holds(&r.b.terminated)
	if said == unclear {
		r.person.Problems = append(r.person.Problems, doubt)
	}
	return said == yes
}

// holds asks a rule. One clear no decides, whatever else is in doubt; the
// doubt belongs to the answer unclear.
func (r *reading) holds(rule *boundRule) (said answer, doubt roster.Problem) {
	said = yes
	if rule.expression != nil {
		result, ok := rule.expression.evaluate(r.b.activation)
		if holds, isBool := result.(bool); !ok || !isBool {
			return unclear, roster.Problem{Kind: roster.RuleError, Field: rule.name, Detail: expressionFailed}
		} else if !holds {
			return no, roster.Problem{}
		}
	}
	for i := range rule.clauses {
		c := &rule.clauses[i]
		text, ok := r.text(&c.cell)
		if !ok {
			said, doubt = unclear, roster.Problem{Kind: roster.RuleError, Field: c.name, Detail: expressionFailed}
			continue
		}
		switch c.accepts(text) {
		case no:
			return no, roster.Problem{}
		case unclear:
			said, doubt = unclear, roster.Problem{Kind: roster.InvalidRow, Field: c.name, Detail: "blank, and include asks for it"}
		}
	}
	return said, doubt
}
