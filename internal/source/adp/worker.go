package adp

import (
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source/remote"
)

// What is added to a worker.
const (
	assignment = "assignment"
	units      = "units"
)

// complete adds the assignment that counts to a worker, where there is any.
func complete(worker remote.Record) remote.Record {
	if could := assignments(worker); len(could) > 0 {
		return worker.With(assignment, sorted(could[0]))
	}
	return worker
}

// assignments are those that could be the one that counts: of those that run, else
// of those that ended last, the primary one, else all.
func assignments(worker remote.Record) []remote.Record {
	all, err := worker.List("workAssignments")
	if err != nil {
		return nil // left out, since there are none
	}
	could := keep(all, runs)
	if len(could) == 0 {
		last := ""
		for _, one := range all {
			last = max(last, ended(one))
		}
		could = keep(all, func(one remote.Record) bool { return ended(one) == last })
	}
	if marked := keep(could, isPrimary); len(marked) > 0 {
		return marked
	}
	return could
}

func keep(all []remote.Record, wanted func(remote.Record) bool) []remote.Record {
	return slices.DeleteFunc(slices.Clone(all), func(one remote.Record) bool { return !wanted(one) })
}

func isPrimary(one remote.Record) bool {
	marked, _ := one.Lookup("primaryIndicator")
	return marked == "true"
}

// runs reports whether an assignment is not over: by its status, and by its end
// where it has none.
func runs(one remote.Record) bool {
	status, _ := one.Lookup("assignmentStatus.statusCode.codeValue")
	return status == "" && ended(one) == "" || status != "" && status != "T" && status != "D"
}

func ended(one remote.Record) string {
	end, _ := one.Lookup("terminationDate")
	return remote.Day(end)
}

// sorted adds an assignment's units by their types; of several of a type the first.
func sorted(one remote.Record) remote.Record {
	all, err := one.List("homeOrganizationalUnits")
	if err != nil {
		return one // left out, since there are none
	}
	var byType remote.Record
	for _, unit := range all {
		kind, _ := unit.Lookup("typeCode.codeValue")
		if _, before := byType.Lookup(kind); kind != "" && !before {
			byType = byType.With(kind, unit)
		}
	}
	return one.With(units, byType)
}

// ambiguous reports whether more than one assignment could count, and whether that
// makes a difference for some columns.
func ambiguous(worker remote.Record, columns []string) bool {
	could := assignments(worker)
	if len(could) < 2 {
		return false
	}
	first := make([]string, len(columns))
	fill(worker, columns, first)
	other := make([]string, len(columns))
	for _, one := range could[1:] {
		if fill(worker.With(assignment, sorted(one)), columns, other); !slices.Equal(first, other) {
			return true
		}
	}
	return false
}

// fill reads one worker's cells.
func fill(r remote.Record, columns, cells []string) (known []bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		cells[i], known[i] = cell(r, column)
	}
	return known
}

// cell reads one cell; timestamps are their dates.
func cell(r remote.Record, column string) (text string, known bool) {
	lower := strings.ToLower(column)
	if lower == "status" {
		return status(r)
	}
	text, known = r.Lookup(column)
	if at, of := strings.CutSuffix(lower, ".number"); of && !known {
		text, known = number(r, at)
	}
	return remote.Day(text), known || isBlank(r, lower)
}

// status is the worker's, or the assignment's where that says more: inactive people
// may be on leave.
func status(r remote.Record) (text string, known bool) {
	own, known := r.Lookup("workerStatus.statusCode.codeValue")
	of, also := r.Lookup(assignment + ".assignmentStatus.statusCode.codeValue")
	if own == "" || own == "Inactive" && of == "L" {
		own = of
	}
	return own, known || also
}

// number is a phone's: as it is formatted, or the area's and its own.
func number(r remote.Record, at string) (text string, known bool) {
	if text, known = r.Lookup(at + ".formattedNumber"); text != "" {
		return text, true
	}
	area, _ := r.Lookup(at + ".areaDialing")
	own, also := r.Lookup(at + ".dialNumber")
	return area + own, known || also
}

// isBlank reports whether a column that is not there is one that ADP leaves out
// where it is blank.
func isBlank(r remote.Record, column string) bool {
	if strings.HasPrefix(column, "businesscommunication.") {
		return true
	}
	around := "person.communication"
	if !strings.HasPrefix(column, around+".") {
		end := strings.LastIndexByte(column, '.')
		if end < 0 || !slices.Contains([]string{
			"middlename", "linetwo", "linethree", "rehiredate", "terminationdate", "adjustedservicedate",
		}, column[end+1:]) {
			return false
		}
		around = column[:end]
	}
	_, came := r.Lookup(around)
	return came
}

// masked is the first column in which ADP hides what there is, "" for none.
func masked(r remote.Record, columns []string) string {
	for _, column := range columns {
		if text, _ := r.Lookup(column); isMask(text) {
			return column
		}
	}
	return ""
}

// isMask reports whether a text is what ADP writes over birth dates (a year of
// zeros or of X) and over numbers (X first, perhaps the last digits).
func isMask(text string) bool {
	text = strings.ToUpper(text)
	if len(text) >= len("0000-00-00") && strings.HasPrefix(text, "0000-") && text[7] == '-' {
		return true
	}
	return strings.HasPrefix(text, "XXX") && strings.Trim(text, "X-0123456789") == ""
}
