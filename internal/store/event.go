package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

type eventRow struct {
	At          int64  `db:"at"`
	RunID       string `db:"run_id"`
	Group       string `db:"external_reference_id"`
	ReferenceID string `db:"reference_id"`
	What        string `db:"what"`
	Detail      string `db:"detail"`
}

func (r *eventRow) event() (roster.Event, error) {
	return roster.Event{At: instant(r.At), RunID: r.RunID, Group: r.Group, ReferenceID: r.ReferenceID, What: r.What, Detail: r.Detail}, nil
}

// EventsOf lists what happened to one person, in the order in which it did.
func (s *Store) EventsOf(ctx context.Context, ref string) ([]roster.Event, error) {
	return find(ctx, s.readers, "find events", `SELECT at, run_id, external_reference_id, reference_id, what, detail
		FROM events WHERE reference_id = ? ORDER BY id`, (*eventRow).event, ref)
}

func saveEvents(ctx context.Context, tx *sqlx.Tx, events []roster.Event) error {
	for _, event := range events {
		_, err := tx.ExecContext(ctx, `INSERT INTO events (at, run_id, external_reference_id, reference_id, what, detail)
			VALUES (?, ?, ?, ?, ?, ?)`,
			millis(event.At), event.RunID, event.Group, event.ReferenceID, event.What, event.Detail)
		if err != nil {
			return wrap("save event", err)
		}
	}
	return nil
}

// byWhom is the detail of an event that a person caused.
func byWhom(by, why string) string {
	if why == "" {
		return "by " + by
	}
	return "by " + by + ": " + why
}
