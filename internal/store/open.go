package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
)

// readerConnections is how many reads run side by side.
const readerConnections = 4

// Options say which state to open, and how.
type Options struct {
	Dir string // the data directory; made, for its owner only, where it is missing
	// Key is the 32-byte master key of the encrypted columns. nil: the key in
	// state.key, which is made with the database.
	Key []byte
	Now func() time.Time // nil: time.Now
	// ReadOnly is for commands that only look. It makes and changes nothing;
	// where nothing was ever stored, Open returns ErrEmpty.
	ReadOnly bool
}

// Store is an open data directory. Its methods may be called side by side.
type Store struct {
	files   layout
	opened  os.FileInfo // the database when it was opened
	now     func() time.Time
	seals   *seals
	writer  *sqlx.DB // one connection; nil when read-only
	readers *sqlx.DB
	lease   atomic.Pointer[Lease] // nil while we have none
	marker  *marker               // nil when read-only
	// doubtful says that a store for reading shows a restored database that no
	// store for writing has taken in yet.
	doubtful bool
}

// Open opens the state in a directory, and creates it where there never was
// any. It returns ErrUnusable for whatever it cannot vouch for, and leaves
// that as it is.
func Open(ctx context.Context, options Options) (*Store, error) {
	steps, err := readMigrations(migrations)
	if err != nil {
		return nil, err
	}
	return open(ctx, options, steps)
}

func open(ctx context.Context, options Options, steps []migration) (*Store, error) {
	if options.Key != nil && len(options.Key) != keySize {
		return nil, fmt.Errorf("use state key: it has %d bytes and should have %d", len(options.Key), keySize)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	files, err := layoutOf(options.Dir)
	if err != nil {
		return nil, err
	}
	unlock, err := files.enter(ctx, options.ReadOnly)
	if err != nil {
		return nil, err
	}
	defer unlock()
	found, err := files.inspect()
	if err != nil {
		return nil, err
	}
	if found != present {
		if options.ReadOnly {
			return nil, ErrEmpty
		}
		if err := create(ctx, files, options.Key, steps); err != nil {
			return nil, fmt.Errorf("create database: %w", err)
		}
	}
	return openPresent(ctx, files, options, steps)
}

// enter makes the directory and keeps other openers out of it.
func (l layout) enter(ctx context.Context, readOnly bool) (unlock func(), err error) {
	how := syscall.LOCK_EX
	if readOnly {
		how = syscall.LOCK_SH
	} else if err := os.MkdirAll(l.dir, privateDir); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	dir, err := lockDir(ctx, l.dir, how)
	if readOnly && errors.Is(err, fs.ErrNotExist) {
		return nil, ErrEmpty
	}
	if err != nil {
		return nil, err
	}
	return func() { _ = dir.Close() }, nil
}

// openPresent opens a database that is there.
func openPresent(ctx context.Context, files layout, options Options, steps []migration) (_ *Store, err error) {
	s := &Store{files: files, now: options.Now}
	beside, err := files.beside()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = s.Close() // the first error is the one to tell
		}
	}()
	if !options.ReadOnly {
		files.tighten()
		if s.writer, err = connect(ctx, files.database, "rw", writerPragmas(), 1); err != nil {
			return nil, err
		}
	}
	if s.readers, err = connect(ctx, files.database, "ro", readerPragmas(), readerConnections); err != nil {
		return nil, err
	}
	if s.opened, err = os.Stat(files.database); err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	identity, err := s.vouch(ctx, options.Key, steps)
	if err != nil {
		return nil, err
	}
	if options.ReadOnly {
		return s, s.recognise(ctx, beside)
	}
	for _, step := range []func() error{
		func() error { return s.upgrade(ctx, steps) },
		func() error { return s.recognise(ctx, beside) },
		func() error { return files.adopt(identity) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// upgrade brings an older schema up to date.
func (s *Store) upgrade(ctx context.Context, steps []migration) error {
	version, err := schemaVersion(ctx, s.writer)
	if err != nil || version == len(steps) {
		return err
	}
	return s.alone(ctx, func() error { return migrate(ctx, s.writer, s.files, steps) })
}

// alone changes a database as a whole, but not under another instance that is
// running on it: that would be an ErrBusy.
func (s *Store) alone(ctx context.Context, change func() error) error {
	lock, err := openLocked(s.files.lock)
	if errors.Is(err, errLocked) {
		return s.busy(ctx)
	}
	if err != nil {
		return fmt.Errorf("lock for change: %w", err)
	}
	defer func() { _ = lock.Close() }()
	return change()
}

// Close releases the lease and closes the database. The writer goes last, so
// that SQLite folds its log into the file.
func (s *Store) Close() error {
	var errs []error
	if lease := s.lease.Load(); lease != nil {
		errs = append(errs, lease.Release())
	}
	for _, db := range []*sqlx.DB{s.readers, s.writer} {
		if db != nil {
			errs = append(errs, wrap("close database", db.Close()))
		}
	}
	return errors.Join(errs...)
}
