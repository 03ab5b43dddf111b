package main

import (
	"errors"
	"fmt"

	"github.com/rosterd/rosterd/internal/store"
)

// reading opens the state for looking and hands it to a command. Where there is none
// the command sees an empty one, and its lists say so.
func (s *session) reading(look func(*store.Store) error) (err error) {
	a, done, err := s.open(false, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	state, err := a.StoredState(s.ctx)
	if s.blank = errors.Is(err, store.ErrEmpty); s.blank {
		state, err = a.ReadStore(s.ctx)
	}
	if err != nil {
		return err
	}
	return look(state)
}

// nothing says that a list is empty: silence could be mistaken for a failure. Without
// a database it would be a guess that nothing is wrong.
func nothing(p *printer, n int, what string) bool {
	if n > 0 {
		return false
	}
	if p.blank {
		what = store.ErrEmpty.Error()
	}
	p.printf("%s\n", what)
	return true
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
