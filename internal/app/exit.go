package app

import (
	"context"
	"errors"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// The exit codes of rosterd. The gravest wins: 1, 7, 2, 6, 8, 5, 4, 3, 0.
const (
	ExitDone     = 0
	ExitInternal = 1
	ExitUsage    = 2 // usage or configuration
	ExitFailures = 3 // done, open failures
	ExitHeld     = 4 // something is held
	ExitSource   = 5 // a source failed
	ExitBusy     = 6 // another instance holds the lease
	ExitState    = 7 // state lost or unusable
	ExitAPI      = 8 // Vitable could not be reached or refused the key
)

// UsageError is a mistake of whoever called the program.
type UsageError struct{ Err error }

// Error is the mistake.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// ExitCode says which exit code an error has.
func ExitCode(err error) int {
	var api interface{ Fate() roster.Fate }
	var faults config.Faults
	var usage *UsageError
	switch {
	case err == nil:
		return ExitDone
	case errors.Is(err, store.ErrUnusable):
		return ExitState
	case errors.As(err, &faults), errors.As(err, &usage), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrStale):
		return ExitUsage
	case errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrFenced):
		return ExitBusy
	case errors.As(err, &api):
		return ExitAPI
	case errors.Is(err, context.Canceled):
		return ExitInternal
	}
	return ExitInternal
}
