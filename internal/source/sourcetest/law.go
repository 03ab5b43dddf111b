package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Law is one thing that holds for every source. Check returns how it is
// broken, so that the laws themselves can be tested on sources that break them.
type Law struct {
	Name  string
	Check func(ctx context.Context, open Open) error
}

// Laws lists them all.
func Laws() []Law {
	return []Law{
		{"every record comes once and in order", delivers},
		{"one record is enough", deliversOne},
		{"a second pull says the same", repeats},
		{"no records are reported as none", reportsNone},
		{"the layout names the columns in their order", namesLayout},
		{"an error about the columns comes back as it is", yieldsToColumns},
		{"an error about a record comes back as it is", yieldsToRecord},
		{"a pull that is cancelled before it begins reads nothing", obeysBefore},
		{"a pull that is cancelled on the way stops there", obeysBetween},
		{"the report is there only with success", reportsSuccessOnly},
	}
}

// enough is more records than any buffer or page of a source holds.
const enough = 3000

func delivers(ctx context.Context, open Open) error    { return deliver(ctx, open, people(enough)) }
func deliversOne(ctx context.Context, open Open) error { return deliver(ctx, open, people(1)) }

func deliver(ctx context.Context, open Open, rows Rows) error {
	return pullAll(ctx, open(rows), rows)
}

func repeats(ctx context.Context, open Open) error {
	rows := people(enough)
	opened := open(rows)
	return errors.Join(pullAll(ctx, opened, rows), pullAll(ctx, opened, rows))
}

// pullAll pulls rows and returns every difference from what a source owes.
func pullAll(ctx context.Context, opened source.Source, rows Rows) error {
	var got Recorder
	report, err := opened.Pull(ctx, &got)
	if err != nil {
		return fmt.Errorf("pull: %w", err)
	}
	broken := []error{got.Breaches(), compare(rows, Rows{got.Names, got.Records})}
	if report.Seen != len(rows.Records) {
		broken = append(broken, fmt.Errorf("report says %d seen, want %d", report.Seen, len(rows.Records)))
	}
	if report.Expected != -1 && report.Expected != len(rows.Records) {
		broken = append(broken, fmt.Errorf("report says %d expected, want -1 or %d", report.Expected, len(rows.Records)))
	}
	if len(report.Withheld) > 0 {
		broken = append(broken, fmt.Errorf("report says %d columns withheld, want none", len(report.Withheld)))
	}
	return errors.Join(broken...)
}

// compare returns the first difference.
func compare(want, got Rows) error {
	if diff := cmp.Diff(want.Columns, got.Columns); diff != "" {
		return fmt.Errorf("columns (-want +got):\n%s", diff)
	}
	for i := range min(len(want.Records), len(got.Records)) {
		if !slices.Equal(want.Records[i], got.Records[i]) {
			return fmt.Errorf("record %d (-want +got):\n%s", i+1, cmp.Diff(want.Records[i], got.Records[i]))
		}
	}
	if len(want.Records) != len(got.Records) {
		return fmt.Errorf("%d records came, want %d", len(got.Records), len(want.Records))
	}
	return nil
}

// reportsNone allows an error, since a source may know no columns without
// records; what it may not do is pass for a good pull.
func reportsNone(ctx context.Context, open Open) error {
	rows := people(0)
	var got Recorder
	report, err := open(rows).Pull(ctx, &got)
	if len(got.Records) > 0 {
		return fmt.Errorf("%d records came, want none", len(got.Records))
	}
	state, fault := source.Judge(report, err, nil, source.Limits{MaxShrinkPercent: 100}, time.Now())
	if state != roster.SourceBroken || fault.Word != source.WordEmpty {
		return fmt.Errorf("the verdict is %s (%s), want %s for %s", state, fmt.Sprint(fault), roster.SourceBroken, source.WordEmpty)
	}
	return got.Breaches()
}

func namesLayout(ctx context.Context, open Open) error {
	rows := people(3)
	first, err1 := layoutOf(ctx, open(rows))
	same, err2 := layoutOf(ctx, open(people(4)))
	turned, err3 := layoutOf(ctx, open(reversed(rows)))
	switch {
	case err1 != nil || err2 != nil || err3 != nil:
		return errors.Join(err1, err2, err3)
	case first == "":
		return errors.New("the layout is blank")
	case first != same:
		return errors.New("the layout differs between equal columns")
	case first == turned:
		return errors.New("the layout is the same for columns in another order")
	}
	return nil
}

func layoutOf(ctx context.Context, opened source.Source) (string, error) {
	report, err := opened.Pull(ctx, &Recorder{})
	return report.Layout, err
}

// errRefused stands for any error of a sink. It is a Fault, as those of the
// mapping are: a source may not take it for one of its own.
func errRefused() error { return source.Faultf(source.WordColumn, "refused by the test") }

func yieldsToColumns(ctx context.Context, open Open) error {
	refused := errRefused()
	return yields(ctx, open, refused, &Recorder{OnColumns: func() error { return refused }}, 0)
}

func yieldsToRecord(ctx context.Context, open Open) error {
	refused := errRefused()
	return yields(ctx, open, refused, &Recorder{OnRecord: func(n int) error {
		if n == 7 {
			return refused
		}
		return nil
	}}, 7)
}

func yields(ctx context.Context, open Open, refused error, got *Recorder, want int) error {
	_, err := open(people(enough)).Pull(ctx, got)
	if err != refused { //nolint:errorlint // as it is, not wrapped
		return fmt.Errorf("pull returned %s, want the sink's own error", said(err))
	}
	if len(got.Records) != want {
		return fmt.Errorf("%d records came, want %d", len(got.Records), want)
	}
	return got.Breaches()
}

func obeysBefore(ctx context.Context, open Open) error {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return obeys(ctx, open, &Recorder{}, 0)
}

func obeysBetween(ctx context.Context, open Open) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return obeys(ctx, open, &Recorder{OnRecord: func(n int) error {
		if n == 7 {
			cancel()
		}
		return nil
	}}, 7)
}

func obeys(ctx context.Context, open Open, got *Recorder, want int) error {
	rows := people(enough)
	_, err := open(rows).Pull(ctx, got)
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("pull returned %s, want that it was cancelled", said(err))
	}
	if len(got.Records) != want {
		return fmt.Errorf("%d records came, want %d", len(got.Records), want)
	}
	return errors.Join(got.Breaches(), silent(err, rows))
}

func reportsSuccessOnly(ctx context.Context, open Open) error {
	report, err := open(people(enough)).Pull(ctx, &Recorder{OnRecord: func(int) error { return errRefused() }})
	if err == nil {
		return errors.New("pull returned no error")
	}
	if diff := cmp.Diff(source.Report{}, report); diff != "" {
		return fmt.Errorf("report beside an error (-want +got):\n%s", diff)
	}
	return nil
}

func said(err error) string {
	if err == nil {
		return "no error"
	}
	return strconv.Quote(err.Error())
}

// silent returns an error where err repeats a value of rows. Values of fewer
// than four bytes are not looked for: they occur in any text.
func silent(err error, rows Rows) error {
	text := err.Error()
	for i, record := range rows.Records {
		if slices.ContainsFunc(record, func(value string) bool {
			return len(value) >= 4 && strings.Contains(text, value)
		}) {
			return fmt.Errorf("the error repeats a value of record %d", i+1)
		}
	}
	return nil
}
