package sheet

import (
	"context"
	"io"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// File is a source of one table in a file, which it chooses at each pull.
type File struct {
	Finder  *files.Finder
	Config  Config
	Columns []string // that the mapping reads
	Unit    string   // what a row is counted in there: line or row
	// Read hands every row of the content to the table, up to its end.
	Read func(ctx context.Context, content io.Reader, t *Table) error
}

// Pull implements source.Source. The file is looked at before and after; one
// that changed in between is no proof of anything.
func (f *File) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	if err := ctx.Err(); err != nil {
		return source.Report{}, err
	}
	chosen, err := f.Finder.Find(ctx)
	if err != nil {
		return source.Report{}, err
	}
	defer chosen.Close()
	content, err := chosen.Read(ctx)
	if err != nil {
		return source.Report{}, err
	}
	t := &Table{
		Name: chosen.Name(), Unit: f.Unit, Columns: f.Columns, Config: f.Config, Sink: sink,
		Report: source.Report{Expected: -1, AsOf: chosen.Modified},
	}
	err = f.Read(ctx, content, t)
	if err == nil {
		err = t.end()
	}
	if changed := chosen.Unchanged(ctx); changed != nil && !t.Refused && ctx.Err() == nil {
		// Why a file that is still being written could not be read is of no interest.
		err = changed
	}
	if err != nil {
		return source.Report{}, err
	}
	return t.Report, nil
}
