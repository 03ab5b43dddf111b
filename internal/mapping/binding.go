package mapping

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/rosterd/rosterd/internal/source"
)

// Binding is a Mapper and the columns of one pull. It remembers words and phone
// prefixes that it has seen and is for one goroutine.
type Binding struct {
	source          string
	eligibility     Eligibility
	fields          [targetCount]cell
	terminated      boundRule
	include         boundRule
	includeLeaving  boundRule // include for somebody whose row says terminated
	blankStatusSays bool      // a blank status is a statement: some rule lists "", or none asks for the status
	plans, groups   *words
	phones          *phones
	references      []reference       // the cells that expressions read
	row             map[string]string // what expressions see as row
	activation      cel.Activation
	dates           [targetCount]dateCount
}

// cell is where the text of a field stands in a record.
type cell struct {
	at         int // column; -1 for the other two
	constant   string
	expression *expression
	dates      dateFormat
	reads      []int // columns that it depends on
}

// reference is a column under a name that an expression uses for it.
type reference struct {
	name string
	at   int
}

// Bind finds the columns of the mapping among those of a pull. A column that is
// not there, also one that only an expression names, is a *source.Fault that
// lists all of them.
func (m *Mapper) Bind(columns []string) (*Binding, error) {
	k, err := newBinder(columns)
	if err != nil {
		return nil, err
	}
	b := &Binding{
		source: m.source, eligibility: m.eligibility,
		plans: newWords(m.plans), groups: newWords(m.groups), phones: newPhones(),
		row: map[string]string{},
	}
	for t, o := range m.fields {
		b.fields[t] = k.cell(o)
	}
	b.terminated = k.rule("terminated", m.terminated, blankSaysNo)
	b.include = k.rule("include", m.include, blankSaysNothing)
	if err := k.fault(); err != nil {
		return nil, err
	}
	b.includeLeaving = b.include.without(slices.Concat(b.terminated.reads(), b.fields[status].reads))
	b.blankStatusSays = m.blankStatusSays()
	b.references = k.references
	b.activation, err = cel.NewActivation(map[string]any{rowVariable: b.row})
	if err != nil {
		return nil, fmt.Errorf("bind mapping of source %s: %w", m.source, err)
	}
	return b, nil
}

// blankStatusSays reports whether a blank status can be taken at its word.
func (m *Mapper) blankStatusSays() bool {
	asked := false
	for _, c := range slices.Concat(m.include.clauses, m.terminated.clauses) {
		if c.name == status.String() {
			if slices.Contains(c.accepted, "") {
				return true
			}
			asked = true
		}
	}
	return !asked
}

// binder looks names up and collects those that are not there.
type binder struct {
	header     header
	missing    []string
	references []reference
}

func newBinder(columns []string) (*binder, error) {
	k := &binder{}
	for i, name := range columns {
		canonical := source.Canonical(name)
		if slices.Contains(k.header.canonical, canonical) {
			return nil, source.Faultf(source.WordHeader, "column %d has the name of an earlier one", i+1)
		}
		k.header.canonical = append(k.header.canonical, canonical)
	}
	return k, nil
}

func (k *binder) cell(o origin) cell {
	c := cell{at: -1, constant: o.constant, expression: o.expression, dates: o.dates}
	switch {
	case o.expression != nil:
		c.reads = k.reads(o.expression)
	case o.column != "":
		c.at = k.find(columnName{written: o.column, quoted: true})
		c.reads = []int{c.at}
	}
	return c
}

func (k *binder) rule(name string, r rule, blank blankCell) boundRule {
	bound := boundRule{name: name, expression: r.expression}
	if r.expression != nil {
		bound.expressionReads = k.reads(r.expression)
	}
	for _, c := range r.clauses {
		bound.clauses = append(bound.clauses, boundClause{name: c.name, cell: k.cell(c.origin), accepted: c.accepted, blank: blank})
	}
	return bound
}

func (k *binder) reads(x *expression) []int {
	var reads []int
	for _, name := range x.columns {
		at := k.find(name)
		reads = append(reads, at)
		if !slices.Contains(k.references, reference{name.written, at}) {
			k.references = append(k.references, reference{name.written, at})
		}
	}
	return reads
}

func (k *binder) find(name columnName) int {
	at, detail := k.header.find(name)
	if detail != "" && !slices.Contains(k.missing, detail) {
		k.missing = append(k.missing, detail)
	}
	return at
}

// fault is nil or names every column that was not found.
func (k *binder) fault() error {
	if len(k.missing) == 0 {
		return nil
	}
	return source.Faultf(source.WordColumn, "columns that the mapping needs and the data does not have: %s", strings.Join(k.missing, ", "))
}
