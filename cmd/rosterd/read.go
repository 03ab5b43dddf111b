package main

import (
	"fmt"

	"github.com/rosterd/rosterd/internal/store"
)

// reading opens the state for looking and hands it to a command.
func (s *session) reading(look func(*store.Store) error) (err error) {
	a, done, err := s.open(false, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	state, err := a.ReadStore(s.ctx)
	if err != nil {
		return err
	}
	return look(state)
}

// nothing says that a list is empty: silence could be mistaken for a failure.
func nothing(p *printer, n int, what string) bool {
	if n == 0 {
		p.printf("%s\n", what)
	}
	return n == 0
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
