// Package mem is a source in memory, for tests of what pulls from sources. It
// passes the same suite as every other source, so that what holds for it holds
// for them.
package mem

import (
	"context"

	"github.com/rosterd/rosterd/internal/source"
)

// Source hands out its records at each pull. Its fields may be changed between
// pulls and not during one.
type Source struct {
	Names   []string
	Records [][]string
	// Report is what the pull reports; Seen is counted, whatever stands here.
	Report source.Report
	// Err, where it is not nil, ends the pull after ErrAfter records, or after
	// the last when there are fewer, as in a source that breaks on the way. With
	// a negative ErrAfter it breaks before the columns are known.
	Err      error
	ErrAfter int
}

// New returns a source that declares as many records as it has. Its layout is
// that of the names.
func New(names []string, records ...[]string) *Source {
	return &Source{
		Names:   names,
		Records: records,
		Report:  source.Report{Expected: len(records), Layout: layout(names)},
	}
}

// Pull implements source.Source.
func (s *Source) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	if s.Err != nil && s.ErrAfter < 0 {
		return source.Report{}, s.Err
	}
	if err := ctx.Err(); err != nil {
		return source.Report{}, err
	}
	if err := distinct(s.Names); err != nil {
		return source.Report{}, err
	}
	if err := sink.Columns(s.Names); err != nil {
		return source.Report{}, err
	}
	if err := s.handOut(ctx, sink); err != nil {
		return source.Report{}, err
	}
	report := s.Report
	report.Seen = len(s.Records)
	return report, nil
}

// handOut gives every record to the sink, all in one slice that is wiped after
// each: a sink that keeps it is found out here.
func (s *Source) handOut(ctx context.Context, sink source.Sink) error {
	values := make([]string, len(s.Names))
	for i, record := range s.Records {
		if s.Err != nil && i >= s.ErrAfter {
			return s.Err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(record) != len(s.Names) {
			return source.Faultf(source.WordRagged, "record %d: %d values for %d columns", i+1, len(record), len(s.Names))
		}
		copy(values, record)
		if err := sink.Record(values, i+1); err != nil {
			return err
		}
		clear(values)
	}
	return s.Err
}

// distinct returns a fault where a column has no name of its own.
func distinct(names []string) error {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		canonical := source.Canonical(name)
		if canonical == "" || seen[canonical] {
			return source.Faultf(source.WordHeader, "column %d has no name of its own", i+1)
		}
		seen[canonical] = true
	}
	return nil
}
