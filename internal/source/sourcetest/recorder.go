package sourcetest

import (
	"errors"
	"fmt"
	"slices"
)

// Recorder is a sink that keeps what it is given and notes what no source may
// do. The zero value is ready.
type Recorder struct {
	Names   []string         // the columns
	Records [][]string       // copies, in the order in which they came
	Places  []int            // where each record stood
	Doubts  map[int][]string // what was wrong with a record beyond its values, by its number from 0

	// OnColumns and OnRecord, where they are set, answer for the sink. OnRecord
	// is given the number of records so far, this one included.
	OnColumns func() error
	OnRecord  func(n int) error

	announced bool
	refused   bool
	last      int // place
	broken    []error
}

// Columns implements source.Sink.
func (r *Recorder) Columns(names []string) error {
	if r.announced {
		r.breach("columns announced a second time")
	}
	r.announced = true
	r.Names = slices.Clone(names)
	if r.OnColumns == nil {
		return nil
	}
	return r.answer(r.OnColumns())
}

// Doubt implements source.Doubter.
func (r *Recorder) Doubt(field, detail string) {
	if r.Doubts == nil {
		r.Doubts = map[int][]string{}
	}
	n := len(r.Records)
	r.Doubts[n] = append(r.Doubts[n], field+": "+detail)
}

// Record implements source.Sink.
func (r *Recorder) Record(values []string, place int) error {
	r.Records = append(r.Records, slices.Clone(values))
	n := len(r.Records)
	switch {
	case !r.announced:
		r.breach("record %d came before the columns", n)
	case r.refused:
		r.breach("record %d came after the sink returned an error", n)
	case len(values) != len(r.Names):
		r.breach("record %d has %d values for %d columns", n, len(values), len(r.Names))
	}
	if place <= r.last {
		r.breach("record %d stands at %d, not behind %d", n, place, r.last)
	}
	r.Places, r.last = append(r.Places, place), place
	if r.OnRecord == nil {
		return nil
	}
	return r.answer(r.OnRecord(n))
}

// Breaches returns what the source did against its contract, nil for nothing.
func (r *Recorder) Breaches() error { return errors.Join(r.broken...) }

func (r *Recorder) breach(format string, args ...any) {
	r.broken = append(r.broken, fmt.Errorf(format, args...))
}

func (r *Recorder) answer(err error) error {
	r.refused = r.refused || err != nil
	return err
}
