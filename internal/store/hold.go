package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

const holdColumns = `id, digest, external_reference_id, reason, config_hash, removals, roster, state,
	created_at, decided_by, decided_at, comment, expires_at`

type holdRow struct {
	ID         int64  `db:"id"`
	Digest     string `db:"digest"`
	Group      string `db:"external_reference_id"`
	Reason     string `db:"reason"`
	ConfigHash string `db:"config_hash"`
	Removals   string `db:"removals"`
	Roster     string `db:"roster"`
	State      string `db:"state"`
	CreatedAt  int64  `db:"created_at"`
	DecidedBy  string `db:"decided_by"`
	DecidedAt  int64  `db:"decided_at"`
	Comment    string `db:"comment"`
	ExpiresAt  int64  `db:"expires_at"`
}

func (r *holdRow) hold() (roster.Hold, error) {
	hold := roster.Hold{
		ID: publicID('h', r.ID), Digest: r.Digest, Group: r.Group, Reason: roster.Reason(r.Reason), ConfigHash: r.ConfigHash,
		State: roster.HoldState(r.State), CreatedAt: instant(r.CreatedAt),
		DecidedBy: r.DecidedBy, DecidedAt: instant(r.DecidedAt), Comment: r.Comment, ExpiresAt: instant(r.ExpiresAt),
	}
	if err := readList(r.Removals, &hold.Removals); err != nil {
		return roster.Hold{}, err
	}
	return hold, readList(r.Roster, &hold.Roster)
}

// activeHold is at most one of a group; an index sees to it.
const activeHold = `state IN ('open', 'approved', 'rejected')`

// ActiveHolds lists the holds that are open, approved or rejected, by group.
func (s *Store) ActiveHolds(ctx context.Context) ([]roster.Hold, error) {
	if s.doubtful {
		return nil, nil // they were decided about another state
	}
	return findHolds(ctx, s.readers, "WHERE "+activeHold+" ORDER BY external_reference_id")
}

// Holds lists the active holds and the latest of the others, the last one first:
// as many of those as settled says, 0 for all. What waits for a person is in any
// list, however old it is.
func (s *Store) Holds(ctx context.Context, settled int) ([]roster.Hold, error) {
	return findHolds(ctx, s.readers, "WHERE "+activeHold+` OR id IN
		(SELECT id FROM holds WHERE NOT (`+activeHold+") ORDER BY id DESC LIMIT ?) ORDER BY id DESC", sqlLimit(settled))
}

// Hold returns one hold, or ErrNotFound.
func (s *Store) Hold(ctx context.Context, id string) (roster.Hold, error) {
	return findHold(ctx, s.readers, id)
}

// ExpireHolds ends approvals that were not used in time. Their sets are held
// anew by the next plan.
func (s *Store) ExpireHolds(ctx context.Context, now time.Time) error {
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE holds SET state = 'expired' WHERE state = 'approved' AND expires_at <= ?", millis(now))
		return wrap("expire holds", err)
	})
}

// saveHold stores a hold of a plan. The same set keeps its row, and with it
// what a person said about it; another set takes the place of the one before, and
// nobody knows of it yet.
func (s *Store) saveHold(ctx context.Context, tx *sqlx.Tx, hold roster.Hold) error {
	current, err := findHolds(ctx, tx, "WHERE external_reference_id = ? AND "+activeHold, hold.Group)
	if err != nil {
		return err
	}
	if len(current) > 0 && current[0].Digest == hold.Digest {
		return nil
	}
	if err := liftHold(ctx, tx, hold.Group); err != nil {
		return err
	}
	removals, err := list(hold.Removals)
	if err != nil {
		return err
	}
	people, err := list(hold.Roster)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO holds (digest, external_reference_id, reason, config_hash, removals, roster, state, created_at)
		VALUES (?, ?, ?, ?, ?, ?, 'open', ?)`,
		hold.Digest, hold.Group, string(hold.Reason), hold.ConfigHash, removals, people, millis(s.now()))
	if err != nil {
		return wrap("save hold", err)
	}
	return askAnew(ctx, tx, hold.Group)
}

// askAnew opens again what somebody said to know of a group's holds: that was another
// set of people.
func askAnew(ctx context.Context, tx *sqlx.Tx, group string) error {
	for _, kind := range roster.Kinds() {
		if kind.Concern() != roster.ConcernHeld {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE failures SET state = 'open'
			WHERE external_reference_id = ? AND kind = ? AND state IN ('acknowledged', 'snoozed')`, group, string(kind))
		if err != nil {
			return wrap("open failures of a hold again", err)
		}
	}
	return nil
}

// liftHold ends the active hold of a group, if there is one.
func liftHold(ctx context.Context, tx *sqlx.Tx, group string) error {
	_, err := tx.ExecContext(ctx, "UPDATE holds SET state = 'superseded' WHERE external_reference_id = ? AND "+activeHold, group)
	return wrap("lift hold", err)
}

// useHold ends a hold whose set went through. That it did is a fact, whatever
// was decided while the request was under way.
func useHold(ctx context.Context, tx *sqlx.Tx, id string) error {
	if id == "" {
		return nil
	}
	row, err := rowID('h', id)
	if err != nil {
		return wrap("use hold", err)
	}
	_, err = tx.ExecContext(ctx, "UPDATE holds SET state = 'used' WHERE id = ?", row)
	return wrap("use hold", err)
}

func findHold(ctx context.Context, db sqlx.QueryerContext, id string) (roster.Hold, error) {
	row, err := rowID('h', id)
	if err != nil {
		return roster.Hold{}, wrap("find hold", err)
	}
	holds, err := findHolds(ctx, db, "WHERE id = ?", row)
	if err != nil {
		return roster.Hold{}, err
	}
	if len(holds) == 0 {
		return roster.Hold{}, wrap("find hold", ErrNotFound)
	}
	return holds[0], nil
}

func findHolds(ctx context.Context, db sqlx.QueryerContext, which string, args ...any) ([]roster.Hold, error) {
	return find(ctx, db, "find holds", `SELECT `+holdColumns+` FROM holds `+which, (*holdRow).hold, args...)
}
