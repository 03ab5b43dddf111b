package store

import (
	"context"
	"time"
)

// LastSuccess returns when the last run ended that was about all groups and left none undelivered:
// every source was believed, and every group was sent, unchanged, or waits for
// a person. The zero time where there was none.
func (s *Store) LastSuccess(ctx context.Context) (time.Time, error) {
	var ended int64
	err := s.readers.GetContext(ctx, &ended, `SELECT coalesce(max(ended_at), 0) FROM runs
		WHERE partial = 0 AND outcome IN ('done', 'failures', 'held') AND json_extract(counts, '$.failed') = 0 AND json_extract(counts, '$.blocked') = 0`)
	return instant(ended), wrap("find last success", err)
}
