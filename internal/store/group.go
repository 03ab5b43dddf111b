package store

import (
	"context"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

type groupRow struct {
	ExternalReferenceID string `db:"external_reference_id"`
	GroupID             string `db:"group_id"`
	Name                string `db:"name"`
	Created             bool   `db:"created"`
	HasBaseline         bool   `db:"has_baseline"`
	Members             int    `db:"members"`
	Absences            string `db:"absences"`
	Contested           string `db:"contested"`
	ConfigHash          string `db:"config_hash"`
	DeliveredDigest     string `db:"delivered_digest"`
	DeliveredAt         int64  `db:"delivered_at"`
	DeliveredFailures   int    `db:"delivered_failures"`
	DeliveredRetries    int    `db:"delivered_retries"`
	Took                int64  `db:"took"`
	TookMembers         int    `db:"took_members"`
	RestoredAfter       int64  `db:"restored_after"`
	BaselineDigest      string `db:"baseline_digest"`
}

func (r *groupRow) group() (roster.GroupState, error) {
	group := roster.GroupState{
		ExternalReferenceID: r.ExternalReferenceID, GroupID: r.GroupID, Name: r.Name,
		Created: r.Created, HasBaseline: r.HasBaseline, Members: r.Members, ConfigHash: r.ConfigHash,
		Delivered: roster.Delivery{
			Digest: r.DeliveredDigest, At: instant(r.DeliveredAt), Failures: r.DeliveredFailures, Retries: r.DeliveredRetries,
		},
		Took: time.Duration(r.Took) * time.Millisecond, TookMembers: r.TookMembers, RestoredAfter: r.RestoredAfter, Digest: r.BaselineDigest,
	}
	return group, errors.Join(readList(r.Absences, &group.Absences), readList(r.Contested, &group.Contested))
}

// Groups lists what is known of every group, sorted by external_reference_id.
func (s *Store) Groups(ctx context.Context) ([]roster.GroupState, error) {
	groups, err := find(ctx, s.readers, "find groups", `
		SELECT g.external_reference_id, group_id, name, created, b.members IS NOT NULL AS has_baseline,
			COALESCE(b.members, 0) AS members, absences, contested, config_hash,
			delivered_digest, delivered_at, delivered_failures, delivered_retries, took, took_members, restored_after, baseline_digest
		FROM groups g LEFT JOIN baselines b USING (external_reference_id)
		ORDER BY g.external_reference_id`, (*groupRow).group)
	if s.doubtful {
		for i := range groups {
			groups[i] = doubted(groups[i])
		}
	}
	return groups, err
}

// GroupCreated stores a group right after it was asked for at Vitable. Created says
// whether the one that is there now is ours, and so empty: somebody else may have made
// it a moment before, with people in it. Fenced.
func (s *Store) GroupCreated(ctx context.Context, group roster.GroupState) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error { return savePlanned(ctx, tx, group) })
}

// savePlanned stores what a plan knows of a group. What only an outcome knows
// (baseline, delivery, durations, configuration) stays as it is.
func savePlanned(ctx context.Context, tx *sqlx.Tx, group roster.GroupState) error {
	absences, errAbsences := list(group.Absences)
	contested, errContested := list(group.Contested)
	if err := errors.Join(errAbsences, errContested); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO groups (external_reference_id, group_id, name, created, absences, contested) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (external_reference_id) DO UPDATE SET group_id = excluded.group_id, name = excluded.name,
			created = excluded.created, absences = excluded.absences, contested = excluded.contested`,
		group.ExternalReferenceID, group.GroupID, group.Name, group.Created, absences, contested)
	return wrap("save group", err)
}

// saveDelivered stores what an outcome says of a group, which is no longer a
// created and empty one.
func saveDelivered(ctx context.Context, tx *sqlx.Tx, group roster.GroupState) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO groups (external_reference_id, group_id, name, created, absences, config_hash,
			delivered_digest, delivered_at, delivered_failures, delivered_retries, took, took_members, restored_after, baseline_digest)
		VALUES (?, ?, ?, 0, 'null', ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (external_reference_id) DO UPDATE SET created = 0, config_hash = excluded.config_hash,
			delivered_digest = excluded.delivered_digest, delivered_at = excluded.delivered_at,
			delivered_failures = excluded.delivered_failures, delivered_retries = excluded.delivered_retries,
			took = excluded.took, took_members = excluded.took_members, restored_after = excluded.restored_after,
			baseline_digest = excluded.baseline_digest`,
		group.ExternalReferenceID, group.GroupID, group.Name, group.ConfigHash,
		group.Delivered.Digest, millis(group.Delivered.At), group.Delivered.Failures, group.Delivered.Retries,
		group.Took.Milliseconds(), group.TookMembers, group.RestoredAfter, group.Digest)
	return wrap("save group", err)
}

// adoptConfig makes the configuration of a plan the one of the baseline.
func adoptConfig(ctx context.Context, tx *sqlx.Tx, group, hash string) error {
	_, err := tx.ExecContext(ctx, "UPDATE groups SET config_hash = ? WHERE external_reference_id = ?", hash, group)
	return wrap("adopt configuration", err)
}

// forgetDelivery makes the next run send: what was delivered last may not be
// what Vitable has.
func forgetDelivery(ctx context.Context, tx *sqlx.Tx, group string) error {
	_, err := tx.ExecContext(ctx, "UPDATE groups SET delivered_digest = '' WHERE external_reference_id = ?", group)
	return wrap("forget delivery", err)
}
