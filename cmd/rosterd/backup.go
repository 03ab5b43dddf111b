package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/rosterd/rosterd/internal/app"
)

// backupCmd is `rosterd backup`.
type backupCmd struct {
	Path string `arg:"" help:"Where to write the copy; it must not exist."`
}

// Help shows an example.
func (backupCmd) Help() string {
	return "Example:\n\n  rosterd backup /backup/rosterd-$(date +%F).db\n\nWorks beside a running daemon. Keep state.key too, apart from it: the copy cannot be read without.\nTo restore, put both into an empty directory as rosterd.db and state.key; every group is then held until approved."
}

// Run writes a copy of what is there: one of nothing would be taken for a backup until
// somebody needs it.
func (c *backupCmd) Run(s *session) (err error) {
	a, done, err := s.open(false, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	state, err := a.StoredState(s.ctx)
	if err != nil {
		return err
	}
	err = state.Backup(s.ctx, c.Path)
	if errors.Is(err, fs.ErrExist) {
		return &app.UsageError{Err: err}
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "wrote %s\n", c.Path)
	return nil
}
