package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/durable"
)

// Backup writes a whole, checked copy of the database to path, which must not
// exist. The copy holds nobody's data in the clear, and can be read only with
// the key: keep state.key too, apart from it. To restore, put the copy as
// rosterd.db and the key as state.key into an empty directory. The copy knows
// that it is one, so that whoever opens it there is told what is in doubt.
func (s *Store) Backup(ctx context.Context, path string) error {
	if err := copyTo(ctx, s.readers, path, s.now()); err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	return nil
}

// copyTo lets SQLite write a consistent copy under a temporary name, checks
// it, and gives it its name: a copy that is there is a good one. made is
// when, for a backup; a copy that stays in its directory has no time and is
// not marked.
func copyTo(ctx context.Context, db *sqlx.DB, path string, made time.Time) error {
	exists, err := anyExists(path)
	if err != nil {
		return err
	}
	if exists {
		return fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	temporary := path + ".partial"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeCopy(ctx, db, temporary, made); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return durable.Move(temporary, path)
}

func writeCopy(ctx context.Context, db *sqlx.DB, path string, made time.Time) error {
	// SQLite would create the file for everybody to read.
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateFile)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return wrap("copy database", err)
	}
	if !made.IsZero() {
		if err := markCopied(ctx, path, made); err != nil {
			return err
		}
	}
	if err := checkCopy(ctx, path); err != nil {
		return err
	}
	// No connection is left on the copy, so it may be opened.
	written, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(written.Sync(), written.Close())
}

func checkCopy(ctx context.Context, path string) error {
	db, err := connect(ctx, path, "ro", readerPragmas(), 1)
	if err != nil {
		return err
	}
	return errors.Join(quickCheck(ctx, db), db.Close())
}
