package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// Intend stores what is about to be sent and returns its number. When it
// returns, the intent is on disk, and the mark that tells an older database; before that
// nothing may be sent. It refuses with ErrInFlight a group with an unfinished attempt,
// and with ErrStale what a person decided otherwise since the plan was made: an approval
// (HoldID) that does not hold at IntendedAt, and the removal of somebody who is pinned.
// State, ID and what only an answer can tell are not read. Fenced.
func (s *Store) Intend(ctx context.Context, sync roster.Sync) (int64, error) {
	sealed := s.seals.payloads.close(
		encodePayload(sync.Entries, sync.Removals), aboutPayload(sync.RunID, sync.Group, sync.Digest))
	var id int64
	err := s.fenced(ctx, func(tx *sqlx.Tx) error {
		if err := checkIdle(ctx, tx, sync.Group); err != nil {
			return err
		}
		if err := checkApproval(ctx, tx, sync); err != nil {
			return err
		}
		if err := checkPins(ctx, tx, sync.Removals); err != nil {
			return err
		}
		err := tx.GetContext(ctx, &id, `INSERT INTO syncs (run_id, external_reference_id, group_id, state, digest, size,
				config_hash, adopt_config, hold_id, approved, intended_at, sealed)
			VALUES (?, ?, ?, 'intended', ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
			sync.RunID, sync.Group, sync.GroupID, sync.Digest, sync.Size,
			sync.ConfigHash, sync.AdoptConfig, sync.HoldID, sync.Approved, millis(sync.IntendedAt), sealed)
		return wrap("save intent", err)
	})
	if err != nil {
		return 0, err
	}
	return id, s.marker.raise(id)
}

// checkIdle keeps to one request at a time for each group.
func checkIdle(ctx context.Context, tx *sqlx.Tx, group string) error {
	var unfinished int
	err := tx.GetContext(ctx, &unfinished,
		"SELECT COUNT(*) FROM syncs WHERE external_reference_id = ? AND state IN ('intended', 'submitted')", group)
	if err != nil {
		return wrap("find syncs in flight", err)
	}
	if unfinished > 0 {
		return ErrInFlight
	}
	return nil
}

// checkApproval looks once more, in the last transaction before the send: it
// may have been rejected or have lapsed since the plan was made.
func checkApproval(ctx context.Context, tx *sqlx.Tx, sync roster.Sync) error {
	if sync.HoldID == "" {
		return nil
	}
	hold, err := findHold(ctx, tx, sync.HoldID)
	if err != nil {
		return err
	}
	if hold.Group != sync.Group || hold.State != roster.HoldApproved || !hold.ExpiresAt.After(sync.IntendedAt) {
		return fmt.Errorf("use approval of hold %s: %w", hold.ID, ErrStale)
	}
	return nil
}

// checkPins looks once more who is pinned: hours may lie between a plan and the moment
// at which one of its groups is sent.
func checkPins(ctx context.Context, tx *sqlx.Tx, removals []roster.Removal) error {
	if len(removals) == 0 {
		return nil
	}
	var pinned []string
	if err := tx.SelectContext(ctx, &pinned, "SELECT reference_id FROM pins"); err != nil {
		return wrap("find pins", err)
	}
	for _, removal := range removals {
		if slices.Contains(pinned, removal.ReferenceID) {
			return fmt.Errorf("remove %s, who is pinned: %w", removal.ReferenceID, ErrStale)
		}
	}
	return nil
}

// Accepted stores that Vitable took the request, to be polled to its end.
// A cancelled context does not stop it: what was accepted must not be
// forgotten. ErrStale when the attempt is not an intent any more. Fenced.
func (s *Store) Accepted(ctx context.Context, id int64, receipt roster.Receipt, now time.Time) error {
	ctx = context.WithoutCancel(ctx)
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		if _, err := findSyncIn(ctx, tx, id, roster.SyncIntended); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE syncs SET state = 'submitted', request_id = ?, submitted_at = ? WHERE id = ?",
			receipt.RequestID, millis(now), id)
		return wrap("save receipt", err)
	})
}

// NotDelivered stores that an intent was not delivered, so that the next run
// sends the then current roster. The baseline stays as it is. ErrStale when
// the attempt is not an intent any more. Fenced.
func (s *Store) NotDelivered(ctx context.Context, n roster.NonDelivery) error {
	if n.State != roster.SyncRefusedBy && n.State != roster.SyncNoAnswer {
		return fmt.Errorf("save end of sync %d: state %q is neither refused nor unknown", n.SyncID, n.State)
	}
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		sync, err := findSyncIn(ctx, tx, n.SyncID, roster.SyncIntended)
		if err != nil {
			return err
		}
		if err := endUndelivered(ctx, tx, sync, n.State, n.Reason, n.At); err != nil {
			return err
		}
		return s.sweepGroup(ctx, tx, n.Sweep, sync.Group)
	})
}

// MarkUnknown is for an intent that is found when a run starts: the program
// ended between the intent and the answer, so it may have been sent. Fenced.
func (s *Store) MarkUnknown(ctx context.Context, id int64, now time.Time) error {
	return s.NotDelivered(ctx, roster.NonDelivery{SyncID: id, State: roster.SyncNoAnswer, At: now, Reason: "rosterd ended before an answer came"})
}

// Abandon gives up a request that Vitable does not finish: what it did stays
// unknown until a later outcome settles it. ErrNotFound for a request id that
// was never given, ErrStale for one that is not in flight. It returns the
// attempt as it is now.
func (s *Store) Abandon(ctx context.Context, requestID, by, why string, now time.Time) (roster.Sync, error) {
	var sync roster.Sync
	err := s.plain(ctx, func(tx *sqlx.Tx) (err error) {
		sync, err = findSync(ctx, tx, "request_id = ? AND request_id <> '' ORDER BY state = 'submitted' DESC, id DESC LIMIT 1", requestID)
		if err != nil {
			return err
		}
		if sync.State != roster.SyncSubmitted {
			return fmt.Errorf("request is %s: %w", sync.State, ErrStale)
		}
		sync.State, sync.Reason, sync.EndedAt = roster.SyncAbandoned, byWhom(by, why), instant(millis(now))
		if err := endUndelivered(ctx, tx, sync, sync.State, sync.Reason, now); err != nil {
			return err
		}
		return saveEvents(ctx, tx, []roster.Event{{At: now, RunID: sync.RunID, Group: sync.Group, What: "abandoned", Detail: sync.Reason}})
	})
	if err != nil {
		return roster.Sync{}, wrap("abandon request", err)
	}
	return sync, nil
}

// endUndelivered ends an attempt without an outcome. Only a refused one is
// settled by that; the others keep their payload, for the people in it may be
// covered.
func endUndelivered(ctx context.Context, tx *sqlx.Tx, sync roster.Sync, state roster.SyncState, reason string, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE syncs SET state = ?, reason = ?, ended_at = ? WHERE id = ?", string(state), reason, millis(at), sync.ID)
	if err != nil {
		return wrap("save end of sync", err)
	}
	if state == roster.SyncRefusedBy {
		if err := settle(ctx, tx, "id = ?", sync.ID); err != nil {
			return err
		}
	}
	return forgetDelivery(ctx, tx, sync.Group)
}

// settle drops the payloads of attempts whose effect is known.
func settle(ctx context.Context, tx *sqlx.Tx, which string, args ...any) error {
	_, err := tx.ExecContext(ctx, "UPDATE syncs SET settled = 1, sealed = NULL WHERE settled = 0 AND "+which, args...)
	return wrap("settle syncs", err)
}
