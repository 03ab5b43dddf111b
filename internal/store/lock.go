package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockRetry is how often a lock that is taken is tried again.
const lockRetry = 250 * time.Millisecond

// errLocked says that another descriptor holds the lock.
var errLocked = errors.New("locked")

// lock takes a lock on an open file or directory that ends with the
// descriptor, however its process ends. how is LOCK_EX or LOCK_SH.
func lock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		}
		return fmt.Errorf("lock: %w", err)
	}
}

// retry calls take until it returns something else than locked.
func retry(ctx context.Context, locked error, take func() error) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		}
		if err := take(); !errors.Is(err, locked) {
			return err
		}
		timer.Reset(lockRetry)
	}
}

// lockDir keeps two processes from opening, and perhaps creating, one data
// directory at the same moment. It is held while Open runs, no longer.
func lockDir(ctx context.Context, path string, how int) (*os.File, error) {
	dir, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open data directory: %w", err)
	}
	if err := retry(ctx, errLocked, func() error { return lock(dir, how) }); err != nil {
		_ = dir.Close()
		return nil, fmt.Errorf("lock data directory: %w", err)
	}
	return dir, nil
}
