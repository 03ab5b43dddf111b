package main

import (
	"errors"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/store"
)

// writing opens the state for a decision of a person. It needs no lease: the
// daemon reads it with its next run. Where nothing has been stored yet there is
// nothing to decide about, and nothing is created.
func (s *session) writing(file bool, decide func(*app.App, *store.Store) error) (err error) {
	a, done, err := s.open(file, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	if err := a.RequireState(s.ctx); err != nil {
		return err
	}
	state, err := a.OpenStore(s.ctx)
	if err != nil {
		return err
	}
	if err = decide(a, state); errors.Is(err, store.ErrWord) {
		return &app.UsageError{Err: err}
	}
	return err
}
