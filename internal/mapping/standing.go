package mapping

import "github.com/rosterd/rosterd/internal/roster"

// Facts is what one row says about employment.
type Facts struct {
	Terminated bool        // the row says terminated, whatever its date
	Included   bool        // the include rule holds; for somebody whose row says terminated, what it asks beside that
	Hired      roster.Date // zero: the row does not say
	Ended      roster.Date // the termination date; zero: the row does not say
}

// Standing says where somebody with these facts stands on the day today. It is
// "" where the facts do not suffice: a waiting period counts from a hire date
// that the row does not have.
//
// Out is the day on which coverage is over: the termination date itself or,
// with EndsWithMonth, the first day of the month after it. A rehire is a hire
// date after the termination date in a row that does not say terminated. The
// first line that fits decides:
//
//	| says terminated | termination date    | hire date            | included | standing     |
//	| --------------- | ------------------- | -------------------- | -------- | ------------ |
//	| yes             | none                | any                  | any      | terminated   |
//	| yes             | out                 | any                  | any      | terminated   |
//	| no              | out                 | none, or not after   | any      | terminated   |
//	| any             | any                 | any                  | no       | not_eligible |
//	| any             | not yet out         | after it             | yes      | in           |
//	| any             | other, or a rehire  | none, waiting period | yes      | ""           |
//	| any             | other, or a rehire  | not yet over *       | yes      | not_eligible |
//	| any             | other, or a rehire  | none, or over *      | yes      | in           |
//
// (*) the hire date and the waiting period after it. So a termination date in
// the future, or one whose month is not over, never acts early, and neither
// does a rehire while the old employment still runs. A termination date that is
// cleared brings somebody back in.
func Standing(facts Facts, e Eligibility, today roster.Date) roster.Standing {
	dated := !facts.Ended.IsZero()
	out := dated && !today.Before(e.outOn(facts.Ended))
	hiredAfter := dated && facts.Hired.After(facts.Ended)
	switch {
	case facts.Terminated && (!dated || out), out && !hiredAfter:
		return roster.StandingTerminated
	case !facts.Included:
		return roster.StandingNotEligible
	case hiredAfter && !out:
		return roster.StandingIn
	case facts.Hired.IsZero() && !e.Waiting.IsZero():
		return ""
	case today.Before(e.Waiting.over(facts.Hired)):
		return roster.StandingNotEligible
	}
	return roster.StandingIn
}

// outOn is the first day without coverage.
func (e Eligibility) outOn(ended roster.Date) roster.Date {
	if e.CoverageEnds == EndsWithMonth {
		return ended.EndOfMonth().AddDays(1)
	}
	return ended
}

// over is the first day of coverage for somebody hired on that day; for no day
// it is no day, which is before every other.
func (w Waiting) over(hired roster.Date) roster.Date {
	if hired.IsZero() {
		return hired
	}
	first := hired.AddMonths(w.Months).AddDays(w.Days)
	if w.FirstOfMonth {
		first = first.FirstOfMonth()
	}
	return first
}
