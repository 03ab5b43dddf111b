package store

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

const notificationColumns = `message, sender, kind, external_reference_id, source, what, severity, failures,
	guidance, run_id, since, at, attempts, next_attempt, state`

type notificationRow struct {
	Message     string `db:"message"`
	Sender      string `db:"sender"`
	Kind        string `db:"kind"`
	Group       string `db:"external_reference_id"`
	Source      string `db:"source"`
	What        string `db:"what"`
	Severity    string `db:"severity"`
	Failures    int    `db:"failures"`
	Guidance    string `db:"guidance"`
	RunID       string `db:"run_id"`
	Since       int64  `db:"since"`
	At          int64  `db:"at"`
	Attempts    int    `db:"attempts"`
	NextAttempt int64  `db:"next_attempt"`
	State       string `db:"state"`
}

func (r *notificationRow) notice() roster.Notice {
	return roster.Notice{
		Incident: roster.Incident{Kind: roster.Kind(r.Kind), Group: r.Group, Source: r.Source},
		What:     roster.What(r.What), Severity: roster.Severity(r.Severity), Failures: r.Failures,
		Guidance: r.Guidance, RunID: r.RunID, Since: instant(r.Since), At: instant(r.At),
	}
}

func (r *notificationRow) told() (roster.Told, error) {
	return roster.Told{Sender: r.Sender, Notice: r.notice(), Pending: r.State == "pending"}, nil
}

func (r *notificationRow) message() (roster.Message, error) {
	return roster.Message{
		ID: r.Message, Sender: r.Sender, Notices: []roster.Notice{r.notice()},
		Attempts: r.Attempts, NextAttempt: instant(r.NextAttempt),
	}, nil
}

// lastWord are the last rows of each incident and sender. What was given up is no word:
// nobody heard it.
const lastWord = `id IN (SELECT MAX(id) FROM notifications WHERE state <> 'given_up'
	GROUP BY sender, kind, external_reference_id, source)`

// Told lists the last word of each sender about each incident, but of those that
// it knows to be over.
func (s *Store) Told(ctx context.Context) ([]roster.Told, error) {
	return find(ctx, s.readers, "find what was told", `SELECT `+notificationColumns+` FROM notifications
		WHERE `+lastWord+` AND what <> 'resolved' ORDER BY id`, (*notificationRow).told)
}

// QueueMessages commits messages before anybody sends them. Fenced.
func (s *Store) QueueMessages(ctx context.Context, messages []roster.Message) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		for _, message := range messages {
			for _, notice := range message.Notices {
				if err := saveNotice(ctx, tx, message, notice); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func saveNotice(ctx context.Context, tx *sqlx.Tx, m roster.Message, n roster.Notice) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO notifications (`+notificationColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
		m.ID, m.Sender, string(n.Kind), n.Group, n.Source, string(n.What), string(n.Severity), n.Failures,
		n.Guidance, n.RunID, millis(n.Since), millis(n.At), m.Attempts, millis(m.NextAttempt))
	return wrap("queue notification", err)
}

// PendingMessages lists what a sender has not sent yet, in the order in which it
// was queued.
func (s *Store) PendingMessages(ctx context.Context, sender string) ([]roster.Message, error) {
	rows, err := find(ctx, s.readers, "find notifications", `SELECT `+notificationColumns+` FROM notifications
		WHERE sender = ? AND state = 'pending' ORDER BY id`, (*notificationRow).message, sender)
	if err != nil {
		return nil, err
	}
	var messages []roster.Message
	for _, row := range rows {
		if last := len(messages) - 1; last >= 0 && messages[last].ID == row.ID {
			messages[last].Notices = append(messages[last].Notices, row.Notices...)
			continue
		}
		messages = append(messages, row)
	}
	return messages, nil
}

// CountPendingMessages counts what is not sent yet, over all senders.
func (s *Store) CountPendingMessages(ctx context.Context) (int, error) {
	var pending int
	err := s.readers.GetContext(ctx, &pending, "SELECT COUNT(DISTINCT message) FROM notifications WHERE state = 'pending'")
	return pending, wrap("count notifications", err)
}

// MessageSent notes that a message was sent: from here on nobody sends it again.
func (s *Store) MessageSent(ctx context.Context, id string, now time.Time) error {
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE notifications SET state = 'sent', ended_at = ? WHERE message = ? AND state = 'pending'`, millis(now), id)
		return wrap("note notification as sent", err)
	})
}

// MessageFailed notes an attempt that failed, and when the next one is due.
func (s *Store) MessageFailed(ctx context.Context, id string, next time.Time) error {
	return s.plain(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE notifications SET attempts = attempts + 1, next_attempt = ?
			WHERE message = ? AND state = 'pending'`, millis(next), id)
		return wrap("note failed notification", err)
	})
}

// GiveUpMessages ends what was queued before a time and never sent, whether its
// sender still exists or not, and counts the messages by sender.
func (s *Store) GiveUpMessages(ctx context.Context, before, now time.Time) (map[string]int, error) {
	given, err := countOld(ctx, s.readers, before)
	if err != nil || len(given) == 0 { // as nearly always: then nothing is written
		return nil, err
	}
	err = s.plain(ctx, func(tx *sqlx.Tx) error {
		if given, err = countOld(ctx, tx, before); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE notifications SET state = 'given_up', ended_at = ? WHERE state = 'pending' AND at < ?`,
			millis(now), millis(before))
		return wrap("give notifications up", err)
	})
	return given, err
}

func countOld(ctx context.Context, db sqlx.QueryerContext, before time.Time) (map[string]int, error) {
	return count[string](ctx, db, "count notifications", `SELECT sender AS word, COUNT(DISTINCT message) AS count
		FROM notifications WHERE state = 'pending' AND at < ? GROUP BY sender`, millis(before))
}

// forgetPending ends what waited to be sent when a copy was made: the database
// that it was made of has sent it since, or something later. So it counts as sent.
func (s *Store) forgetPending(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE notifications SET state = 'sent', ended_at = ? WHERE state = 'pending'`, millis(s.now()))
	return wrap("forget notifications", err)
}
