package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// history is how far a database has come, by its own account.
type history struct {
	lineage string
	sent    int64     // number of its last intent
	copied  time.Time // when Backup made it; zero: it is no copy
}

// restored tells whether a database has been put into the place of a newer one,
// or may have been. born says that the directory already had a database.
//
//	| mark                | database               | restored                         |
//	| ------------------- | ---------------------- | -------------------------------- |
//	| none                | a backup               | yes                              |
//	| none, not born      | has sent               | yes: copied by hand              |
//	| none                | else                   | no: new, or from before marks    |
//	| of another lineage  | any                    | yes                              |
//	| higher              | any                    | yes                              |
//	| equal               | any                    | no: nothing was sent since       |
//	| lower               | a backup               | yes                              |
//	| lower               | else                   | no: cut off before it was raised |
func (h history) restored(m *mark, born bool) bool {
	switch {
	case m == nil:
		return !h.copied.IsZero() || !born && h.sent > 0
	case m.lineage != h.lineage || m.sent > h.sent:
		return true
	}
	return m.sent < h.sent && !h.copied.IsZero()
}

// before is the mark and the birth of a directory, read before its database: a
// mark that is read later may have been raised meanwhile.
type before struct {
	mark *mark
	born bool
}

func (l layout) before() (b before, err error) {
	if b.mark, err = l.readMark(); err != nil {
		return b, err
	}
	b.born, err = anyExists(l.identity)
	return b, err
}

// place finds out whether the database was restored. A store for writing takes
// it in for good; one for reading only shows it so.
func (s *Store) place(ctx context.Context, b before) error {
	h, err := s.history(ctx)
	if err != nil {
		return err
	}
	restored := h.restored(b.mark, b.born)
	switch {
	case s.writer == nil:
		s.doubtful = restored
		return nil
	case restored:
		return s.alone(ctx, func() error { return s.takeIn(ctx, h, b.mark) })
	case !h.copied.IsZero(): // put back over what it was made of
		if err := s.plain(ctx, forgetCopied(ctx)); err != nil {
			return err
		}
	}
	if b.mark == nil {
		if err := s.files.writeMark(mark{h.lineage, h.sent}); err != nil {
			return err
		}
	}
	s.marker = &marker{path: s.files.mark, lineage: h.lineage}
	return nil
}

// takeIn makes a restored database the one that belongs here: on a line of
// history of its own, above all numbers that were used, with every group in
// doubt and every decision of people undone, for they decided about another
// state. After a crash in between it is taken in once more.
func (s *Store) takeIn(ctx context.Context, h history, m *mark) error {
	begun := mark{lineage: newIdentity()[:16], sent: h.sent + 1}
	if m != nil {
		begun.sent = max(begun.sent, m.sent+1)
	}
	err := s.plain(ctx, func(tx *sqlx.Tx) error {
		for _, step := range []func() error{
			func() error { return beginLine(ctx, tx, begun) },
			func() error { return forgetCopied(ctx)(tx) },
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
	for _, write := range []struct {
		statement string
		value     any
	}{
		{"UPDATE meta SET value = ? WHERE name = 'lineage'", lineage},
		{"DELETE FROM sqlite_sequence WHERE name = 'syncs' AND seq < ?", begun.sent},
		{"INSERT INTO sqlite_sequence (name, seq) VALUES ('syncs', ?)", begun.sent},
	} {
		if _, err := tx.ExecContext(ctx, write.statement, write.value); err != nil {
			return wrap("begin line of history", err)
		}
	}
	return nil
}

// doubtGroups puts every group in doubt: whoever was added since is unknown, and
// whoever was missing may have been back.
func (s *Store) doubtGroups(ctx context.Context, tx *sqlx.Tx, h history, point int64) error {
	result, err := tx.ExecContext(ctx, "UPDATE groups SET restored_after = ?, created = 0, absences = 'null'", point)
	if err != nil {
		return wrap("doubt groups", err)
	}
	groups, err := result.RowsAffected()
	if err != nil || groups == 0 {
		return wrap("doubt groups", err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE holds SET state = 'superseded' WHERE "+activeHold); err != nil {
		return wrap("lift holds", err)
	}
	what := "the database is older than what was sent from here"
	if !h.copied.IsZero() {
		what = "the database is a backup of " + h.copied.Format(time.RFC3339)
	}
	return saveFailures(ctx, tx, []roster.Failure{{
		Kind: roster.StateLost, Reason: fmt.Sprintf("%s; who was added since is unknown in %d groups", what, groups),
	}}, millis(s.now()))
}

// doubted shows a group as doubtGroups leaves it.
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

// history reads how far the database has come.
func (s *Store) history(ctx context.Context) (history, error) {
	lineage, err := s.meta(ctx, "lineage")
	if err != nil {
		return history{}, err
	}
	copied, err := s.meta(ctx, "copied_at")
	if err != nil {
		return history{}, err
	}
	h := history{lineage: hex.EncodeToString(lineage)}
	if copied != nil {
		at, err := strconv.ParseInt(string(copied), 10, 64)
		if err != nil {
			return history{}, damaged("the time of the backup cannot be read")
		}
		h.copied = instant(at)
	}
	err = s.readers.GetContext(ctx, &h.sent, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'syncs'")
	return h, wrap("read number of attempts", err)
}

// markCopied makes a copy known as one. The copy has no name yet, so that it
// needs no journal: a stale one could spoil the next copy.
func markCopied(ctx context.Context, path string, now time.Time) error {
	db, err := connect(ctx, path, "rw", append(readerPragmas(), pragma{"journal_mode", "MEMORY", "memory"}), 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT OR REPLACE INTO meta (name, value) VALUES ('copied_at', ?)", strconv.AppendInt(nil, millis(now), 10))
	return errors.Join(wrap("mark copy", err), wrap("close copy", db.Close()))
}

func forgetCopied(ctx context.Context) func(*sqlx.Tx) error {
	return func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM meta WHERE name = 'copied_at'")
		return wrap("forget copy", err)
	}
}
