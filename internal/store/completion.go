package store

import (
	"context"
	"errors"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// errOtherGroup is a programming error: an outcome that would overwrite the
// baseline of a group that it is not about.
var errOtherGroup = errors.New("state is of another group than the sync")

// Complete stores the outcome of a request in one transaction, which settles
// all earlier attempts for the group too. It refuses with ErrStale a request
// that is not in flight, such as one that was abandoned meanwhile. Fenced.
func (s *Store) Complete(ctx context.Context, c roster.Completion) error {
	baseline := s.sealBaseline(c.State.ExternalReferenceID, c.Baseline)
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		sync, err := findSyncIn(ctx, tx, c.SyncID, roster.SyncSubmitted)
		if err != nil {
			return err
		}
		if sync.Group != c.State.ExternalReferenceID {
			return errOtherGroup
		}
		for _, step := range []func() error{
			func() error { return s.saveOutcome(ctx, tx, c) },
			func() error { return settle(ctx, tx, "external_reference_id = ? AND id <= ?", sync.Group, sync.ID) },
			func() error { return saveDelivered(ctx, tx, c.State) },
			func() error { return baseline.save(ctx, tx) },
			func() error { return s.settleRestored(ctx, tx) },
			func() error { return useHold(ctx, tx, c.UsedHold) },
			func() error { return saveEvents(ctx, tx, c.Events) },
			func() error { return s.sweepGroup(ctx, tx, c.Sweep, sync.Group) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) saveOutcome(ctx context.Context, tx *sqlx.Tx, c roster.Completion) error {
	_, err := tx.ExecContext(ctx, `UPDATE syncs SET state = 'completed', ended_at = ?, added = ?, removed = ?, failed = ?, unapproved = ?
		WHERE id = ?`,
		millis(s.now()), c.Outcome.Added, c.Outcome.Removed, len(c.Outcome.Failures), c.RemovedUnapproved, c.SyncID)
	return wrap("save outcome", err)
}
