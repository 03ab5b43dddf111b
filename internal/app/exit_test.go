package app_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// apiError is an error of the API, whatever it says.
type apiError struct{}

func (apiError) Error() string     { return "list plans: status 503" }
func (apiError) Fate() roster.Fate { return roster.FateUnreached }

func TestExitCode(t *testing.T) {
	_, badKey := config.LoadEnv([]string{"ROSTERD_NOBODY_KNOWS=1"})
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, 0},
		{"an error of rosterd itself", errors.New("index out of range"), 1},
		{"told to stop", context.Canceled, 1},
		{"usage", &app.UsageError{Err: errors.New("no such flag")}, 2},
		{"faults of the configuration", badKey, 2},
		{"no such hold", store.ErrNotFound, 2},
		{"a hold that moved on", store.ErrStale, 2},
		{"somebody else runs", store.ErrBusy, 6},
		{"somebody else took over", store.ErrFenced, 6},
		{"state lost", store.ErrUnusable, 7},
		{"vitable away", apiError{}, 8},

		{"state lost, and vitable away", errors.Join(apiError{}, store.ErrUnusable), 7},
		{"usage, and somebody else runs", errors.Join(store.ErrBusy, &app.UsageError{Err: errors.New("no such flag")}), 2},
		{"somebody else took over while vitable was away", errors.Join(apiError{}, store.ErrFenced), 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.err
			if err != nil {
				err = fmt.Errorf("run: %w", err)
			}
			if got := app.ExitCode(err); got != test.want {
				t.Errorf("ExitCode(%v) = %d, want %d", err, got, test.want)
			}
		})
	}
}

func TestUsageErrorSaysWhatItIsAbout(t *testing.T) {
	cause := errors.New("no such flag")
	err := &app.UsageError{Err: cause}
	if err.Error() != cause.Error() || !errors.Is(err, cause) {
		t.Errorf("%v is not told as %v", err, cause)
	}
}
