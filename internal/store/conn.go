package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"slices"

	"github.com/jmoiron/sqlx"
	"modernc.org/sqlite"
)

// pragma is one setting of a connection, and what reading it back must yield:
// SQLite ignores a setting that it does not know without a word.
type pragma struct {
	name  string
	value string
	reads string
}

// readerPragmas hold for every connection. A reader cannot change the journal
// mode, so it takes what it finds.
func readerPragmas() []pragma {
	return []pragma{
		{"busy_timeout", "5000", "5000"},
		{"foreign_keys", "1", "1"},
		{"trusted_schema", "0", "0"},
	}
}

// logLimit is how large the log stays on the disk once it was folded in: as large as
// it gets when nobody keeps it from being folded (a thousand pages).
const logLimit = "4096000"

// writerPragmas make commits durable, erase what is deleted, and bound the log.
func writerPragmas() []pragma {
	return append(readerPragmas(),
		pragma{"journal_mode", "WAL", "wal"},
		pragma{"synchronous", "FULL", "2"},
		pragma{"secure_delete", "1", "1"},
		pragma{"journal_size_limit", logLimit, logLimit},
	)
}

// connect opens a pool on one file. The mode is SQLite's: ro, rw (never
// creates) or rwc. Only a "file:" name honours it.
func connect(ctx context.Context, path, mode string, pragmas []pragma, connections int) (*sqlx.DB, error) {
	query := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_dqs": {"0"}, "_defensive": {"1"}}
	for _, p := range pragmas {
		query.Add("_pragma", p.name+"("+p.value+")")
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}
	opener, err := sqlite.NewConnector(name.String())
	if err != nil {
		return nil, wrap("open database", err)
	}
	db := sqlx.NewDb(sql.OpenDB(connector{opener}), "sqlite")
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := readBack(ctx, db, pragmas); err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return db, nil
}

func readBack(ctx context.Context, db *sqlx.DB, pragmas []pragma) error {
	for _, p := range pragmas {
		var got string
		if err := db.GetContext(ctx, &got, "PRAGMA "+p.name); err != nil {
			return wrap("read pragma "+p.name, err)
		}
		if got != p.reads {
			return fmt.Errorf("set pragma %s: it is %q and should be %q", p.name, got, p.reads)
		}
	}
	return nil
}

// quickCheck lets SQLite look for damage. It sees about half of what can
// happen to a file; the seals see the rest where it matters.
func quickCheck(ctx context.Context, db *sqlx.DB) error {
	var found []string
	if err := db.SelectContext(ctx, &found, "PRAGMA quick_check(1)"); err != nil {
		return wrap("check database", err)
	}
	if !slices.Equal(found, []string{"ok"}) {
		return damaged("the database fails its integrity check")
	}
	return nil
}
