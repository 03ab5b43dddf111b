package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jmoiron/sqlx"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migration is one numbered step of the schema; its number is the version
// (PRAGMA user_version) that it leads to.
type migration struct {
	version int
	sql     string
}

// readMigrations lists the steps in order: 0001_*.sql leads to version 1.
func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var steps []migration
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		steps = append(steps, migration{version: i + 1, sql: string(text)})
	}
	return steps, nil
}

func schemaVersion(ctx context.Context, db sqlx.QueryerContext) (int, error) {
	var version int
	err := sqlx.GetContext(ctx, db, &version, "PRAGMA user_version")
	return version, wrap("read schema version", err)
}

// checkVersion refuses a schema that this program does not know. 0 is no
// schema at all: some other program's file.
func checkVersion(version int, steps []migration) error {
	switch {
	case version == 0:
		return damaged("rosterd.db is not a database of rosterd")
	case version > len(steps):
		return unusable(fmt.Sprintf("the database has schema %d and this program knows schema %d", version, len(steps)), adviceUpgrade)
	}
	return nil
}

// migrate takes the missing steps, each in a transaction of its own, so that a
// crash leaves the schema between two of them. A copy of the database as it
// was goes to rosterd.db.schema-N first.
func migrate(ctx context.Context, db *sqlx.DB, files layout, steps []migration) error {
	version, err := schemaVersion(ctx, db)
	if err != nil || version == len(steps) {
		return err
	}
	if version > 0 {
		if err := copyBefore(ctx, db, fmt.Sprintf("%s.schema-%d", files.database, version)); err != nil {
			return err
		}
	}
	for _, step := range steps[version:] {
		if err := step.take(ctx, db); err != nil {
			return err
		}
	}
	return nil
}

// take is the step and its number in one transaction.
func (m migration) take(ctx context.Context, db *sqlx.DB) error {
	return inTransaction(ctx, db, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, m.sql); err != nil {
			return wrap(fmt.Sprintf("migrate to schema %d", m.version), err)
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", m.version))
		return wrap("set schema version", err)
	})
}

// copyBefore replaces the copy of an earlier attempt, which may be outdated.
func copyBefore(ctx context.Context, db *sqlx.DB, path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("replace copy before migration: %w", err)
	}
	if err := copyTo(ctx, db, path, time.Time{}); err != nil {
		return fmt.Errorf("copy before migration: %w", err)
	}
	return nil
}
