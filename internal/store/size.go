package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Size is what the state takes on the disk, in bytes.
type Size struct {
	Database int64
	// Log is what was committed and is not folded into the database yet. A reader of
	// another program that does not end keeps it growing; afterwards it shrinks to
	// logLimit at most.
	Log int64
}

// Size looks at the files without opening them, which would take SQLite's locks away
// (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
func (s *Store) Size() (size Size, err error) {
	if size.Database, err = bytesOf(s.files.database); err != nil {
		return Size{}, err
	}
	size.Log, err = bytesOf(s.files.database + "-wal")
	return size, err
}

// bytesOf is the length of a file; one that is not there has none.
func bytesOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the size of the state: %w", err)
	}
	return info.Size(), nil
}
