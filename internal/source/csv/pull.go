package csv

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sheet"
)

// pull is one pass over one file.
type pull struct {
	config *Config
	text   *text
	rows   *rows
	table  *sheet.Table
}

// read reads a file that is open.
func (c *Config) read(ctx context.Context, content io.Reader, t *sheet.Table) error {
	checked := newText(content, c.Encoding, t.Name)
	comma, _ := delimiter(c.Delimiter)
	return (&pull{config: c, text: checked, rows: newRows(checked, comma), table: t}).run(ctx)
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

// end says how the text ended, where that is evidence. What lacks a header or its
// trailer is told of for that first.
func (p *pull) end() error {
	switch {
	case !p.table.Whole():
	case p.config.FinalNewline == newlineRequired && !p.text.closed():
		return source.Faultf(source.WordTruncated, "%s does not end with a newline, so it may be cut off", p.table.Name)
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
