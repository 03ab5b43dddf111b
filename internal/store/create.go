package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/durable"
)

// errUnfolded says that a new database is not whole. The next start begins anew.
var errUnfolded = errors.New("the log could not be folded into the new database; is the disk full?")

// create makes a new database, under a name of its own until it is whole:
//
//  1. rosterd.db.new, empty: from here on a crash leaves an unfinished creation
//  2. state.key, unless a key was given
//  3. the schema, the identity and the sealed constant, in rosterd.db.new
//  4. rosterd.db.new becomes rosterd.db
//
// After a crash before 4 the next start begins again: nothing was sealed with
// that key. After 4 only the identity file is missing, which Open writes.
func create(ctx context.Context, files layout, key []byte, steps []migration) error {
	if err := removeLeftovers(files); err != nil {
		return err
	}
	newborn, err := os.OpenFile(files.newborn, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateFile)
	if err != nil {
		return err
	}
	if err := errors.Join(newborn.Close(), durable.SyncDir(files.dir)); err != nil {
		return err
	}
	if key, err = files.newKey(key); err != nil {
		return err
	}
	if err := fill(ctx, files, key, steps); err != nil {
		return err
	}
	// SQLite says nothing of a log that it could not fold into the file when it
	// closed it, as on a full disk. Half of the database would be left behind.
	unfolded, err := anyExists(files.newborn + "-wal")
	if err != nil {
		return err
	}
	if unfolded {
		return errUnfolded
	}
	return durable.Move(files.newborn, files.database)
}

// removeLeftovers clears away an unfinished creation, its marker last.
func removeLeftovers(files layout) error {
	unfinished, err := anyExists(files.newborn)
	if err != nil || !unfinished {
		return err
	}
	for _, path := range []string{files.key, files.newborn + "-wal", files.newborn + "-shm", files.newborn} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear away an unfinished creation: %w", err)
		}
	}
	return nil
}

// fill writes the schema and what names the database, and closes it.
func fill(ctx context.Context, files layout, key []byte, steps []migration) (err error) {
	db, err := connect(ctx, files.newborn, "rw", writerPragmas(), 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, wrap("close database", db.Close())) }()
	if err := migrate(ctx, db, files, steps); err != nil {
		return err
	}
	identity := newIdentity()
	seals, err := newSeals(key, identity)
	if err != nil {
		return err
	}
	return inTransaction(ctx, db, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('identity', ?), ('key_check', ?)", []byte(identity), seals.makeCheck())
		return wrap("write identity", err)
	})
}
