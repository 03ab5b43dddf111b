package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/store"
)

// backupCmd is `rosterd backup`.
type backupCmd struct {
	Path string `arg:"" help:"Where to write the copy; it must not exist."`
}

// Help shows an example.
func (backupCmd) Help() string {
	return "Example:\n\n  rosterd backup /backup/rosterd-$(date +%F).db\n\nWorks beside a running daemon. Keep state.key too, apart from it: the copy cannot be read without.\nTo restore, put both into an empty directory as rosterd.db and state.key; every group is then held until approved."
}

// Run writes a copy.
func (c *backupCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		err := state.Backup(s.ctx, c.Path)
		if errors.Is(err, fs.ErrExist) {
			return &app.UsageError{Err: err}
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "wrote %s\n", c.Path)
		return nil
	})
}
