package store_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/store"
)

// notes is a connection to a new database with a table of texts by number.
func notes(t *testing.T) (db *sqlx.DB, path string) {
	t.Helper()
	path = filepath.Join(canary.Dir(t), "notes.db")
	db, err := store.Connect(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	mustExec(t, db, "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, weight INTEGER)")
	return db, path
}

func mustExec(t *testing.T, db sqlx.Execer, statement string, args ...any) {
	t.Helper()
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

const addNote = "INSERT INTO notes (id, text, weight) VALUES (?, ?, ?)"

// A statement is prepared once, and knows nothing of the time before.
func TestStatementsAreUsedAgain(t *testing.T) {
	db, _ := notes(t)
	mustExec(t, db, addNote, 1, "one", 11)
	mustExec(t, db, addNote, 2, nil, nil)
	if _, err := db.Exec(addNote, 2, "again", 22); err == nil {
		t.Error("the same key twice is no error")
	}
	mustExec(t, db, addNote, 3, "three", 33)
	if _, err := db.Exec(addNote, 4, "without a weight"); err == nil {
		t.Error("an argument is missing, and that of the last time is taken")
	}
	type note struct {
		ID     int
		Text   sql.NullString
		Weight sql.NullInt64
	}
	some := func(from int) (found []note) {
		t.Helper()
		if err := db.Select(&found, "SELECT id, text, weight FROM notes WHERE id >= ? ORDER BY id", from); err != nil {
			t.Fatal(err)
		}
		return found
	}
	all := []note{
		{1, sql.NullString{String: "one", Valid: true}, sql.NullInt64{Int64: 11, Valid: true}},
		{ID: 2},
		{3, sql.NullString{String: "three", Valid: true}, sql.NullInt64{Int64: 33, Valid: true}},
	}
	for from := range 4 {
		if diff := cmp.Diff(all[max(from-1, 0):], some(from)); diff != "" {
			t.Errorf("from %d (-want +got):\n%s", from, diff)
		}
	}
	mustExec(t, db, "ALTER TABLE notes ADD COLUMN author TEXT")
	if diff := cmp.Diff(all[2:], some(3)); diff != "" {
		t.Errorf("after a change of the schema (-want +got):\n%s", diff)
	}
}

// The same statement may be at work more than once.
func TestAStatementWithinItself(t *testing.T) {
	db, _ := notes(t)
	for id := range 3 {
		mustExec(t, db, addNote, id, "text", id)
	}
	tx, err := db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for range 2 {
		if got := pairs(t, tx); got != 9 {
			t.Errorf("%d pairs, want 9", got)
		}
	}
}

// pairs counts each note with each, one list within the same one.
func pairs(t *testing.T, tx *sqlx.Tx) (n int) {
	t.Helper()
	const list = "SELECT id FROM notes ORDER BY id"
	outer, err := tx.Queryx(list)
	if err != nil {
		t.Fatal(err)
	}
	defer outer.Close() //nolint:errcheck // Err tells
	for outer.Next() {
		var inner []int
		if err := tx.Select(&inner, list); err != nil {
			t.Fatal(err)
		}
		n += len(inner)
	}
	if err := outer.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// Statements that are kept do not keep the log from being folded into the file.
func TestCloseFoldsTheLogIn(t *testing.T) {
	db, path := notes(t)
	mustExec(t, db, addNote, 1, "one", 11)
	var text string
	if err := db.Get(&text, "SELECT text FROM notes WHERE id = ?", 1); err != nil || text != "one" {
		t.Errorf("%q, %v", text, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log is left: %v", err)
	}
}
