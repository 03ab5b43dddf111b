package ukg

import (
	"context"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// prefix is before the columns of an employment.
const prefix = "employment."

// What is read of every employment, before what is mapped.
const (
	employee = iota
	status
	home
	ended
	own // how many these are
)

// job is one employment's cells: its own, then those that are mapped.
type job []string

func (j job) runs() bool       { return !strings.EqualFold(j[status], "T") }
func (j job) isHome() bool     { return j[home] == "true" }
func (j job) mapped() []string { return j[own:] }

// jobs are everybody's employments.
type jobs struct {
	at       []int            // which of a record's cells are mapped to an employment
	byID     map[string][]job // by employeeId
	claimed  map[string]bool  // those whom a person has
	withheld []string         // columns that no employment has
}

// employments reads everybody's employments, where a column needs them.
func (t *tenant) employments(ctx context.Context) (*jobs, error) {
	all := &jobs{byID: map[string][]job{}, claimed: map[string]bool{}}
	columns := []string{employee: "employeeId", status: "employeeStatusCode", home: "isHomeCompany", ended: "dateOfTermination"}
	for i, column := range t.columns {
		if len(column) > len(prefix) && strings.EqualFold(column[:len(prefix)], prefix) {
			all.at = append(all.at, i)
			columns = append(columns, column[len(prefix):])
		}
	}
	if len(all.at) == 0 {
		return all, nil
	}
	known := make([]bool, len(columns))
	report, err := remote.Listing{
		Columns: columns, Key: key, Next: t.list("/personnel/v1/employment-details"),
		Cells: func(r remote.Record, columns, cells []string) ([]bool, bool) {
			for i, column := range columns {
				text, has := r.Lookup(column)
				cells[i], known[i] = remote.Day(text), known[i] || has
			}
			return known, true
		},
	}.Pull(ctx, all)
	switch {
	case err != nil:
		return nil, err
	case report.Seen == 0:
		return nil, source.Faultf(source.WordEmpty, "employment-details has nobody; the service account may not see it")
	case !known[status]:
		return nil, source.Faultf(source.WordWithheld, "employment-details has no employeeStatusCode, so nobody can tell which employments run")
	}
	for i, at := range all.at {
		if !known[own+i] {
			all.withheld = append(all.withheld, t.columns[at])
		}
	}
	return all, nil
}

// Columns implements source.Sink.
func (*jobs) Columns([]string) error { return nil }

// Record implements source.Sink.
func (a *jobs) Record(values []string, _ int) error {
	id := values[employee]
	a.byID[id] = append(a.byID[id], slices.Clone(values))
	return nil
}

// fill adds the employment that counts to a person's cells. doubt says why nobody
// can tell which it is, "" where somebody can.
func (a *jobs) fill(person remote.Record, cells []string, known []bool) (doubt string) {
	id, _ := person.Lookup("employeeId")
	a.claimed[id] = true
	for _, at := range a.at {
		cells[at], known[at] = "", true
	}
	if len(a.at) == 0 {
		return ""
	}
	could := counting(a.byID[id])
	if len(could) == 0 {
		return "employment-details has none of this employeeId"
	}
	for i, at := range a.at {
		cells[at] = could[0].mapped()[i]
	}
	if slices.ContainsFunc(could, func(j job) bool { return !slices.Equal(j.mapped(), could[0].mapped()) }) {
		return "more than one employment could be meant, and they differ in what is mapped"
	}
	return ""
}

// counting are the employments that could be the one that counts: of those that
// run, else of those that ended last, that of the home company, else all.
func counting(all []job) []job {
	could := keep(all, job.runs)
	if len(could) == 0 {
		last := ""
		for _, j := range all {
			last = max(last, j[ended])
		}
		could = keep(all, func(j job) bool { return j[ended] == last })
	}
	if marked := keep(could, job.isHome); len(marked) > 0 {
		return marked
	}
	return could
}

func keep(all []job, wanted func(job) bool) []job {
	var kept []job
	for _, j := range all {
		if wanted(j) {
			kept = append(kept, j)
		}
	}
	return kept
}

// unclaimed is how many people have an employment that runs and did not come.
func (a *jobs) unclaimed() int {
	n := 0
	for id, all := range a.byID {
		if !a.claimed[id] && slices.ContainsFunc(all, job.runs) {
			n++
		}
	}
	return n
}
