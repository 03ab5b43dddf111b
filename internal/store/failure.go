package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

type failureRow struct {
	ID          int64  `db:"id"`
	Group       string `db:"external_reference_id"`
	ReferenceID string `db:"reference_id"`
	Source      string `db:"source"`
	Kind        string `db:"kind"`
	Operation   string `db:"operation"`
	Reason      string `db:"reason"`
	FirstSeen   int64  `db:"first_seen"`
	LastSeen    int64  `db:"last_seen"`
	Count       int    `db:"count"`
	State       string `db:"state"`
}

func (r *failureRow) failure() (roster.Failure, error) {
	return roster.Failure{
		ID: publicID('f', r.ID), Group: r.Group, ReferenceID: r.ReferenceID, Source: r.Source,
		Kind: roster.Kind(r.Kind), Operation: r.Operation, Reason: r.Reason,
		FirstSeen: instant(r.FirstSeen), LastSeen: instant(r.LastSeen), Count: r.Count, State: roster.FailureState(r.State),
	}, nil
}

// Filter chooses failures. The zero Filter chooses all open ones.
type Filter struct {
	All         bool // resolved ones too
	Resolved    int  // of those the latest, so many; 0: no limit
	Group       string
	ReferenceID string
	Kind        roster.Kind
	Limit       int // 0: no limit
	Skip        int // how many of the chosen ones come before
}

// where is the filter in SQL.
func (f Filter) where() (clause string, args []any) {
	clause = "WHERE TRUE"
	add := func(condition, value string) {
		if value != "" {
			clause, args = clause+" AND "+condition, append(args, value)
		}
	}
	add("external_reference_id = ?", f.Group)
	add("reference_id = ?", f.ReferenceID)
	add("kind = ?", string(f.Kind))
	switch {
	case !f.All:
		clause += " AND state <> 'resolved'"
	case f.Resolved > 0:
		latest := "SELECT id FROM failures " + clause + " AND state = 'resolved' ORDER BY resolved_at DESC, id DESC LIMIT ?"
		return clause + " AND (state <> 'resolved' OR id IN (" + latest + "))", append(append(args, args...), f.Resolved)
	}
	return clause, args
}

// Failures lists the chosen failures, the oldest first.
func (s *Store) Failures(ctx context.Context, filter Filter) ([]roster.Failure, error) {
	clause, args := filter.where()
	return findFailures(ctx, s.readers, clause+" ORDER BY id LIMIT ? OFFSET ?", append(args, sqlLimit(filter.Limit), filter.Skip)...)
}

// CountMatches counts the failures that a filter chooses, whatever its Limit.
func (s *Store) CountMatches(ctx context.Context, filter Filter) (n int, err error) {
	clause, args := filter.where()
	err = sqlx.GetContext(ctx, s.readers, &n, "SELECT COUNT(*) FROM failures "+clause, args...)
	return n, wrap("count failures", err)
}

// OpenFailures lists what is not resolved, the oldest first.
func (s *Store) OpenFailures(ctx context.Context) ([]roster.Failure, error) {
	return s.Failures(ctx, Filter{})
}

// CountFailures counts what is not resolved, by kind.
func (s *Store) CountFailures(ctx context.Context) (map[roster.Kind]int, error) {
	return count[roster.Kind](ctx, s.readers, "count failures",
		"SELECT kind AS word, COUNT(*) AS count FROM failures WHERE state <> 'resolved' GROUP BY kind")
}

// Acknowledge says that a person knows of a failure; saying so again does
// nothing. ErrNotFound where there is none of that id, ErrStale where it is
// resolved.
func (s *Store) Acknowledge(ctx context.Context, id string) error {
	row, err := rowID('f', id)
	if err != nil {
		return wrap("acknowledge failure", err)
	}
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		found, err := findFailures(ctx, tx, "WHERE id = ?", row)
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return wrap("acknowledge failure", ErrNotFound)
		case found[0].State == roster.FailureResolved:
			return wrap("acknowledge failure", ErrStale)
		}
		_, err = tx.ExecContext(ctx, "UPDATE failures SET state = 'acknowledged' WHERE id = ?", row)
		return wrap("acknowledge failure", err)
	})
}

func findFailures(ctx context.Context, db sqlx.QueryerContext, which string, args ...any) ([]roster.Failure, error) {
	return find(ctx, db, "find failures", `SELECT id, external_reference_id, reference_id, source, kind, operation, reason,
		first_seen, last_seen, count, state FROM failures `+which, (*failureRow).failure, args...)
}
