package sourcetest_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/mem"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// pullFunc is a source that does as the test says.
type pullFunc func(ctx context.Context, sink source.Sink) (source.Report, error)

func (f pullFunc) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	return f(ctx, sink)
}

// sinkFuncs stands between a source and its sink.
type sinkFuncs struct {
	columns func(names []string) error
	record  func(values []string, place int) error
}

func (s sinkFuncs) Columns(names []string) error            { return s.columns(names) }
func (s sinkFuncs) Record(values []string, place int) error { return s.record(values, place) }

func passOn(sink source.Sink) sinkFuncs { return sinkFuncs{sink.Columns, sink.Record} }

// broken opens a source that was good before the test took hold of it.
func broken(pull func(good *mem.Source) pullFunc) sourcetest.Open {
	return func(rows sourcetest.Rows) source.Source { return pull(mem.New(rows.Columns, rows.Records...)) }
}

func TestEachLawFindsTheSourceThatBreaksIt(t *testing.T) {
	for _, test := range []struct {
		law    string
		breaks string
		open   sourcetest.Open
	}{
		{"every record comes once and in order", "the last record is lost", broken(func(s *mem.Source) pullFunc {
			s.Records = s.Records[:max(0, len(s.Records)-1)]
			return s.Pull
		})},
		{"every record comes once and in order", "two records change places", broken(func(s *mem.Source) pullFunc {
			if s.Records = slices.Clone(s.Records); len(s.Records) > 1 {
				s.Records[0], s.Records[1] = s.Records[1], s.Records[0]
			}
			return s.Pull
		})},
		{"every record comes once and in order", "columns are announced twice", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				twice := passOn(sink)
				twice.columns = func(names []string) error { return errors.Join(sink.Columns(names), sink.Columns(names)) }
				return s.Pull(ctx, twice)
			}
		})},
		{"every record comes once and in order", "columns are announced too late", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				late := passOn(sink)
				late.columns = func([]string) error { return nil }
				report, err := s.Pull(ctx, late)
				return report, errors.Join(err, sink.Columns(s.Names))
			}
		})},
		{"every record comes once and in order", "places stand still", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				still := passOn(sink)
				still.record = func(values []string, _ int) error { return sink.Record(values, 1) }
				return s.Pull(ctx, still)
			}
		})},
		{"one record is enough", "a value is lost", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				short := passOn(sink)
				short.record = func(values []string, place int) error { return sink.Record(values[1:], place) }
				return s.Pull(ctx, short)
			}
		})},
		{"one record is enough", "a column has another name", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				renamed := passOn(sink)
				renamed.columns = func(names []string) error { return sink.Columns(append([]string{"other"}, names[1:]...)) }
				return s.Pull(ctx, renamed)
			}
		})},
		{"one record is enough", "the report miscounts what was seen", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				report, err := s.Pull(ctx, sink)
				report.Seen++
				return report, err
			}
		})},
		{"one record is enough", "the report declares another number", broken(func(s *mem.Source) pullFunc {
			s.Report.Expected++
			return s.Pull
		})},
		{"a second pull says the same", "the second pull is empty", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				report, err := s.Pull(ctx, sink)
				s.Records = nil
				return report, err
			}
		})},
		{"no records are reported as none", "nothing passes for something", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				_, err := s.Pull(ctx, sink)
				return source.Report{Seen: 1, Expected: -1}, err
			}
		})},
		{"the layout names the columns in their order", "there is no layout", broken(func(s *mem.Source) pullFunc {
			s.Report.Layout = ""
			return s.Pull
		})},
		{"the layout names the columns in their order", "the layout forgets the order", broken(func(s *mem.Source) pullFunc {
			s.Report.Layout = fmt.Sprint(len(s.Names))
			return s.Pull
		})},
		{"the layout names the columns in their order", "the layout depends on the records", broken(func(s *mem.Source) pullFunc {
			s.Report.Layout += fmt.Sprint(len(s.Records))
			return s.Pull
		})},
		{"an error about the columns comes back as it is", "the error is wrapped", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				report, err := s.Pull(ctx, sink)
				if err != nil {
					err = fmt.Errorf("pull: %w", err)
				}
				return report, err
			}
		})},
		{"an error about the columns comes back as it is", "records come all the same", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				var refused error
				deaf := passOn(sink)
				deaf.columns = func(names []string) error { refused = sink.Columns(names); return nil }
				report, err := s.Pull(ctx, deaf)
				return report, cmp.Or(refused, err)
			}
		})},
		{"an error about a record comes back as it is", "the error is swallowed", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				deaf := passOn(sink)
				deaf.record = func(values []string, place int) error { _ = sink.Record(values, place); return nil }
				return s.Pull(ctx, deaf)
			}
		})},
		{"a pull that is cancelled before it begins reads nothing", "it reads", broken(deafToContext)},
		{"a pull that is cancelled on the way stops there", "it goes on", broken(deafToContext)},
		{"a pull that is cancelled on the way stops there", "the error repeats a value", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				report, err := s.Pull(ctx, sink)
				if err != nil {
					err = fmt.Errorf("stopped at %s: %w", s.Records[3][0], err)
				}
				return report, err
			}
		})},
		{"the report is there only with success", "half a report", broken(func(s *mem.Source) pullFunc {
			return func(ctx context.Context, sink source.Sink) (source.Report, error) {
				_, err := s.Pull(ctx, sink)
				return source.Report{Seen: len(s.Records)}, err
			}
		})},
	} {
		t.Run(test.law+"/"+test.breaks, func(t *testing.T) {
			law := find(t, test.law)
			if err := law.Check(t.Context(), test.open); err == nil {
				t.Error("the law does not notice")
			}
		})
	}
}

func deafToContext(s *mem.Source) pullFunc {
	return func(ctx context.Context, sink source.Sink) (source.Report, error) {
		report, err := s.Pull(context.WithoutCancel(ctx), sink)
		return report, errors.Join(err, ctx.Err())
	}
}

func find(t *testing.T, name string) sourcetest.Law {
	t.Helper()
	for _, law := range sourcetest.Laws() {
		if law.Name == name {
			return law
		}
	}
	t.Fatalf("there is no law %q", name)
	return sourcetest.Law{}
}
