package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/rosterd/rosterd/internal/source"
)

// local is this machine, and whatever is mounted on it.
type local struct{}

func (local) look(_ context.Context, path string) (File, error) {
	info, err := os.Stat(path) // through symbolic links
	if errors.Is(err, fs.ErrNotExist) {
		return File{}, err
	}
	if err != nil {
		return File{}, &source.Fault{Word: source.WordUnreadable, Detail: "look at file", Err: err}
	}
	return found(path, info), nil
}

func found(path string, info fs.FileInfo) File {
	return File{Path: path, Size: info.Size(), Modified: info.ModTime(), kind: kindOf(info.Mode()), info: info}
}

func (l local) list(ctx context.Context, directory string, want func(string) bool) ([]File, error) {
	entries, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, &source.Fault{Word: source.WordUnreadable, Detail: "list directory", Err: err}
	}
	var all []File
	for _, entry := range entries {
		if !want(entry.Name()) {
			continue
		}
		file, err := l.look(ctx, path.Join(directory, entry.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // gone meanwhile, or a link to nowhere
		}
		if err != nil {
			return nil, err
		}
		all = append(all, file)
	}
	return all, nil
}

func (local) open(_ context.Context, file File, offset int64) (io.ReadCloser, error) {
	f, err := os.Open(file.Path)
	if err != nil {
		return nil, &source.Fault{Word: source.WordUnreadable, Detail: "open file", Err: err}
	}
	info, err := f.Stat()
	if err == nil && !os.SameFile(file.info, info) {
		err = source.Faultf(source.WordPartial, "%s was replaced meanwhile", file.Name())
	}
	if err == nil {
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		_ = f.Close() // the other error says more
		return nil, source.AsFault(err)
	}
	return f, nil
}

func (local) nature() nature { return nature{near: true, changes: true} }

func (local) close() error { return nil }
