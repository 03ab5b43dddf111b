package store

import (
	"context"
	"io/fs"
)

// OpenWith is Open with other migrations than the embedded ones.
func OpenWith(ctx context.Context, options Options, migrations fs.FS) (*Store, error) {
	steps, err := readMigrations(migrations)
	if err != nil {
		return nil, err
	}
	return open(ctx, options, steps)
}

// Migrations are the embedded ones.
func Migrations() fs.FS { return migrations }
