package mapping

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/rosterd/rosterd/internal/roster"
)

// Person maps the record at a place, which counts from 1, for the day today. It
// never fails: what is wrong with the row is in the person's Problems.
//
// The standing is decided first. Only somebody who is in gets a whole Member, and
// only their other fields can be a problem: whoever has left may have a row
// without a phone number. Of those who are out the Member is who they are, as far
// as the row says: their name and birth date. Without a usable
// reference_id the person has none, and a Problem about it, whatever they are.
//
// The person's texts may be parts of the values; who keeps one, calls Own.
func (b *Binding) Person(values []string, place int, today roster.Date) roster.Person {
	for _, ref := range b.references {
		b.row[ref.name] = at(values, ref.at)
	}
	r := reading{b: b, values: values, today: today, person: roster.Person{Source: b.source, Row: place}}
	r.person.Standing = r.standing()
	r.referenceID()
	r.group()
	switch r.person.Standing {
	case roster.StandingIn:
		r.member()
	case roster.StandingTerminated, roster.StandingNotEligible:
		problems, notes := r.person.Problems, r.person.Notes
		r.identity() // what is wrong with it is nobody's trouble any more
		r.person.Problems, r.person.Notes = problems, notes
	}
	return r.person
}

// at is the clean text of one column.
func at(values []string, column int) string {
	if column >= len(values) {
		return ""
	}
	return roster.Clean(values[column])
}

// reading is one row on its way to a person.
type reading struct {
	b      *Binding
	values []string
	today  roster.Date
	person roster.Person
}

// text of a cell, clean; ok is false where its expression could not be computed.
func (r *reading) text(c *cell) (text string, ok bool) {
	switch {
	case c.expression != nil:
		result, ok := c.expression.evaluate(r.b.activation)
		text, isString := result.(string)
		return roster.Clean(text), ok && isString
	case c.at >= 0:
		return at(r.values, c.at), true
	}
	return c.constant, true
}

// field is the text of a field; one that cannot be computed is a problem.
func (r *reading) field(t target) string {
	text, ok := r.text(&r.b.fields[t])
	if !ok {
		r.problem(roster.RuleError, t, expressionFailed)
	}
	return text
}

const expressionFailed = "the expression could not be computed for this row"

func (r *reading) problem(kind roster.Kind, t target, detail string) {
	r.person.Problems = append(r.person.Problems, roster.Problem{Kind: kind, Field: t.String(), Detail: detail})
}

func (r *reading) note(t target, detail string) {
	r.person.Notes = append(r.person.Notes, roster.Problem{Kind: roster.InvalidRow, Field: t.String(), Detail: detail})
}

// troubled reports a problem with that field already.
func (r *reading) troubled(field string) bool {
	return slices.ContainsFunc(r.person.Problems, func(p roster.Problem) bool { return p.Field == field })
}

func (r *reading) referenceID() {
	id, ok := r.text(&r.b.fields[referenceID])
	if !ok {
		r.problem(roster.RuleError, referenceID, expressionFailed)
		return
	}
	if detail := roster.ReferenceIDFault(id); detail != "" {
		r.problem(roster.InvalidRow, referenceID, detail)
		return
	}
	r.person.ReferenceID = id
}

// group is read of everybody; not to have one is a problem of those who are in.
func (r *reading) group() {
	text, ok := r.text(&r.b.fields[group])
	in := r.person.Standing == roster.StandingIn
	switch {
	case !ok && in:
		r.problem(roster.RuleError, group, expressionFailed)
	case ok && text == "" && in:
		r.problem(roster.UnmappedGroup, group, "the row names no group")
	case text != "":
		r.person.Group = r.b.groups.meaning(text)
	}
}

// member reads what would be sent. Whatever cannot be normalised stays as it
// was, for Validate to say what is wrong with it.
func (r *reading) member() {
	m := &r.person.Member
	m.ReferenceID = r.person.ReferenceID
	r.identity()
	m.Phone = r.phone()
	m.Email = roster.Email(r.field(email))
	if text := r.field(plan); text != "" {
		m.PlanID = r.b.plans.meaning(text)
	}
	m.Address.Line1 = r.words(addressLine1)
	m.Address.Line2 = r.words(addressLine2)
	m.Address.City = r.words(city)
	m.Address.State = r.state()
	m.Address.ZIP = r.zip(m.Address.State)
	for _, problem := range roster.Validate(m, r.today) {
		if !r.troubled(problem.Field) {
			r.person.Problems = append(r.person.Problems, problem)
		}
	}
}

// identity reads who the row is about.
func (r *reading) identity() {
	m := &r.person.Member
	m.FirstName = r.words(firstName)
	m.LastName = r.words(lastName)
	m.DateOfBirth = r.date(dateOfBirth, r.asOf, "two-digit year read as past")
}

// words is the text of a name or an address: one blank between words, and
// letters with accents composed, so that the same name is the same bytes.
func (r *reading) words(t target) string {
	text := r.field(t)
	if plainWords(text) {
		return text
	}
	return norm.NFC.String(roster.CollapseSpace(text))
}

// plainWords reports a text that has no blank too many and nothing to compose:
// nearly every one. All characters before the first combining one, U+0300, are
// composed.
func plainWords(text string) bool {
	blank := true // so that a leading blank counts as one too many
	for _, r := range text {
		if r <= ' ' && (r < ' ' || blank) || r >= 0x80 && (r >= 0x300 || unicode.IsSpace(r)) {
			return false
		}
		blank = r == ' '
	}
	return !blank
}

// date reads a date field. A year of two digits is completed to the last one
// that is not after latest, and noted.
func (r *reading) date(t target, latest func() roster.Date, completed string) roster.Date {
	format := &r.b.fields[t].dates
	if format.name == "" {
		return roster.Date{} // not mapped
	}
	text := r.field(t)
	date, twoDigits, err := format.read(text, latest)
	switch {
	case err == nil && !date.IsZero():
		r.b.dates[t].told++
	case err != nil && format.isDateExchanged(text):
		r.b.dates[t].exchanged++
	}
	switch {
	case err != nil:
		r.problem(roster.InvalidRow, t, "not a date in the form "+format.name)
	case twoDigits:
		r.note(t, completed)
	}
	return date
}

// asOf is the latest day on which somebody can have been born.
func (r *reading) asOf() roster.Date { return r.today }

func (r *reading) phone() string {
	text := r.field(phone)
	if text == "" {
		return ""
	}
	ten, extension := r.b.phones.read(text)
	if ten == "" {
		r.problem(roster.InvalidRow, phone, "not ten digits of a US phone number")
	}
	if extension {
		r.note(phone, "the extension was dropped")
	}
	return ten
}

func (r *reading) state() string {
	text := r.field(state)
	if code, ok := roster.StateCode(text); ok {
		return code
	}
	return text
}

func (r *reading) zip(state string) string {
	zip, restored := roster.ZIP(r.field(zipcode), state)
	if restored {
		r.note(zipcode, "a lost leading zero was restored; the state proves it")
	}
	return zip
}
