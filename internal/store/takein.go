package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// takeIn makes a restored database the one that belongs here: on a line of
// history of its own, above all numbers that were used, with every group in
// doubt, every decision of people undone, for they decided about another state,
// and no notification waiting. After a crash in between it is taken in once more.
func (s *Store) takeIn(ctx context.Context, h history, m *mark) error {
	begun := mark{lineage: newIdentity()[:16], sent: h.sent + 1}
	if m != nil {
		begun.sent = max(begun.sent, m.sent+1)
	}
	err := s.plain(ctx, func(tx *sqlx.Tx) error {
		for _, step := range []func() error{
			func() error { return beginLine(ctx, tx, begun) },
			func() error { return forgetCopied(ctx, tx) },
			func() error { return s.forgetPending(ctx, tx) },
			func() error { return s.doubtGroups(ctx, tx, h, begun.sent) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take in restored database: %w", err)
	}
	s.marker = &marker{path: s.files.mark, lineage: begun.lineage}
	return s.files.writeMark(begun)
}

// beginLine names the new line and lets it begin above every number.
func beginLine(ctx context.Context, tx *sqlx.Tx, begun mark) error {
	lineage, err := hex.DecodeString(begun.lineage)
	if err != nil {
		return fmt.Errorf("name line of history: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE meta SET value = ? WHERE name = 'lineage'", lineage); err != nil {
		return wrap("begin line of history", err)
	}
	return numberAbove(ctx, tx, begun.sent)
}

// numberAbove lets rosters that are sent from now on have numbers above this one, which
// is above all that were used.
func numberAbove(ctx context.Context, tx *sqlx.Tx, last int64) error {
	for _, statement := range []string{
		"DELETE FROM sqlite_sequence WHERE name = 'syncs' AND seq < ?",
		"INSERT INTO sqlite_sequence (name, seq) VALUES ('syncs', ?)",
	} {
		if _, err := tx.ExecContext(ctx, statement, last); err != nil {
			return wrap("set numbers of rosters", err)
		}
	}
	return nil
}

// doubtGroups puts every group in doubt: whoever was added since is unknown, and
// whoever was missing may have been back.
func (s *Store) doubtGroups(ctx context.Context, tx *sqlx.Tx, h history, point int64) error {
	var groups []string
	if err := tx.SelectContext(ctx, &groups, "SELECT external_reference_id FROM groups"); err != nil || len(groups) == 0 {
		return wrap("list groups", err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE holds SET state = 'superseded' WHERE "+activeHold); err != nil {
		return wrap("lift holds", err)
	}
	what := "the database is older than what was sent from here"
	if !h.copied.IsZero() {
		what = "the database is a backup of " + h.copied.Format(time.RFC3339)
	}
	return s.doubt(ctx, tx, groups, point, what)
}

// doubt puts groups in doubt until a roster is delivered whose number is above point, and
// says why.
func (s *Store) doubt(ctx context.Context, tx *sqlx.Tx, groups []string, point int64, why string) error {
	for _, group := range groups {
		if _, err := tx.ExecContext(ctx, "UPDATE groups SET restored_after = ?, created = 0, absences = 'null' WHERE external_reference_id = ?", point, group); err != nil {
			return wrap("doubt group", err)
		}
	}
	return saveFailures(ctx, tx, []roster.Failure{{
		Kind: roster.StateLost, Reason: fmt.Sprintf("%s; who was added since is unknown in %d groups", why, len(groups)),
	}}, millis(s.now()))
}

// doubted shows a group as doubt leaves it.
func doubted(group roster.GroupState) roster.GroupState {
	group.RestoredAfter, group.Created, group.Absences = 1, false, nil
	return group
}

// settleRestored resolves what takeIn reported once no group is in doubt.
func (s *Store) settleRestored(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE failures SET state = 'resolved', resolved_at = ?
		WHERE kind = ? AND external_reference_id = '' AND state <> 'resolved'
			AND NOT EXISTS (SELECT 1 FROM groups WHERE restored_after > 0)`, millis(s.now()), string(roster.StateLost))
	return wrap("settle restoration", err)
}
