package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
)

// Serve notes which shard this state is, such as "0/4". Where it was another before, other
// shards have had the groups that it gained since: they are put in doubt like those of a
// copy, and what people decided about them is undone.
func (s *Store) Serve(ctx context.Context, shard string, gained func(former, group string) bool) error {
	noted, err := s.meta(ctx, "shard")
	if err != nil || string(noted) == shard {
		return err
	}
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		if noted != nil {
			if err := s.doubtGained(ctx, tx, string(noted), shard, gained); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('shard', ?)", []byte(shard))
		return wrap("note shard", err)
	})
}

// doubtGained puts the groups in doubt that others have had.
func (s *Store) doubtGained(ctx context.Context, tx *sqlx.Tx, former, shard string, gained func(former, group string) bool) error {
	var groups []string
	if err := tx.SelectContext(ctx, &groups, "SELECT external_reference_id FROM groups ORDER BY 1"); err != nil {
		return wrap("list groups", err)
	}
	groups = slices.DeleteFunc(groups, func(group string) bool { return !gained(former, group) })
	if len(groups) == 0 {
		return nil
	}
	point, err := lastNumber(ctx, tx)
	if err != nil {
		return err
	}
	for _, group := range groups {
		if err := liftHold(ctx, tx, group); err != nil {
			return err
		}
	}
	return s.doubt(ctx, tx, groups, point, fmt.Sprintf("this was shard %s and is shard %s now", former, shard))
}

// lastNumber is the last number that a roster had. Where none was ever sent, the first
// number is given away: those of later rosters have to be above it.
func lastNumber(ctx context.Context, tx *sqlx.Tx) (last int64, err error) {
	if err := tx.GetContext(ctx, &last, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'syncs'"); err != nil {
		return 0, wrap("read last number", err)
	}
	if last > 0 {
		return last, nil
	}
	return 1, numberAbove(ctx, tx, 1)
}
