package csv

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
	"github.com/rosterd/rosterd/internal/source/sheet"
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
	p := newPull(content, chosen, &s.config, s.columns, sink)
	err = p.run(ctx)
	if changed := chosen.Unchanged(ctx); changed != nil && !p.table.Refused && ctx.Err() == nil {
		// Why a file that is still being written could not be parsed is of no interest.
		err = changed
	}
	if err != nil {
		return source.Report{}, err
	}
	return p.table.Report, nil
}

// pull is one pass over one file.
type pull struct {
	file   *files.Chosen
	config *Config
	text   *text
	rows   *rows
	table  *sheet.Table
}

func newPull(f io.Reader, chosen *files.Chosen, config *Config, columns []string, sink source.Sink) *pull {
	checked := newText(f, config.Encoding, chosen.Name())
	comma, _ := delimiter(config.Delimiter)
	return &pull{
		file: chosen, config: config, text: checked, rows: newRows(checked, comma),
		table: &sheet.Table{
			Name: chosen.Name(), Unit: "line", Columns: columns, Config: config.Sheet, Sink: sink,
			Report: source.Report{Expected: -1, AsOf: chosen.Modified},
		},
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

// take hands a row on. A header that was not told apart from what follows it is
// none.
func (p *pull) take(row []string, line int) error {
	if !p.table.Begun() && !sheet.Blank(row) {
		if err := separated(row); err != nil {
			return err
		}
	}
	return p.table.Take(row, line)
}

// separated returns a fault where the header shows that cells or lines were
// not told apart.
func separated(header []string) error {
	for _, cell := range header {
		if strings.ContainsRune(cell, '\r') {
			return source.Faultf(source.WordHeader, "the header holds a CR that ends no line; export the file with LF or CR LF line ends")
		}
	}
	if len(header) == 1 && strings.ContainsAny(header[0], ",;\t|") {
		return source.Faultf(source.WordHeader, "the header is one cell with separators in it; set delimiter to the one that the file uses")
	}
	return nil
}

// end says how the text ended, where that is evidence.
func (p *pull) end() error {
	switch {
	case !p.table.Begun():
		return source.Faultf(source.WordEmpty, "%s is empty", p.file.Name())
	case p.config.Sheet.Trailer.Declared() && !p.table.Ended():
		return source.Faultf(source.WordTruncated, "%s ends without the trailer row", p.file.Name())
	case p.config.FinalNewline == newlineRequired && !p.text.closed():
		return source.Faultf(source.WordTruncated, "%s does not end with a newline, so it may be cut off", p.file.Name())
	case p.config.FinalNewline == newlineOptional:
	case p.text.closed():
		p.table.Report.Ending = source.EndingNewline
	default:
		p.table.Report.Ending = source.EndingOpen
	}
	return nil
}

// explain gives an error its word: one of the text has it already.
func (p *pull) explain(err error, line int) error {
	switch {
	case errors.Is(err, errBareQuote):
		return p.table.Fault(source.WordRagged, line, "a quote inside a cell that is not quoted")
	case errors.Is(err, errQuote) && p.text.usedUp(p.rows.offset()):
		return p.table.Fault(source.WordTruncated, line, "a quoted cell is not closed before the file ends")
	case errors.Is(err, errQuote):
		return p.table.Fault(source.WordRagged, line, "a quoted cell goes on behind its closing quote")
	}
	return err
}
