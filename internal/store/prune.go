package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"
)

// Prune forgets what ended longer ago than keep. What is still open or in
// force stays, however old: baselines, unsettled attempts, failures that are
// not resolved, active holds, what waits to be sent, the last word about an
// incident that is not over, the last run, the last attempt of each group and
// the pulls that others are judged against. Decisions stay for good. keep must
// not be shorter than the window of the rolling limit, which counts removals
// in finished attempts.
func (s *Store) Prune(ctx context.Context, now time.Time, keep time.Duration) error {
	before := millis(now.Add(-keep))
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		for _, statement := range []string{
			`DELETE FROM runs WHERE started_at < ? AND id <> (SELECT id FROM runs ORDER BY rowid DESC LIMIT 1)`,
			`DELETE FROM events WHERE at < ?`,
			`DELETE FROM failures WHERE state = 'resolved' AND resolved_at < ?`,
			`DELETE FROM holds WHERE created_at < ? AND NOT (` + activeHold + `)`,
			`DELETE FROM pulls WHERE at < ? AND id NOT IN (SELECT MAX(id) FROM pulls GROUP BY source)
				AND id NOT IN (SELECT MAX(id) FROM pulls WHERE good = 1 GROUP BY source)`,
			`DELETE FROM notifications WHERE state <> 'pending' AND ended_at < ? AND NOT (what <> 'resolved' AND ` + lastWord + `)`,
			`DELETE FROM syncs WHERE settled = 1 AND ended_at < ? AND id NOT IN (SELECT MAX(id) FROM syncs GROUP BY external_reference_id)`,
		} {
			if _, err := tx.ExecContext(ctx, statement, before); err != nil {
				return wrap("prune database", err)
			}
		}
		return nil
	})
}
