package sheet

import (
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// Table is one pass over the rows of a file.
type Table struct {
	Name    string   // of the file, for faults
	Unit    string   // what a row is counted in there: line or row
	Columns []string // that the mapping reads
	Config  Config
	Sink    source.Sink

	// Report says what came so far. Expected is -1 until a trailer declares it.
	Report source.Report
	// Refused says that the error is the sink's own.
	Refused bool

	kin    kin
	width  int  // columns of the header; 0 before it was read
	passed int  // rows of dependents
	ended  bool // the trailer was read
}

// Begun reports whether the header was read.
func (t *Table) Begun() bool { return t.width > 0 }

// Take hands a row to whom it belongs; at is where it stands in the file.
func (t *Table) Take(row []string, at int) error {
	switch {
	case Blank(row):
		return nil
	case !t.Begun():
		return t.header(row)
	case t.ended:
		return t.Fault(source.WordCount, at, "a row after the trailer")
	case t.Config.Trailer.Declared() && strings.TrimSpace(row[0]) == strings.TrimSpace(t.Config.Trailer.Prefix):
		return t.trailer(row, at)
	case len(row) != t.width:
		return t.Fault(source.WordRagged, at, strconv.Itoa(len(row))+" cells where the header has "+strconv.Itoa(t.width))
	}
	dependent, ok := t.kin.dependent(row)
	switch {
	case !ok:
		return t.Fault(source.WordFormat, at, "relationship.column says neither employee nor dependent; add what it says to one of the lists")
	case dependent:
		t.passed++
		return nil
	}
	if err := t.Sink.Record(row, at); err != nil {
		t.Refused = true
		return err
	}
	t.Report.Seen++
	return nil
}

// Blank reports whether a row has nothing in it. Spreadsheets leave such rows
// behind; they are about nobody.
func Blank(row []string) bool {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

func (t *Table) header(row []string) error {
	names, err := columns(row)
	if err != nil {
		return err
	}
	if t.kin, err = newKin(t.Config.Relationship, names, t.Columns); err != nil {
		return err
	}
	t.width = len(names)
	t.Report.Layout = layout(names)
	if err := t.Sink.Columns(names); err != nil {
		t.Refused = true
		return err
	}
	return nil
}

// trailer reads how many records the file declares, dependents included. Whether
// they came is for source.Judge to say.
func (t *Table) trailer(row []string, at int) error {
	column := t.Config.Trailer.CountColumn - 1
	if column >= len(row) {
		return t.Fault(source.WordCount, at, "the trailer has no column "+strconv.Itoa(column+1))
	}
	count, err := strconv.ParseUint(strings.TrimSpace(row[column]), 10, 31)
	if err != nil {
		// err would repeat the cell.
		return t.Fault(source.WordCount, at, "the trailer has no number in column "+strconv.Itoa(column+1))
	}
	t.ended = true
	t.Report.Expected = int(count) - t.passed // who is behind the trailer is a fault
	return nil
}

// Whole reports whether header and trailer, where there has to be one, were read.
func (t *Table) Whole() bool { return t.Begun() && (t.ended || !t.Config.Trailer.Declared()) }

// end reports what is missing where no row comes any more.
func (t *Table) end() error {
	switch {
	case !t.Begun():
		return source.Faultf(source.WordEmpty, "%s is empty: it has no header", t.Name)
	case !t.Whole():
		return source.Faultf(source.WordTruncated, "%s ends without the trailer row", t.Name)
	}
	return nil
}

// Fault says what is wrong with a row.
func (t *Table) Fault(word string, at int, what string) error {
	return source.Faultf(word, "%s %s %d: %s", t.Name, t.Unit, at, what)
}
