package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

type pinRow struct {
	ReferenceID string `db:"reference_id"`
	By          string `db:"pinned_by"`
	Comment     string `db:"comment"`
	At          int64  `db:"at"`
}

func (r *pinRow) pin() (roster.Pin, error) {
	return roster.Pin{ReferenceID: r.ReferenceID, By: r.By, Comment: r.Comment, At: instant(r.At)}, nil
}

// Pins lists who is kept covered whatever the sources say, by reference_id.
func (s *Store) Pins(ctx context.Context) ([]roster.Pin, error) {
	return find(ctx, s.readers, "find pins", "SELECT reference_id, pinned_by, comment, at FROM pins ORDER BY reference_id", (*pinRow).pin)
}

// Pin keeps somebody covered; pinning again replaces who, why and when. ErrWord
// where it is not said whom.
func (s *Store) Pin(ctx context.Context, pin roster.Pin) error {
	if err := word("reference_id", pin.ReferenceID); err != nil {
		return err
	}
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO pins (reference_id, pinned_by, comment, at) VALUES (?, ?, ?, ?)
			ON CONFLICT (reference_id) DO UPDATE SET pinned_by = excluded.pinned_by, comment = excluded.comment, at = excluded.at`,
			pin.ReferenceID, pin.By, pin.Comment, millis(pin.At))
		if err != nil {
			return wrap("save pin", err)
		}
		return saveEvents(ctx, tx, []roster.Event{{At: pin.At, ReferenceID: pin.ReferenceID, What: "pinned", Detail: byWhom(pin.By, pin.Comment)}})
	})
}

// Unpin lets the sources decide again; ErrNotFound where nobody is pinned so.
func (s *Store) Unpin(ctx context.Context, ref, by string, now time.Time) error {
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM pins WHERE reference_id = ?", ref)
		if err := touched(result, err, ErrNotFound); err != nil {
			return wrap("delete pin", err)
		}
		return saveEvents(ctx, tx, []roster.Event{{At: now, ReferenceID: ref, What: "unpinned", Detail: byWhom(by, "")}})
	})
}
