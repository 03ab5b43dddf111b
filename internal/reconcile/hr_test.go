package reconcile_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/mem"
)

// hr is an HR system: who works where, as a source.
type hr struct {
	name   string
	source *mem.Source
	rows   []row
}

// row is what an export says of one person.
type row struct{ ref, group, plan, status, phone, city string }

func newHR(name string) *hr {
	h := &hr{name: name, source: mem.New(columns())}
	return h
}

func columns() []string {
	return []string{
		"reference_id", "first_name", "last_name", "date_of_birth", "phone", "address_line_1", "city", "state", "zipcode", "plan", "group", "status",
	}
}

// mapper takes each column for the field of its name.
func (h *hr) mapper(t *testing.T) *mapping.Mapper {
	t.Helper()
	cfg := mapping.Config{
		Fields:     map[string]mapping.Field{},
		Include:    mapping.Rule{Values: map[string][]string{"status": {"active"}}},
		Terminated: mapping.Rule{Values: map[string][]string{"status": {"terminated"}}},
	}
	for _, column := range columns() {
		cfg.Fields[column] = mapping.Field{Column: column}
	}
	mapper, err := mapping.New(h.name, cfg, mapping.Eligibility{}, mapping.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	return mapper
}

// hire puts people into a group.
func (h *hr) hire(group string, refs ...string) {
	for _, ref := range refs {
		h.rows = append(h.rows, row{ref: ref, group: group, plan: gold, status: "active", phone: canary.Phone, city: canary.City})
	}
	h.export()
}

// edit changes the row of each of these people.
func (h *hr) edit(change func(*row), refs ...string) {
	for i := range h.rows {
		if slices.Contains(refs, h.rows[i].ref) {
			change(&h.rows[i])
		}
	}
	h.export()
}

// drop leaves the rows of people out of the export.
func (h *hr) drop(refs ...string) {
	h.rows = slices.DeleteFunc(h.rows, func(r row) bool { return slices.Contains(refs, r.ref) })
	h.export()
}

func (h *hr) export() {
	records := make([][]string, len(h.rows))
	for i, r := range h.rows {
		records[i] = r.record()
	}
	*h.source = *mem.New(columns(), records...)
}

func (r row) record() []string {
	return []string{
		r.ref, canary.GivenName, canary.FamilyName + letters(r.ref), canary.BirthDate, r.phone,
		canary.Street, r.city, "IL", canary.ZIP, r.plan, r.group, r.status,
	}
}

// panicking is a source with a bug.
type panicking struct{}

func (panicking) Pull(context.Context, source.Sink) (source.Report, error) {
	panic(canary.GivenName + " " + canary.FamilyName)
}

// boasting is a source that says that it handed out more than it did.
type boasting struct{}

func (boasting) Pull(_ context.Context, sink source.Sink) (source.Report, error) {
	return source.Report{Seen: 2, Expected: 2}, sink.Columns(columns())
}

// letters spells a reference_id without digits, for a name.
func letters(ref string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return 'a' + c - '0'
		}
		return c
	}, ref)
}

// The edits that stories make.
func terminated(r *row) { r.status = "terminated" }
func employed(r *row)   { r.status = "active" }
func onLeave(r *row)    { r.status = "unpaid" } // not eligible
func unreadable(r *row) { r.phone = "none" }
func relocated(r *row)  { r.city = "Shelbyville" }
func onSilver(r *row)   { r.plan = silver }
func nameless(r *row)   { r.ref = "" }

func moved(to string) func(*row) { return func(r *row) { r.group = to } }
