package store

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"
)

// history is how far a database has come, by its own account.
type history struct {
	lineage string
	sent    int64     // number of its last intent
	copied  time.Time // when Backup made it; zero: it is no copy
}

// restored tells whether a database has been put into the place of a newer one,
// or may have been.
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
func (h history) restored(b beside) bool {
	copied := !h.copied.IsZero()
	switch {
	case b.mark == nil:
		return copied || !b.born && h.sent > 0
	case b.mark.lineage != h.lineage || b.mark.sent > h.sent:
		return true
	}
	return copied && b.mark.sent < h.sent
}

// beside is what lies beside a database. It is read before the database: a mark
// that is read later may have been raised meanwhile.
type beside struct {
	mark *mark
	born bool // the directory already had a database
}

func (l layout) beside() (b beside, err error) {
	if b.mark, err = l.readMark(); err != nil {
		return b, err
	}
	b.born, err = anyExists(l.identity)
	return b, err
}

// recognise finds out whether the database was restored. A store for writing takes
// it in for good; one for reading only shows it so.
func (s *Store) recognise(ctx context.Context, b beside) error {
	h, err := s.history(ctx)
	if err != nil {
		return err
	}
	restored := h.restored(b)
	switch {
	case s.writer == nil:
		s.doubtful = restored
		return nil
	case restored:
		return s.alone(ctx, func() error { return s.takeIn(ctx, h, b.mark) })
	case !h.copied.IsZero(): // put back over what it was made of
		if err := s.plain(ctx, func(tx *sqlx.Tx) error { return forgetCopied(ctx, tx) }); err != nil {
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

// forgetCopied makes a copy a database like any other.
func forgetCopied(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM meta WHERE name = 'copied_at'")
	return wrap("forget copy", err)
}
