package xlsx

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
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
	p := &pull{config: &s.config, table: &sheet.Table{
		Name: chosen.Name(), Unit: "row", Columns: s.columns, Config: s.config.Sheet, Sink: sink,
		Report: source.Report{Expected: -1, AsOf: chosen.Modified},
	}}
	err = p.run(ctx, chosen)
	if changed := chosen.Unchanged(ctx); changed != nil && !p.table.Refused && ctx.Err() == nil {
		// Why a file that is still being written could not be read is of no interest.
		err = changed
	}
	if err != nil {
		return source.Report{}, err
	}
	return p.table.Report, nil
}

// pull is one pass over one worksheet.
type pull struct {
	config *Config
	table  *sheet.Table
	read   []bool   // which columns the mapping reads; nil before the header
	texts  []string // of the row at hand
}

func (p *pull) run(ctx context.Context, chosen *files.Chosen) error {
	content, err := chosen.Read(ctx)
	if err != nil {
		return err
	}
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
			return p.end()
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

func (p *pull) end() error {
	switch {
	case p.read == nil:
		return source.Faultf(source.WordEmpty, "%s has no header", p.table.Name)
	case p.config.Sheet.Trailer.Declared() && !p.table.Ended():
		return source.Faultf(source.WordTruncated, "%s ends without the trailer row", p.table.Name)
	}
	return nil
}
