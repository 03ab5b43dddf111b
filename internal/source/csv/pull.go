package csv

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// file is the source: it chooses a file at each pull.
type file struct {
	config  Config
	columns []string // that the mapping reads
	finder  *files.Finder
}

// Pull implements source.Source. The file is looked at before and after; one
// that changed in between is no proof of anything.
func (s *file) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	if err := ctx.Err(); err != nil {
		return source.Report{}, err
	}
	chosen, err := s.finder.Find(ctx)
	if err != nil {
		return source.Report{}, err
	}
	defer chosen.Close()
	content, err := chosen.Read(ctx)
	if err != nil {
		return source.Report{}, err
	}
	p := newPull(content, chosen, &s.config, sink)
	p.columns = s.columns
	err = p.run(ctx)
	if changed := chosen.Unchanged(ctx); changed != nil && !p.refused && ctx.Err() == nil {
		// Why a file that is still being written could not be parsed is of no interest.
		err = changed
	}
	if err != nil {
		return source.Report{}, err
	}
	return p.report, nil
}

// pull is one pass over one file.
type pull struct {
	file    *files.Chosen
	config  *Config
	sink    source.Sink
	text    *text
	rows    *rows
	columns []string // that the mapping reads
	kin     kin
	width   int  // columns of the header; 0 before it was read
	passed  int  // rows of dependents
	ended   bool // the trailer was read
	refused bool // the error is the sink's own
	report  source.Report
}

func newPull(f io.Reader, chosen *files.Chosen, config *Config, sink source.Sink) *pull {
	checked := newText(f, config.Encoding, chosen.Name())
	comma, _ := delimiter(config.Delimiter)
	return &pull{
		file: chosen, config: config, sink: sink, text: checked, rows: newRows(checked, comma),
		report: source.Report{Expected: -1, AsOf: chosen.Modified},
	}
}

// run reads the header, every row and the end.
func (p *pull) run(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.text.allowRow(p.rows.offset())
		row, line, err := p.rows.read()
		if errors.Is(err, io.EOF) {
			return p.end()
		}
		if err != nil {
			return p.explain(err, line)
		}
		if err := p.take(row, line); err != nil {
			return err
		}
	}
}

// take hands a row to whom it belongs. Rows of blank cells, which spreadsheets
// leave behind, are about nobody: they are neither handed out nor counted.
func (p *pull) take(row []string, line int) error {
	switch {
	case blank(row):
		return nil
	case p.width == 0:
		return p.header(row)
	case p.ended:
		return p.fault(source.WordCount, line, "a row after the trailer")
	case p.config.Trailer.declared() && strings.TrimSpace(row[0]) == strings.TrimSpace(p.config.Trailer.Prefix):
		return p.trailer(row, line)
	case len(row) != p.width:
		return p.fault(source.WordRagged, line, strconv.Itoa(len(row))+" cells where the header has "+strconv.Itoa(p.width))
	}
	dependent, ok := p.kin.dependent(row)
	switch {
	case !ok:
		return p.fault(source.WordFormat, line, "relationship.column says neither employee nor dependent; add what it says to one of the lists")
	case dependent:
		p.passed++
		return nil
	}
	if err := p.sink.Record(row, line); err != nil {
		p.refused = true
		return err
	}
	p.report.Seen++
	return nil
}

func blank(row []string) bool {
	for _, cell := range row {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

func (p *pull) header(row []string) error {
	names, err := columns(row)
	if err != nil {
		return err
	}
	if p.kin, err = newKin(p.config.Relationship, names, p.columns); err != nil {
		return err
	}
	p.width = len(names)
	p.report.Layout = layout(names)
	if err := p.sink.Columns(names); err != nil {
		p.refused = true
		return err
	}
	return nil
}

// trailer reads how many records the file declares, dependents included. Whether they came is for
// source.Judge to say.
func (p *pull) trailer(row []string, line int) error {
	at := p.config.Trailer.CountColumn - 1
	if at >= len(row) {
		return p.fault(source.WordCount, line, "the trailer has no column "+strconv.Itoa(at+1))
	}
	count, err := strconv.ParseUint(strings.TrimSpace(row[at]), 10, 31)
	if err != nil {
		// err would repeat the cell.
		return p.fault(source.WordCount, line, "the trailer has no number in column "+strconv.Itoa(at+1))
	}
	p.ended = true
	p.report.Expected = int(count) - p.passed // who is behind the trailer is a fault
	return nil
}

// end says how the text ended, where that is evidence.
func (p *pull) end() error {
	switch {
	case p.width == 0:
		return source.Faultf(source.WordEmpty, "%s is empty", p.file.Name())
	case p.config.Trailer.declared() && !p.ended:
		return source.Faultf(source.WordTruncated, "%s ends without the trailer row", p.file.Name())
	case p.config.FinalNewline == newlineRequired && !p.text.closed():
		return source.Faultf(source.WordTruncated, "%s does not end with a newline, so it may be cut off", p.file.Name())
	case p.config.FinalNewline == newlineOptional:
	case p.text.closed():
		p.report.Ending = source.EndingNewline
	default:
		p.report.Ending = source.EndingOpen
	}
	return nil
}

// explain gives an error its word: one of the text has it already.
func (p *pull) explain(err error, line int) error {
	switch {
	case errors.Is(err, errBareQuote):
		return p.fault(source.WordRagged, line, "a quote inside a cell that is not quoted")
	case errors.Is(err, errQuote) && p.text.usedUp(p.rows.offset()):
		return p.fault(source.WordTruncated, line, "a quoted cell is not closed before the file ends")
	case errors.Is(err, errQuote):
		return p.fault(source.WordRagged, line, "a quoted cell goes on behind its closing quote")
	}
	return err
}

func (p *pull) fault(word string, line int, what string) error {
	return source.Faultf(word, "%s line %d: %s", p.file.Name(), line, what)
}
