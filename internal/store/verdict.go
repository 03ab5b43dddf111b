package store

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// MaxWord bounds each thing that a person says about a hold, in bytes: it is kept for
// everybody in the hold.
const MaxWord = 1000

// Verdict is what a person decided about a hold.
type Verdict struct {
	HoldID    string
	Digest    string // of the set that the person saw
	Seen      string // what they saw of earlier decisions, as Seen has it; "" where they were shown none
	By        string
	Why       string
	At        time.Time
	ExpiresAt time.Time // when an approval lapses; not read for a rejection
}

// Seen is what can be seen of the decisions about a hold: it changes with each of them.
func Seen(hold roster.Hold) string {
	return string(hold.State) + "-" + strconv.FormatInt(millis(hold.DecidedAt), 10)
}

// Approve lets exactly the set of a hold through, once, until ExpiresAt. It
// returns the hold as it is now; approving again what is approved changes
// nothing. ErrWord where it is not said who decides and why, or about which
// set; ErrNotFound where there is no such hold, ErrStale where the digest
// is another, the hold is no longer active, or somebody decided since the
// person looked. A rejected hold can be approved, by whoever knows that it was
// rejected.
func (s *Store) Approve(ctx context.Context, verdict Verdict) (roster.Hold, error) {
	return s.decide(ctx, verdict, roster.HoldApproved)
}

// Reject keeps the people of a hold covered and silences it until the set
// changes. It takes back an approval, also one that the person has not seen:
// nobody loses coverage by that. Else it fails as Approve does.
func (s *Store) Reject(ctx context.Context, verdict Verdict) (roster.Hold, error) {
	verdict.ExpiresAt = time.Time{}
	return s.decide(ctx, verdict, roster.HoldRejected)
}

func (s *Store) decide(ctx context.Context, verdict Verdict, state roster.HoldState) (roster.Hold, error) {
	if err := verdict.complete(); err != nil {
		return roster.Hold{}, err
	}
	var hold roster.Hold
	err := s.plain(ctx, func(tx *sqlx.Tx) (err error) {
		if hold, err = findHold(ctx, tx, verdict.HoldID); err != nil {
			return err
		}
		if !verdict.fits(hold) {
			return fmt.Errorf("hold is %s: %w", hold.State, ErrStale)
		}
		if hold.State == state {
			return nil
		}
		if state == roster.HoldApproved && !verdict.saw(hold) {
			return fmt.Errorf("hold has been %s since it was looked at: %w", hold.State, ErrStale)
		}
		if err := verdict.save(ctx, tx, state); err != nil {
			return err
		}
		if err := saveEvents(ctx, tx, verdict.events(hold, state)); err != nil {
			return err
		}
		hold, err = findHold(ctx, tx, verdict.HoldID)
		return err
	})
	if err != nil {
		return roster.Hold{}, fmt.Errorf("decide on hold: %w", err)
	}
	return hold, nil
}

// complete says whether everything has been said that is kept with a decision.
func (v Verdict) complete() error {
	return cmp.Or(word("digest", v.Digest), word("by", v.By), word("reason", v.Why))
}

// word checks one thing that a person said.
func word(name, said string) error {
	switch {
	case strings.TrimSpace(said) == "":
		return fmt.Errorf("%s is empty: %w", name, ErrWord)
	case len(said) > MaxWord:
		return fmt.Errorf("%s is too long: %w", name, ErrWord)
	}
	return nil
}

// fits says whether the verdict is about what the hold is now.
func (v Verdict) fits(hold roster.Hold) bool {
	switch hold.State {
	case roster.HoldOpen, roster.HoldRejected:
		return hold.Digest == v.Digest
	case roster.HoldApproved: // it may have lapsed without anybody having noted it
		return hold.Digest == v.Digest && hold.ExpiresAt.After(v.At)
	}
	return false
}

// saw says whether nobody has decided since the person looked.
func (v Verdict) saw(hold roster.Hold) bool { return v.Seen == "" || v.Seen == Seen(hold) }

// save changes the hold and keeps the decision for good.
func (v Verdict) save(ctx context.Context, tx *sqlx.Tx, state roster.HoldState) error {
	row, err := rowID('h', v.HoldID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE holds SET state = ?, decided_by = ?, decided_at = ?, comment = ?, expires_at = ? WHERE id = ?",
		string(state), v.By, millis(v.At), v.Why, millis(v.ExpiresAt), row)
	if err != nil {
		return wrap("save verdict", err)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO approvals (hold_id, digest, verdict, decided_by, comment, at, expires_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`,
		row, v.Digest, string(state), v.By, v.Why, millis(v.At), millis(v.ExpiresAt))
	return wrap("save verdict", err)
}

// events tell each person of the set what was decided about them; a hold
// without a set has one event, of the group.
func (v Verdict) events(hold roster.Hold, state roster.HoldState) []roster.Event {
	event := roster.Event{At: v.At, Group: hold.Group, What: string(state), Detail: "hold " + hold.ID + " " + byWhom(v.By, v.Why)}
	if len(hold.Removals) == 0 {
		return []roster.Event{event}
	}
	events := make([]roster.Event, len(hold.Removals))
	for i, removal := range hold.Removals {
		event.ReferenceID = removal.ReferenceID
		events[i] = event
	}
	return events
}
