package store

import (
	"context"
	"database/sql"
	"os"

	"github.com/jmoiron/sqlx"
)

// fenced is a write of a run: one transaction that first makes sure that our
// lease still holds. Not being able to is a reason not to send.
func (s *Store) fenced(ctx context.Context, write func(*sqlx.Tx) error) error {
	lease := s.lease.Load()
	if lease == nil {
		return ErrNoLease
	}
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		if err := lease.check(ctx, tx); err != nil {
			return err
		}
		return write(tx)
	})
}

// plain is a person's write, which needs no lease: one transaction.
func (s *Store) plain(ctx context.Context, write func(*sqlx.Tx) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := s.checkPlace(); err != nil {
		return err
	}
	return inTransaction(ctx, s.writer, write)
}

// checkPlace makes sure that the open database is still the one that others
// would find: SQLite goes on writing to a file that was unlinked.
func (s *Store) checkPlace() error {
	info, err := os.Stat(s.files.database)
	if err != nil || !os.SameFile(info, s.opened) {
		return damaged("rosterd.db was removed or replaced while it was open")
	}
	return nil
}

// inTransaction commits what write does, or nothing of it. The transaction
// takes SQLite's write lock at once (_txlock=immediate).
func inTransaction(ctx context.Context, db *sqlx.DB, write func(*sqlx.Tx) error) error {
	tx, err := db.BeginTxx(ctx, nil)
	if err != nil {
		return wrap("begin transaction", err)
	}
	if err := write(tx); err != nil {
		_ = tx.Rollback() // what is not committed is not there, whatever this says
		return err
	}
	return wrap("commit transaction", tx.Commit())
}

// touched returns missing where a statement changed nothing.
func touched(result sql.Result, err, missing error) error {
	if err != nil {
		return err
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if rows == 0 {
		return missing
	}
	return nil
}
