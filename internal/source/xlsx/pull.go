package xlsx

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sheet"
)

// pull is one pass over one worksheet.
type pull struct {
	config *Config
	table  *sheet.Table
	read   []bool   // which columns the mapping reads; nil before the header
	texts  []string // of the row at hand
}

// workbook reads a file that is open.
func (c *Config) workbook(ctx context.Context, content io.Reader, t *sheet.Table) error {
	return (&pull{config: c, table: t}).run(ctx, content)
}

func (p *pull) run(ctx context.Context, content io.Reader) error {
	packed, err := io.ReadAll(io.LimitReader(content, int64(p.config.MaxSize)+1))
	switch {
	case err != nil:
		return err
	case len(packed) > p.config.MaxSize:
		return source.Faultf(source.WordTooLarge, "%s is larger than max_size", p.table.Name)
	}
	opened, err := openBook(p.table.Name, packed, int64(p.config.MaxSize))
	if err != nil {
		return err
	}
	if opened.date04 != (p.config.DateSystem == 1904) {
		return source.Faultf(source.WordFormat, "%s counts dates from the other year than date_system says; correct it, and the formats of the mapping", p.table.Name)
	}
	chosenSheet, err := opened.choose(p.config.Worksheet)
	if err != nil {
		return err
	}
	rows, err := opened.rows(chosenSheet)
	if err != nil {
		return err
	}
	defer rows.close()
	return p.each(ctx, rows)
}

// each reads every row to the end.
func (p *pull) each(ctx context.Context, rows *rows) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		found, err := rows.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil && found.at >= p.config.HeaderRow {
			err = p.take(found)
		}
		if err != nil {
			return err
		}
	}
}

// take hands a row on, as wide as the header: blank cells at its end need not be
// written.
func (p *pull) take(found line) error {
	p.texts = p.texts[:0]
	for i, one := range found.cells {
		if one.trouble != "" && (p.read == nil || i < len(p.read) && p.read[i]) {
			return p.table.Fault(source.WordFormat, found.at, "column "+strconv.Itoa(i+1)+" has "+one.trouble)
		}
		p.texts = append(p.texts, one.text)
	}
	for len(p.texts) > len(p.read) && strings.TrimSpace(p.texts[len(p.texts)-1]) == "" {
		p.texts = p.texts[:len(p.texts)-1]
	}
	if sheet.Blank(p.texts) {
		return nil
	}
	if p.read == nil {
		return p.header(found.at)
	}
	for len(p.texts) < len(p.read) {
		p.texts = append(p.texts, "")
	}
	return p.table.Take(p.texts, found.at)
}

// header hands the header on and notes which columns matter.
func (p *pull) header(at int) error {
	if err := p.table.Take(p.texts, at); err != nil {
		return err
	}
	p.read = make([]bool, len(p.texts))
	for i, name := range p.texts {
		p.read[i] = slices.ContainsFunc(p.table.Columns, func(column string) bool {
			return source.Canonical(column) == source.Canonical(name)
		})
	}
	return nil
}
