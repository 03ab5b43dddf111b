package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/rosterd/rosterd/internal/roster"
)

// Longest waiting periods that are believed; the law allows 90 days.
const (
	maxWaitingDays   = 366
	maxWaitingMonths = 12
)

// Faults lists what is wrong with the configuration of a source under the given
// eligibility, sorted by key; none when New takes it. Keys are paths below the
// source. Which columns there are is found out by Mapper.Bind only.
func (c Config) Faults(e Eligibility) []Fault {
	_, faults := compile(c, e)
	return faults
}

// Faults lists what is wrong with the eligibility section itself, with keys
// below it. The time zone is for its reader to check.
func (e Eligibility) Faults() []Fault {
	var faults []Fault
	if e.CoverageEnds != "" && e.CoverageEnds != EndsOnTermination && e.CoverageEnds != EndsWithMonth {
		faults = append(faults, Fault{"coverage_ends", fmt.Sprintf("is neither %s nor %s", EndsOnTermination, EndsWithMonth)})
	}
	w := e.Waiting
	if w.Days < 0 || w.Days > maxWaitingDays || w.Months < 0 || w.Months > maxWaitingMonths {
		faults = append(faults, Fault{"waiting_period", fmt.Sprintf("is outside 0 to %d days or 0 to %d months", maxWaitingDays, maxWaitingMonths)})
	}
	if w.Days != 0 && w.Months != 0 {
		faults = append(faults, Fault{"waiting_period", "has days and months; give one of them"})
	}
	return faults
}

// compiler turns a Config into a Mapper and collects what is wrong with it.
type compiler struct {
	mapper *Mapper
	mapped map[string]Field
	faults []Fault
	env    *cel.Env // nil until an expression needs it
}

func compile(c Config, e Eligibility) (*Mapper, []Fault) {
	k := compiler{mapper: &Mapper{eligibility: e}, mapped: c.Fields}
	for name, field := range c.Fields {
		k.field(name, field)
	}
	k.presence(e)
	k.mapper.include = k.rule("include", c.Include)
	k.mapper.terminated = k.rule("terminated", c.Terminated)
	k.contradictions(c)
	slices.SortFunc(k.faults, func(a, b Fault) int { return strings.Compare(a.Key+"\x00"+a.Detail, b.Key+"\x00"+b.Detail) })
	return k.mapper, k.faults
}

func (k *compiler) fault(key, format string, args ...any) {
	k.faults = append(k.faults, Fault{Key: key, Detail: fmt.Sprintf(format, args...)})
}

// field compiles one entry of fields.
func (k *compiler) field(name string, field Field) {
	key := "fields." + name
	t, ok := targetNamed(name)
	if !ok {
		k.fault(key, "is no field of a person%s", suggest(name, Targets()))
		return
	}
	if t == referenceID && field.Value != "" {
		k.fault(key+".value", "would give everybody the same reference_id")
	}
	k.mapper.fields[t] = k.origin(key, t, field)
}

func (k *compiler) origin(key string, t target, field Field) origin {
	o := origin{column: field.Column, constant: roster.Clean(field.Value)}
	given := 0
	for _, text := range []string{field.Column, field.Value, field.CEL} {
		if roster.Clean(text) != "" {
			given++
		}
	}
	if given != 1 {
		k.fault(key, "needs exactly one of column, value and cel")
		return o
	}
	if field.CEL != "" {
		o.expression = k.expression(key+".cel", field.CEL, cel.StringType)
	}
	if t.isDate() {
		o.dates = k.dates(key, field)
	} else if field.Format != "" {
		k.fault(key+".format", "is for dates only")
	}
	return o
}

func (k *compiler) dates(key string, field Field) dateFormat {
	format, err := compileDateFormat(field.Format)
	if err != nil {
		k.fault(key+".format", "%v", err)
	} else if field.Format != "" && field.Value != "" {
		k.fault(key+".format", "does not go with a value, which is YYYY-MM-DD")
	} else if _, _, err := format.read(roster.Clean(field.Value), anyDay); err != nil {
		k.fault(key+".value", "is not a date in the form %s", format.name)
	}
	return format
}

// anyDay completes the two-digit years of constants, which have none.
func anyDay() roster.Date { return roster.Date{} }

// presence reports fields that are missing.
func (k *compiler) presence(e Eligibility) {
	for _, name := range Required() {
		if _, ok := k.mapped[name]; !ok {
			k.fault("fields."+name, "is missing: it is required")
		}
	}
	if _, ok := k.mapped[hireDate.String()]; !ok && !e.Waiting.IsZero() {
		k.fault("fields."+hireDate.String(), "is missing: the waiting period counts from it")
	}
	if _, ok := k.mapped[terminationDate.String()]; !ok && e.CoverageEnds == EndsWithMonth {
		k.fault("fields."+terminationDate.String(), "is missing: coverage ends with its month")
	}
}

// rule compiles include or terminated.
func (k *compiler) rule(key string, r Rule) rule {
	var compiled rule
	if len(r.Values) > 0 && r.CEL != "" {
		k.fault(key, "has lists and an expression; give one of them")
	}
	if r.CEL != "" {
		compiled.expression = k.expression(key+".cel", r.CEL, cel.BoolType)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Values)) {
		compiled.clauses = append(compiled.clauses, k.clause(key+"."+name, name, r.Values[name]))
	}
	return compiled
}

// clause compiles one list. Its key is a target first, so that the list follows
// the field when the field is mapped to another column.
func (k *compiler) clause(key, name string, values []string) clause {
	c := clause{name: name, origin: origin{column: name}}
	if len(values) == 0 {
		k.fault(key, "lists no values")
	}
	if t, ok := targetNamed(name); ok {
		if _, mapped := k.mapped[name]; !mapped {
			k.fault(key, "names a field that is not mapped; add it to fields")
		}
		c.origin = k.mapper.fields[t]
	}
	for _, value := range values {
		c.accepted = append(c.accepted, roster.Clean(value))
	}
	return c
}

// contradictions reports values that are in both rules.
func (k *compiler) contradictions(c Config) {
	for name, values := range c.Include.Values {
		both := func(value string) bool {
			return slices.ContainsFunc(c.Terminated.Values[name], func(other string) bool { return fold(other) == fold(value) })
		}
		if slices.ContainsFunc(values, both) {
			k.fault("terminated."+name, "lists a value that include lists too")
		}
	}
}

func (k *compiler) expression(key, text string, want *cel.Type) *expression {
	if k.env == nil {
		env, err := newEnvironment()
		if err != nil {
			k.fault(key, "%v", err)
			return nil
		}
		k.env = env
	}
	compiled, detail := compileExpression(k.env, text, want)
	if detail != "" {
		k.fault(key, "%s", detail)
	}
	return compiled
}
