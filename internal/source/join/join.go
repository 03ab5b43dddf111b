package join

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Part is a source that others are completed from.
type Part struct {
	Name    string
	Source  source.Source
	On      string   // column of the leading source that has the key
	Key     string   // column of this source that has it
	Columns []string // of this source, that the mapping reads, without the name before them
	MaxAge  time.Duration
}

// New returns the leading source, completed from the parts.
func New(lead source.Source, parts []Part, now func() time.Time) source.Source {
	return &joined{lead, parts, now}
}

type joined struct {
	lead  source.Source
	parts []Part
	now   func() time.Time
}

// Pull implements source.Source. The sink has to be a source.Doubter. The data is of the
// time of the leading source, which says who is there: a part has an age, and a limit, of
// its own, and one that is written once a month would hide that the leading file is an
// older one that came back.
func (j *joined) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	doubter, err := source.Doubting(sink)
	if err != nil {
		return source.Report{}, err
	}
	out := &completing{Doubter: doubter}
	layouts := make([]string, 0, len(j.parts))
	for _, part := range j.parts {
		read, report, err := part.read(ctx, j.now)
		if err != nil {
			return source.Report{}, err
		}
		out.parts = append(out.parts, read)
		layouts = append(layouts, part.Name+"="+report.Layout)
	}
	report, err := j.lead.Pull(ctx, out)
	if err != nil {
		return source.Report{}, err
	}
	report.Layout = strings.Join(append([]string{report.Layout}, layouts...), " ")
	return report, nil
}

// other is a part that was read.
type other struct {
	Part
	byKey register
	on    int // where the leading source has the key
}

// read reads a part to its end and judges it like any source.
func (p Part) read(ctx context.Context, now func() time.Time) (*other, source.Report, error) {
	o := &other{Part: p, byKey: register{}}
	intake := &intake{other: o}
	report, err := p.Source.Pull(ctx, intake)
	if err != nil && ctx.Err() != nil {
		return nil, report, err
	}
	if _, fault := source.Judge(report, err, nil, source.Limits{MaxAge: p.MaxAge, MaxShrinkPercent: 100}, now()); fault != nil {
		return nil, report, &source.Fault{Word: fault.Word, Detail: "source " + p.Name + ", which completes this one: " + fault.Detail, Err: fault.Err}
	}
	return o, report, nil
}

// intake takes the records of a part.
type intake struct {
	*other
	key   int
	at    []int // where the columns stand
	doubt bool  // about the record that comes next
}

// Doubt implements source.Doubter: what is in doubt completes nothing.
func (i *intake) Doubt(string, string) { i.doubt = true }

// Columns implements source.Sink.
func (i *intake) Columns(names []string) error {
	var missing []string
	find := func(name string) int {
		at := position(names, name)
		if at < 0 {
			missing = append(missing, name)
		}
		return at
	}
	i.key = find(i.Key)
	for _, name := range i.Part.Columns {
		i.at = append(i.at, find(name))
	}
	if len(missing) > 0 {
		return source.Faultf(source.WordColumn, "columns that are joined and that the data does not have: %s", strings.Join(missing, ", "))
	}
	return nil
}

// position is where a column stands, -1 where it does not.
func position(names []string, name string) int {
	return slices.IndexFunc(names, func(other string) bool { return source.Canonical(other) == source.Canonical(name) })
}

// Record implements source.Sink.
func (i *intake) Record(values []string, _ int) error {
	key, doubt := strings.TrimSpace(values[i.key]), i.doubt
	i.doubt = false
	if key == "" {
		return nil // nobody can be meant
	}
	row := make([]string, len(i.at))
	for n, at := range i.at {
		row[n] = strings.Clone(values[at])
	}
	if doubt {
		row = nil
	}
	i.byKey.add(strings.Clone(key), row)
	return nil
}

// completing hands records on with what the parts have beside them.
type completing struct {
	source.Doubter
	parts []*other
	row   []string
}

// Columns implements source.Sink.
func (c *completing) Columns(names []string) error {
	all := slices.Clone(names)
	var faults []error
	for _, part := range c.parts {
		if part.on = position(names, part.On); part.on < 0 {
			faults = append(faults, source.Faultf(source.WordColumn, "the column that source %s is joined on is not among the data's: %s", part.Name, part.On))
		}
		for _, column := range part.Columns {
			all = append(all, part.Name+"."+column)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return c.Doubter.Columns(all)
}

// Record implements source.Sink.
func (c *completing) Record(values []string, place int) error {
	c.row = append(c.row[:0], values...)
	for _, part := range c.parts {
		row, known := part.byKey.find(strings.TrimSpace(values[part.on]))
		switch {
		case row != nil:
			c.row = append(c.row, row...)
			continue
		case known:
			c.Doubt("join", "two records of source "+part.Name+" have its "+part.On+" and differ, or one is in doubt")
		default:
			c.Doubt("join", "no record of source "+part.Name+" has its "+part.On)
		}
		for range part.Columns {
			c.row = append(c.row, "")
		}
	}
	return c.Doubter.Record(c.row, place)
}
