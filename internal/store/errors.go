package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/rosterd/rosterd/internal/roster"
)

// The errors that a caller tells apart with errors.Is.
var (
	// ErrUnusable is a state that cannot be vouched for: missing, empty,
	// damaged, replaced, of a newer schema, or sealed with another key. Its
	// text says which, and what to do.
	ErrUnusable = errors.New("state is unusable")
	// ErrEmpty is a read-only open where nothing has been stored yet.
	ErrEmpty = errors.New("no data yet; run `rosterd run` first")
	// ErrReadOnly is a write to a store that was opened for reading.
	ErrReadOnly = errors.New("store is open for reading only")
	// ErrBusy says that another instance holds the lease.
	ErrBusy = errors.New("another instance holds the lease")
	// ErrNoLease is a write of a run without a lease.
	ErrNoLease = errors.New("store has no lease")
	// ErrFenced says that another instance took over our lease.
	ErrFenced = errors.New("lease was taken over by another instance")
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("not found")
	// ErrStale is roster.ErrStale.
	ErrStale = roster.ErrStale
	// ErrWord is something that a person has to say, and did not, or at too great length.
	ErrWord = fmt.Errorf("say it in 1 to %d bytes", MaxWord)
	// ErrInFlight refuses an intent for a group with an unfinished request.
	ErrInFlight = errors.New("group has a request in flight")
)

// What a person can do about an unusable state. Starting anew is safe: without
// baselines every group is held until somebody approves it.
const (
	adviceRestore = "restore a backup with its key into an empty directory, or move this directory aside to start anew (every group is then held until approved)"
	adviceUpgrade = "use the program that wrote it, or a later one"
	adviceKey     = "give the key that it was sealed with, as state.key or ROSTERD_STATE_KEY; without it, move this directory aside to start anew (every group is then held until approved)"
	adviceLog     = "if rosterd.db is the backup to go on with, remove rosterd.db-wal and rosterd.db-shm"
	adviceMigrate = "run `rosterd run` once to bring it up to date"
)

// unusable says what is wrong with the state and what to do.
func unusable(what, advice string) error {
	return fmt.Errorf("%w: %s: %s", ErrUnusable, what, advice)
}

// damaged is an unusable state whose content contradicts itself.
func damaged(what string) error { return unusable(what, adviceRestore) }

// wrap adds what was being done. Where SQLite says that the file is damaged or
// no database, the error is ErrUnusable too.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	var failure *sqlite.Error
	if errors.As(err, &failure) {
		switch failure.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("%s: %w", doing, damaged("the database is damaged: "+failure.Error()))
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}
