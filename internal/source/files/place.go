package files

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"time"
)

// place is where files lie. Paths have slashes. Its errors are *source.Fault,
// but for fs.ErrNotExist where there is no such file.
type place interface {
	// look finds one file.
	look(ctx context.Context, path string) (File, error)
	// list returns what is in a directory and has a name that is wanted, in any order.
	list(ctx context.Context, directory string, want func(name string) bool) ([]File, error)
	// open reads from an offset of this very version of the file.
	open(ctx context.Context, file File, offset int64) (io.ReadCloser, error)
	nature() nature
	close() error
}

// nature is how files lie in a place.
type nature struct {
	near    bool // on this machine, by its clock
	changes bool // a file may change under its reader: it has to rest before, and to be looked at again after
	once    bool // a file is read from its begin, and once
}

// File is a file as it was when it was found.
type File struct {
	Path     string
	Size     int64 // bytes; -1 where nobody says
	Modified time.Time
	kind     kind
	version  string      // that the place gives it, such as an ETag; "" for none
	info     fs.FileInfo // on this machine: which file it is
}

type kind int

const (
	regular kind = iota
	directory
	other // a pipe, a device: it has no end that could be trusted
)

func kindOf(mode fs.FileMode) kind {
	switch {
	case mode.IsRegular():
		return regular
	case mode.IsDir():
		return directory
	}
	return other
}

// Name is the file name without its directory.
func (f File) Name() string { return path.Base(f.Path) }

// is reports whether both are the same file; what is in it may have changed.
func (f File) is(now File) bool {
	return f.info == nil || now.info == nil || os.SameFile(f.info, now.info)
}

// unchanged reports whether what was found twice has not changed.
func (f File) unchanged(now File) bool {
	return f.Size == now.Size && f.Modified.Equal(now.Modified) && f.version == now.version
}
