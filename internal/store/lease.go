package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
)

// Lease is the right to write as the one run of this data directory: a lock on
// rosterd.lock, which ends with the process, and a row with a fencing number.
// The lock keeps two instances on one host apart. The number is for what locks
// do not see, such as a deleted lock file or a second host: whoever took the
// lease last has the highest number, and everybody else's next write fails.
type Lease struct {
	store *Store
	file  *os.File
	fence int64
}

// releaseTimeout bounds a release that has to wait for the database.
const releaseTimeout = 5 * time.Second

// Lease takes the lease for holder, a text that tells a person who has it.
// While another instance has it, Lease waits when told to and else returns
// ErrBusy.
func (s *Store) Lease(ctx context.Context, holder string, wait bool) (*Lease, error) {
	if s.writer == nil {
		return nil, ErrReadOnly
	}
	var file *os.File
	take := func() (err error) {
		file, err = openLocked(s.files.lock)
		return err
	}
	var err error
	if wait {
		err = retry(ctx, errLocked, take)
	} else {
		err = take()
	}
	if errors.Is(err, errLocked) {
		return nil, s.busy(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("take lease: %w", err)
	}
	lease := &Lease{store: s, file: file}
	if err := lease.enter(ctx, holder); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("take lease: %w", err)
	}
	s.lease.Store(lease)
	return lease, nil
}

// openLocked opens and locks the lock file, or returns errLocked.
func openLocked(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, privateFile)
	if err != nil {
		return nil, err
	}
	if err := lock(file, syscall.LOCK_EX); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// enter writes the holder and takes the next fencing number.
func (l *Lease) enter(ctx context.Context, holder string) error {
	return l.store.plain(ctx, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &l.fence,
			"UPDATE lease SET fence = fence + 1, holder = ?, heartbeat = ? WHERE id = 1 RETURNING fence",
			holder, millis(l.store.now()))
		return wrap("write lease", err)
	})
}

// busy says who holds the lease, as far as the row tells.
func (s *Store) busy(ctx context.Context) error {
	var row struct {
		Holder    string `db:"holder"`
		Heartbeat int64  `db:"heartbeat"`
	}
	if err := s.readers.GetContext(ctx, &row, "SELECT holder, heartbeat FROM lease WHERE id = 1"); err != nil || row.Holder == "" {
		return ErrBusy
	}
	return fmt.Errorf("%w: %s, last heard of at %s", ErrBusy, row.Holder, instant(row.Heartbeat).Format(time.RFC3339))
}

// check returns ErrFenced when somebody took the lease after us.
func (l *Lease) check(ctx context.Context, tx *sqlx.Tx) error {
	var fence int64
	if err := tx.GetContext(ctx, &fence, "SELECT fence FROM lease WHERE id = 1"); err != nil {
		return wrap("read lease", err)
	}
	if fence != l.fence {
		return ErrFenced
	}
	return nil
}

// Beat says that the holder is alive. It returns ErrFenced when the lease is lost.
func (l *Lease) Beat(ctx context.Context) error {
	return l.store.fenced(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE lease SET heartbeat = ? WHERE id = 1", millis(l.store.now()))
		return wrap("write heartbeat", err)
	})
}

// Release gives the lease back; releasing it again does nothing. A lease that
// was taken over is only let go.
func (l *Lease) Release() error {
	if !l.store.lease.CompareAndSwap(l, nil) {
		return nil
	}
	// A cancelled run still gives its lease back.
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	err := l.store.plain(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE lease SET holder = '' WHERE id = 1 AND fence = ?", l.fence)
		return wrap("write lease", err)
	})
	if err := errors.Join(err, l.file.Close()); err != nil {
		return fmt.Errorf("release lease: %w", err)
	}
	return nil
}
