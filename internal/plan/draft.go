package plan

import (
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// draft is one group while it is being planned.
type draft struct {
	name      string
	state     roster.GroupState
	base      []roster.Enrolled
	covered   int               // people of the baseline
	block     roster.Reason     // why nothing can be sent; "" when something can
	stays     []roster.Enrolled // rows and records of enrolled people who stay
	adds      []addition
	outs      []departure
	changes   []string
	carried   []Carried
	leftOut   []LeftOut
	absent    map[string]int
	contested map[string]int          // nil: nobody
	hold      *roster.Hold            // removals that were held
	uses      string                  // id of the approved hold that lets removals through
	approved  map[roster.Removal]bool // departures that it names
	problem   []roster.Failure
	offered   []Offer  // people who may go when another shard awaits them
	waiting   bool     // people are carried whose removal the guard has not judged yet
	again     bool     // another round would do more
	view      *outlook // nil after every change
	made      *payload // likewise
}

// payload is what would be sent for a draft as it stands.
type payload struct {
	entries []roster.Enrolled // sorted; nil for a group that nobody looked into
	size    int
	digest  string
}

func (m *maker) newDraft(name string, base []roster.Enrolled) *draft {
	return &draft{name: name, state: m.in.States[name], base: base, covered: len(base), absent: map[string]int{}}
}

// changed forgets what was made of the draft as it was.
func (d *draft) changed() { d.view, d.made = nil, nil }

// addition is one new person and what has to happen first.
type addition struct {
	entry roster.Enrolled
	from  []origin
}

// origin is a group that has to lose somebody before they are added elsewhere:
// the same reference_id, or the one that they had before they were rekeyed.
type origin struct {
	group  string
	leaver string
}

// arrives reports whether the person comes from a group other than here.
func (a *addition) arrives(here string) bool {
	return slices.ContainsFunc(a.from, func(o origin) bool { return o.group != here })
}

// departure is one removal that has not been held.
type departure struct {
	last  roster.Enrolled
	class roster.Class
	to    string // the group that takes them, for moves, or their successor
}

// contest notes somebody of whom only a row that ends coverage is left.
func (d *draft) contest(ref string, pulls int) {
	if d.contested == nil {
		d.contested = map[string]int{}
	}
	d.contested[ref] = pulls
}

// carry turns the departures that fit into people who stay.
func (d *draft) carry(why roster.Why, fits func(*departure) bool) (any bool) {
	var kept []bool
	for i := range d.outs {
		if out := &d.outs[i]; fits(out) {
			kept = mark(kept, len(d.outs), i)
			d.stay(out.last, why)
		}
	}
	d.outs = unmarked(d.outs, kept)
	return kept != nil
}

// mark notes one of n elements. Most lists have none, and cost nothing then.
func mark(marks []bool, n, at int) []bool {
	if marks == nil {
		marks = make([]bool, n)
	}
	marks[at] = true
	return marks
}

// unmarked is a copy of list without the marked elements; list, where none is.
func unmarked[T any](list []T, marks []bool) []T {
	if marks == nil {
		return list
	}
	var rest []T
	for i := range list {
		if !marks[i] {
			rest = append(rest, list[i])
		}
	}
	return rest
}

// keep sends the row of somebody who is enrolled. The plan stays that of the
// subscription, where that is known.
func (d *draft) keep(e *roster.Enrolled, p *roster.Person) {
	entry := roster.Enrolled{Member: p.Member, PlanID: e.PlanID, Source: p.Source, Since: e.Since, Maybe: e.Maybe}
	if e.Maybe || e.PlanID == "" {
		entry.PlanID = p.Member.PlanID
	}
	if e.Member != p.Member {
		d.changes = append(d.changes, p.ReferenceID)
	}
	d.stays = append(d.stays, entry)
}

func (d *draft) stay(last roster.Enrolled, why roster.Why) {
	d.changed()
	d.stays = append(d.stays, last)
	d.carried = append(d.carried, Carried{last.Member.ReferenceID, why})
}

// postpone leaves out the additions that fit.
func (d *draft) postpone(kind roster.Kind, fits func(*addition) bool) (any bool) {
	var waiting []bool
	for i := range d.adds {
		if add := &d.adds[i]; fits(add) {
			waiting = mark(waiting, len(d.adds), i)
			d.leftOut = append(d.leftOut, LeftOut{add.entry.Member.ReferenceID, kind})
		}
	}
	if waiting == nil {
		return false
	}
	d.adds = unmarked(d.adds, waiting)
	d.changed()
	return true
}

// awaited are the people, sorted, who come when their old group lets them go, or the one
// that has them under the reference_id that they had before.
func (d *draft) awaited() []string {
	var refs []string
	for _, left := range d.leftOut {
		if left.Kind == WaitsForMove || left.Kind == roster.Rekeyed {
			refs = append(refs, left.ReferenceID)
		}
	}
	slices.Sort(refs)
	return refs
}

// movesLater reports whether people stay only because the roster of a restored
// group was approved with them: once it was sent they can move.
func (d *draft) movesLater() bool {
	return d.state.RestoredAfter > 0 && slices.ContainsFunc(d.carried, func(c Carried) bool { return c.Why == roster.CarriedMoving })
}

// lets reports whether somebody leaves.
func (d *draft) lets(ref string) bool {
	return slices.ContainsFunc(d.outs, func(out departure) bool { return out.last.Member.ReferenceID == ref })
}

// welcomes reports whether somebody comes from another group. Vitable refuses those
// whom another group still has; once that one lets them go, the same roster may
// pass, and no retry has to be waited for.
func (d *draft) welcomes() bool {
	return slices.ContainsFunc(d.adds, func(add addition) bool { return add.arrives(d.name) })
}

// handsOn reports whether somebody goes to another group. Vitable may have refused to
// let them go, and the other group cannot be sent with them before.
func (d *draft) handsOn() bool {
	return slices.ContainsFunc(d.outs, func(out departure) bool { return out.to != "" && out.to != d.name })
}

// certain counts the people who are in the payload whatever becomes of moves:
// those who arrive from another group may yet have to wait.
func (d *draft) certain() int {
	n := len(d.stays)
	for i := range d.adds {
		if !d.adds[i].arrives(d.name) {
			n++
		}
	}
	return n
}

// used is the approval that the remaining departures use, and for how many; an
// approval of people who have to wait for their move is not used up.
func (d *draft) used() (hold string, approved int) {
	for _, removal := range d.removals() {
		if d.approved[removal] {
			approved++
		}
	}
	if approved == 0 {
		return "", 0
	}
	return d.uses, approved
}

// payload is what would be sent. It is kept until the draft changes.
func (d *draft) payload() *payload {
	if d.made != nil {
		return d.made
	}
	all := make([]roster.Enrolled, 0, len(d.stays)+len(d.adds))
	all = append(all, d.stays...)
	for i := range d.adds {
		all = append(all, d.adds[i].entry)
	}
	all = sorted(all)
	d.made = &payload{all, len(all), digestOf(all)}
	return d.made
}

func (d *draft) removals() []roster.Removal {
	all := make([]roster.Removal, 0, len(d.outs))
	for _, out := range d.outs {
		all = append(all, roster.Removal{ReferenceID: out.last.Member.ReferenceID, Class: out.class})
	}
	return all
}

func (d *draft) fail(p *roster.Person, ref string, problem roster.Problem, reason string) {
	failure := roster.Failure{Group: d.name, ReferenceID: ref, Kind: problem.Kind, Reason: reason}
	if p != nil {
		failure.Source = p.Source
	}
	d.problem = append(d.problem, failure)
}

// report tells what is wrong with somebody who is enrolled; heir is the row that
// came in place of theirs.
func (d *draft) report(ref string, p, heir *roster.Person, problem roster.Problem) {
	switch problem.Kind {
	case "":
	case roster.Rekeyed:
		if heir == nil {
			d.fail(p, ref, problem, "the row of this reference_id has another name and another birth date")
			return
		}
		d.fail(heir, ref, problem, "the same name and birth date came as reference_id "+heir.ReferenceID)
	case roster.PlanChangeUnconfirmed:
		d.fail(p, ref, problem, "the row has another plan than the one they were subscribed under")
	default:
		d.fail(p, ref, problem, describe(p, problem))
	}
}

// describe tells a problem: the field, then what is wrong with it.
func describe(p *roster.Person, problem roster.Problem) string {
	var all []roster.Problem
	if p != nil {
		all = p.Problems
	}
	if len(all) == 0 {
		all = []roster.Problem{problem}
	}
	text := ""
	for i, one := range all {
		if i > 0 {
			text += "; "
		}
		if one.Field != "" {
			text += one.Field + ": "
		}
		text += one.Detail
	}
	return text
}
