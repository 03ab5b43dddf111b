package store

import (
	"context"
	"io/fs"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
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

// Seal is what is stored of a baseline, and Unseal reads it again.
func (s *Store) Seal(group string, members []roster.Enrolled) (sealed, checksum []byte) {
	row := s.sealBaseline(group, roster.Baseline{Members: members}).row
	return row.Sealed, row.Checksum
}

// Unseal is what the store makes of a stored baseline.
func (s *Store) Unseal(group string, sealed, checksum []byte) ([]roster.Enrolled, error) {
	baseline, err := s.openBaseline(&baselineRow{Group: group, Sealed: sealed, Checksum: checksum})
	return baseline.Members, err
}

// EncodePayload and DecodePayload are the format of what is sealed; a baseline
// is a payload without removals.
func EncodePayload(entries []roster.Enrolled, removals []roster.Removal) []byte {
	return encodePayload(entries, removals)
}

// DecodePayload reads what EncodePayload wrote.
func DecodePayload(plain []byte) ([]roster.Enrolled, []roster.Removal, error) {
	return decodePayload(plain)
}

// Connect opens a connection as the store does.
func Connect(ctx context.Context, path string) (*sqlx.DB, error) {
	return connect(ctx, path, "rwc", writerPragmas(), 1)
}
