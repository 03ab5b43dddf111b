package store

import (
	"bytes"
	"context"
	"crypto/sha256"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

type baselineRow struct {
	Group    string `db:"external_reference_id"`
	Checksum []byte `db:"checksum"`
	Sealed   []byte `db:"sealed"`
}

// sealedBaseline is a baseline ready to be stored. It is made before the
// transaction, so that no writer waits for the arithmetic.
type sealedBaseline struct {
	row     baselineRow
	members int
}

func aboutBaseline(group string) string { return "baseline\x00" + group }

func (s *Store) sealBaseline(group string, baseline roster.Baseline) sealedBaseline {
	sealed := s.seals.baselines.close(encodeBaseline(baseline.Members), aboutBaseline(group))
	sum := sha256.Sum256(sealed)
	return sealedBaseline{row: baselineRow{group, sum[:], sealed}, members: len(baseline.Members)}
}

func (b sealedBaseline) save(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO baselines (external_reference_id, members, checksum, sealed) VALUES (?, ?, ?, ?)
		ON CONFLICT (external_reference_id) DO UPDATE SET
			members = excluded.members, checksum = excluded.checksum, sealed = excluded.sealed`,
		b.row.Group, b.members, b.row.Checksum, b.row.Sealed)
	return wrap("save baseline", err)
}

// openBaseline returns ErrUnusable where the row is not what was stored.
func (s *Store) openBaseline(row *baselineRow) (roster.Baseline, error) {
	plain, err := s.seals.baselines.open(row.Sealed, aboutBaseline(row.Group))
	if err != nil {
		return roster.Baseline{}, damaged("the baseline of group " + row.Group + " is damaged")
	}
	if !row.summed(row.Sealed) && !row.summed(plain) { // the first version summed what is sealed
		return roster.Baseline{}, damaged("the baseline of group " + row.Group + " does not match its checksum")
	}
	members, err := decodeBaseline(plain)
	if err != nil {
		return roster.Baseline{}, damaged("the baseline of group " + row.Group + " cannot be read")
	}
	return roster.Baseline{Members: members}, nil
}

// summed compares a text with the row's checksum.
func (r *baselineRow) summed(text []byte) bool {
	sum := sha256.Sum256(text)
	return bytes.Equal(sum[:], r.Checksum)
}

// Baseline returns who is covered in a group as far as we know; nobody where
// there is no baseline (see GroupState.HasBaseline). A baseline that is not
// what was stored is ErrUnusable.
func (s *Store) Baseline(ctx context.Context, group string) (roster.Baseline, error) {
	found, err := find(ctx, s.readers, "find baseline",
		"SELECT external_reference_id, checksum, sealed FROM baselines WHERE external_reference_id = ?", s.openBaseline, group)
	if err != nil || len(found) == 0 {
		return roster.Baseline{}, err
	}
	return found[0], nil
}

// VouchBaselines makes sure that every baseline is one that was stored for its
// group, without reading who is in it. ErrUnusable says that one is not.
func (s *Store) VouchBaselines(ctx context.Context) error {
	rows, err := s.readers.QueryxContext(ctx, "SELECT external_reference_id, checksum, sealed FROM baselines")
	if err != nil {
		return wrap("vouch for baselines", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err tells
	for rows.Next() {
		var row baselineRow
		if err := rows.StructScan(&row); err != nil {
			return wrap("vouch for baselines", err)
		}
		if !row.summed(row.Sealed) {
			if _, err := s.openBaseline(&row); err != nil {
				return err
			}
			continue
		}
		if !s.seals.baselines.intact(row.Sealed, aboutBaseline(row.Group)) {
			return damaged("the baseline of group " + row.Group + " is damaged")
		}
	}
	return wrap("vouch for baselines", rows.Err())
}

// FindEnrolled looks through the baselines, in the order of their groups, for
// one person.
func (s *Store) FindEnrolled(ctx context.Context, ref string) (group string, enrolled roster.Enrolled, ok bool, err error) {
	var groups []string
	err = s.readers.SelectContext(ctx, &groups, "SELECT external_reference_id FROM baselines ORDER BY external_reference_id")
	if err != nil {
		return "", roster.Enrolled{}, false, wrap("find baselines", err)
	}
	for _, group := range groups {
		baseline, err := s.Baseline(ctx, group)
		if err != nil {
			return "", roster.Enrolled{}, false, err
		}
		for _, enrolled := range baseline.Members {
			if enrolled.Member.ReferenceID == ref {
				return group, enrolled, true, nil
			}
		}
	}
	return "", roster.Enrolled{}, false, nil
}
