package sql

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rosterd/rosterd/internal/source"
)

// sqlite is a file of SQLite; its dsn is the file's path.
func sqlite() dialect {
	return dialect{
		expect:   "the path of a file",
		locate:   locateSQLite,
		answered: answeredSQLite,
		special:  func(any, string) (string, bool) { return "", false },
	}
}

// busyTimeout is how long a writer is waited for, in milliseconds.
const busyTimeout = 10_000

func locateSQLite(dsn string, _ dialFunc) (place, error) {
	path, err := filepath.Abs(dsn)
	if err != nil {
		return place{}, err
	}
	settings := url.Values{
		"mode":    {"ro"}, // or a file that is not there would be made
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout), "query_only(1)", "trusted_schema(0)"},
		// A word in double quotes that is no column is no text either.
		"_dqs": {"0"},
	}
	at := url.URL{Scheme: "file", Path: path, RawQuery: settings.Encode()}
	connector, err := driver.NewConnector(at.String())
	return place{connector, false, snapshot}, err
}

// answeredSQLite says what a result code means (SQLite, result codes).
func answeredSQLite(err error) (answer, bool) {
	found, is := errors.AsType[*driver.Error](err)
	if !is {
		return answer{}, false
	}
	a := answer{number: fmt.Sprintf("result code %d", found.Code()), word: source.WordService}
	switch found.Code() & 0xff { // the rest of an extended code says how it came to it
	case sqlite3.SQLITE_CANTOPEN:
		a.word, a.meaning = source.WordMissing, "the file is not there, or cannot be opened"
	case sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		a.word, a.meaning = source.WordDenied, mayNotRead
	case sqlite3.SQLITE_READONLY:
		a.meaning = readsOnly
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR:
		a.word, a.meaning = source.WordUnreadable, "the file is damaged, or no SQLite database"
	case sqlite3.SQLITE_ERROR:
		a.meaning = "the query cannot be understood, or names a table or column that is not there"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		a.meaning = conflict
	}
	return a, true
}
