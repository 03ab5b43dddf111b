package exec

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// maxLine is how many bytes a line may have. Records of people are a thousand
// times smaller.
const maxLine = 1 << 20

// output takes what a program prints, piece by piece, and hands out its records.
// Its first error ends the program.
type output struct {
	config  *Config
	columns []string
	sink    source.Sink
	ctx     context.Context // of the run that prints
	stop    context.CancelCauseFunc

	line    int    // number of the last line that ended
	open    []byte // of a line that has not ended yet
	bytes   int
	records int
	cells   []string
	known   []bool
	tap     tap
}

func newOutput(ctx context.Context, stop context.CancelCauseFunc, config *Config, columns []string, sink source.Sink) *output {
	return &output{
		config: config, columns: columns, sink: sink, ctx: ctx, stop: stop,
		cells: make([]string, len(columns)), known: make([]bool, len(columns)), tap: tap{stream: config.Stream},
	}
}

// Write implements io.Writer.
func (o *output) Write(text []byte) (int, error) {
	if err := o.take(text); err != nil {
		o.stop(err)
		return 0, err
	}
	return len(text), nil
}

// take reads the lines that end in text.
func (o *output) take(text []byte) error {
	if o.bytes += len(text); o.bytes > o.config.MaxOutput {
		return source.Faultf(source.WordTooLarge, "the program prints more than %d bytes, which max_output allows", o.config.MaxOutput)
	}
	for {
		piece, rest, ended := bytes.Cut(text, []byte("\n"))
		if len(o.open)+len(piece) > maxLine {
			return source.Faultf(source.WordTooLarge, "line %d of the output is longer than %d KiB", o.line+1, maxLine>>10)
		}
		o.open = append(o.open, piece...)
		if !ended {
			return nil
		}
		if err := o.finish(); err != nil {
			return err
		}
		text = rest
	}
}

// end reads the last line, which need not have its newline.
func (o *output) end() {
	if err := o.finish(); err != nil {
		o.stop(err)
	}
}

// finish reads the line that has ended.
func (o *output) finish() error {
	if o.ctx.Err() != nil {
		return context.Cause(o.ctx)
	}
	line := o.open
	o.open = o.open[:0]
	o.line++
	if o.line == 1 {
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
	}
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	if !utf8.Valid(line) { // JSON would be read all the same, with other letters
		return source.Faultf(source.WordEncoding, "line %d of the output is not UTF-8", o.line)
	}
	record, ok := remote.ParseRecord(line)
	if !ok {
		return source.Faultf(source.WordFormat, "line %d of the output is no JSON object", o.line)
	}
	if o.config.Format == formatSinger {
		var err error
		if record, ok, err = o.tap.read(record, o.line); err != nil || !ok {
			return err
		}
	}
	return o.record(record)
}

func (o *output) record(record remote.Record) error {
	for i, path := range o.columns {
		text, known := record.Lookup(path)
		o.cells[i], o.known[i] = text, o.known[i] || known
	}
	o.records++
	return o.sink.Record(o.cells, o.line)
}

// report is what the output comes to, once the program has ended well.
func (o *output) report() source.Report {
	report := source.Report{Seen: o.records, Expected: -1, AsOf: o.tap.oldest, Layout: strings.Join(o.columns, "\n")}
	for i, column := range o.columns {
		if !o.known[i] && o.records > 0 && !o.optional(column) {
			report.Withheld = append(report.Withheld, column)
		}
	}
	return report
}

func (o *output) optional(column string) bool {
	return slices.ContainsFunc(o.config.Optional, func(name string) bool { return source.Canonical(name) == source.Canonical(column) })
}
