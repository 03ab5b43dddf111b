package store

import (
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// Sweep stores what a step of a run found. Fenced.
func (s *Store) Sweep(ctx context.Context, sweep roster.Sweep) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error { return s.sweep(ctx, tx, sweep, "") })
}

// sweepGroup resolves only failures of one group. A thousand outcomes that
// each looked through all failures would be a million looks.
func (s *Store) sweepGroup(ctx context.Context, tx *sqlx.Tx, sweep roster.Sweep, group string) error {
	return s.sweep(ctx, tx, sweep, " AND external_reference_id = ?", group)
}

func (s *Store) sweep(ctx context.Context, tx *sqlx.Tx, sweep roster.Sweep, within string, args ...any) error {
	now := millis(s.now())
	found := merge(sweep.Found)
	if sweep.Evaluated != nil {
		gone, err := findFailures(ctx, tx, "WHERE state <> 'resolved'"+within, args...)
		if err != nil {
			return err
		}
		seen := make(map[identity]bool, len(found))
		for i := range found {
			seen[identityOf(&found[i])] = true
		}
		for i := range gone {
			if seen[identityOf(&gone[i])] || !sweep.Evaluated(gone[i]) {
				continue
			}
			if err := resolve(ctx, tx, gone[i].ID, now); err != nil {
				return err
			}
		}
	}
	return saveFailures(ctx, tx, found, now)
}

// identity is what makes two failures the same one. Subject tells sources
// apart, which have neither a group nor a person.
type identity struct {
	group, ref, operation, subject string
	kind                           roster.Kind
}

func identityOf(f *roster.Failure) identity {
	id := identity{group: f.Group, ref: f.ReferenceID, operation: f.Operation, kind: f.Kind}
	if f.Group == "" && f.ReferenceID == "" {
		id.subject = f.Source
	}
	return id
}

// reasonBreak stands between the reasons of one failure.
const reasonBreak = "; "

// merge makes one of failures with one identity, such as a row with two wrong
// fields: they count once and their reasons are both told.
func merge(all []roster.Failure) []roster.Failure {
	merged := make([]roster.Failure, 0, len(all))
	index := make(map[identity]int, len(all))
	for i := range all {
		id := identityOf(&all[i])
		at, known := index[id]
		if !known {
			index[id] = len(merged)
			merged = append(merged, all[i])
			continue
		}
		if told := strings.Split(merged[at].Reason, reasonBreak); !slices.Contains(told, all[i].Reason) {
			merged[at].Reason += reasonBreak + all[i].Reason
		}
	}
	return merged
}

func resolve(ctx context.Context, tx *sqlx.Tx, id string, now int64) error {
	row, err := rowID('f', id)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE failures SET state = 'resolved', resolved_at = ? WHERE id = ?", now, row)
	return wrap("resolve failure", err)
}

func saveFailures(ctx context.Context, tx *sqlx.Tx, found []roster.Failure, now int64) error {
	if len(found) == 0 {
		return nil
	}
	statement, err := tx.PreparexContext(ctx, `INSERT INTO failures (external_reference_id, reference_id, kind, operation, subject,
			source, reason, first_seen, last_seen, count, state)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, 'open')
		ON CONFLICT (external_reference_id, reference_id, kind, operation, subject) DO UPDATE SET
			source = excluded.source, reason = excluded.reason, last_seen = excluded.last_seen,
			first_seen = CASE state WHEN 'resolved' THEN excluded.first_seen ELSE first_seen END,
			count = CASE state WHEN 'resolved' THEN 1 ELSE count + 1 END,
			state = CASE state WHEN 'resolved' THEN 'open' ELSE state END`)
	if err != nil {
		return wrap("save failure", err)
	}
	defer func() { _ = statement.Close() }()
	for i := range found {
		f, id := &found[i], identityOf(&found[i])
		_, err := statement.ExecContext(ctx, id.group, id.ref, string(id.kind), id.operation, id.subject, f.Source, f.Reason, now)
		if err != nil {
			return wrap("save failure", err)
		}
	}
	return nil
}
