package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

const syncColumns = `id, run_id, external_reference_id, group_id, state, digest, size, config_hash, adopt_config,
	hold_id, approved, request_id, intended_at, submitted_at, ended_at, reason, added, removed, failed`

type syncRow struct {
	ID          int64  `db:"id"`
	RunID       string `db:"run_id"`
	Group       string `db:"external_reference_id"`
	GroupID     string `db:"group_id"`
	State       string `db:"state"`
	Digest      string `db:"digest"`
	Size        int    `db:"size"`
	ConfigHash  string `db:"config_hash"`
	AdoptConfig bool   `db:"adopt_config"`
	HoldID      string `db:"hold_id"`
	Approved    int    `db:"approved"`
	RequestID   string `db:"request_id"`
	IntendedAt  int64  `db:"intended_at"`
	SubmittedAt int64  `db:"submitted_at"`
	EndedAt     int64  `db:"ended_at"`
	Reason      string `db:"reason"`
	Added       int    `db:"added"`
	Removed     int    `db:"removed"`
	Failed      int    `db:"failed"`
	Sealed      []byte `db:"sealed"` // only where it was asked for
}

func (r *syncRow) sync() (roster.Sync, error) {
	return roster.Sync{
		ID: r.ID, RunID: r.RunID, Group: r.Group, GroupID: r.GroupID, State: roster.SyncState(r.State),
		Digest: r.Digest, Size: r.Size, ConfigHash: r.ConfigHash, AdoptConfig: r.AdoptConfig,
		HoldID: r.HoldID, Approved: r.Approved, RequestID: r.RequestID,
		IntendedAt: instant(r.IntendedAt), SubmittedAt: instant(r.SubmittedAt), EndedAt: instant(r.EndedAt), Reason: r.Reason,
		Added: r.Added, Removed: r.Removed, Failed: r.Failed,
	}, nil
}

// aboutPayload binds a payload to its attempt. The row's number is not part of
// it: it is known only inside the transaction, too late to seal without making
// every other writer wait.
func aboutPayload(runID, group, digest string) string {
	return "payload\x00" + runID + "\x00" + group + "\x00" + digest
}

// openSync is sync with what was sent.
func (s *Store) openSync(r *syncRow) (roster.Sync, error) {
	sync, err := r.sync()
	if err != nil {
		return roster.Sync{}, err
	}
	plain, err := s.seals.payloads.open(r.Sealed, aboutPayload(r.RunID, r.Group, r.Digest))
	if err != nil {
		return roster.Sync{}, damaged(fmt.Sprintf("the payload of sync %d is damaged", r.ID))
	}
	sync.Entries, sync.Removals, err = decodePayload(plain)
	if err != nil {
		return roster.Sync{}, damaged(fmt.Sprintf("the payload of sync %d cannot be read", r.ID))
	}
	return sync, nil
}

// Unsettled lists, in order, the attempts whose effect is not known yet: those
// that are intended or submitted, and those without answer or abandoned that
// no later outcome has settled. Each comes with what was sent. A payload that
// is not what was stored is ErrUnusable.
func (s *Store) Unsettled(ctx context.Context) ([]roster.Sync, error) {
	return find(ctx, s.readers, "find unsettled syncs",
		`SELECT `+syncColumns+`, sealed FROM syncs WHERE settled = 0 ORDER BY id`, s.openSync)
}

// InFlight lists, in order, the requests that Vitable accepted and has not
// finished, without what was sent.
func (s *Store) InFlight(ctx context.Context) ([]roster.Sync, error) {
	return find(ctx, s.readers, "find syncs in flight",
		`SELECT `+syncColumns+` FROM syncs WHERE state = 'submitted' ORDER BY id`, (*syncRow).sync)
}

// LastSync returns the last attempt for a group, without what was sent; ok is
// false where there was none.
func (s *Store) LastSync(ctx context.Context, group string) (sync roster.Sync, ok bool, err error) {
	syncs, err := find(ctx, s.readers, "find last sync",
		`SELECT `+syncColumns+` FROM syncs WHERE external_reference_id = ? ORDER BY id DESC LIMIT 1`, (*syncRow).sync, group)
	if err != nil || len(syncs) == 0 {
		return roster.Sync{}, false, err
	}
	return syncs[0], true, nil
}

// SyncsOfRun lists, in order, the attempts that a run made, without what was sent;
// a limit of 0 lists all.
func (s *Store) SyncsOfRun(ctx context.Context, runID string, limit int) ([]roster.Sync, error) {
	return find(ctx, s.readers, "find syncs of run",
		`SELECT `+syncColumns+` FROM syncs WHERE run_id = ? ORDER BY id LIMIT ?`, (*syncRow).sync, runID, sqlLimit(limit))
}

// SyncsOfGroup lists the latest attempts for a group, the last one first, without
// what was sent; a limit of 0 lists all.
func (s *Store) SyncsOfGroup(ctx context.Context, group string, limit int) ([]roster.Sync, error) {
	return find(ctx, s.readers, "find syncs of group",
		`SELECT `+syncColumns+` FROM syncs WHERE external_reference_id = ? ORDER BY id DESC LIMIT ?`, (*syncRow).sync, group, sqlLimit(limit))
}

// RemovedSince counts, by group, the people who were removed by requests that
// completed at since or later, without a person's approval.
func (s *Store) RemovedSince(ctx context.Context, since time.Time) (map[string]int, error) {
	return count[string](ctx, s.readers, "count removals", `SELECT external_reference_id AS word, SUM(unapproved) AS count
		FROM syncs WHERE state = 'completed' AND ended_at >= ? AND unapproved > 0 GROUP BY external_reference_id`, millis(since))
}

// findSync returns one attempt inside a transaction, without what was sent.
func findSync(ctx context.Context, tx *sqlx.Tx, which string, args ...any) (roster.Sync, error) {
	syncs, err := find(ctx, tx, "find sync", `SELECT `+syncColumns+` FROM syncs WHERE `+which, (*syncRow).sync, args...)
	if err != nil {
		return roster.Sync{}, err
	}
	if len(syncs) == 0 {
		return roster.Sync{}, wrap("find sync", ErrNotFound)
	}
	return syncs[0], nil
}

// findSyncIn is findSync for a step that only this state allows; else ErrStale.
func findSyncIn(ctx context.Context, tx *sqlx.Tx, id int64, state roster.SyncState) (roster.Sync, error) {
	sync, err := findSync(ctx, tx, "id = ?", id)
	if err == nil && sync.State != state {
		err = fmt.Errorf("sync %d is %s: %w", id, sync.State, ErrStale)
	}
	return sync, err
}
