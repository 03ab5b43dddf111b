package store

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

const pullColumns = `run_id, source, at, state, reason, records, as_of, layout, ending, fed`

type pullRow struct {
	RunID   string `db:"run_id"`
	Source  string `db:"source"`
	At      int64  `db:"at"`
	State   string `db:"state"`
	Reason  string `db:"reason"`
	Records int    `db:"records"`
	AsOf    int64  `db:"as_of"`
	Layout  string `db:"layout"`
	Ending  string `db:"ending"`
	Fed     string `db:"fed"`
}

func (r *pullRow) pull() (roster.Pull, error) {
	pull := roster.Pull{
		RunID: r.RunID, Source: r.Source, At: instant(r.At), State: roster.SourceState(r.State), Reason: r.Reason,
		Records: r.Records, AsOf: instant(r.AsOf), Layout: r.Layout, Ending: r.Ending,
	}
	return pull, readList(r.Fed, &pull.Groups)
}

func savePulls(ctx context.Context, tx *sqlx.Tx, pulls []roster.Pull, good []string) error {
	for _, pull := range pulls {
		fed, err := list(pull.Groups)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO pulls (`+pullColumns+`, good) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			pull.RunID, pull.Source, millis(pull.At), string(pull.State), pull.Reason,
			pull.Records, millis(pull.AsOf), pull.Layout, pull.Ending, fed, slices.Contains(good, pull.Source))
		if err != nil {
			return wrap("save pull", err)
		}
	}
	return nil
}

// LastGoodPulls returns, by source, the last pull that others are judged against.
func (s *Store) LastGoodPulls(ctx context.Context) (map[string]roster.Pull, error) {
	return s.lastPulls(ctx, "SELECT MAX(id) FROM pulls WHERE good = 1 GROUP BY source")
}

// LastPulls returns the last pull of each source, whatever it came to.
func (s *Store) LastPulls(ctx context.Context) (map[string]roster.Pull, error) {
	return s.lastPulls(ctx, "SELECT MAX(id) FROM pulls GROUP BY source")
}

// CurrentPulls returns, by source, what the last run read that read anything: a run
// reads every source that is configured, so another one is none any more.
func (s *Store) CurrentPulls(ctx context.Context) (map[string]roster.Pull, error) {
	return s.lastPulls(ctx, "SELECT MAX(id) FROM pulls WHERE run_id = (SELECT run_id FROM pulls ORDER BY id DESC LIMIT 1) GROUP BY source")
}

func (s *Store) lastPulls(ctx context.Context, ids string) (map[string]roster.Pull, error) {
	pulls, err := find(ctx, s.readers, "find pulls", `SELECT `+pullColumns+` FROM pulls WHERE id IN (`+ids+`)`, (*pullRow).pull)
	if err != nil {
		return nil, err
	}
	bySource := make(map[string]roster.Pull, len(pulls))
	for _, pull := range pulls {
		bySource[pull.Source] = pull
	}
	return bySource, nil
}

// PullsOfRun lists, in order, what a run read.
func (s *Store) PullsOfRun(ctx context.Context, runID string) ([]roster.Pull, error) {
	return find(ctx, s.readers, "find pulls of run", `SELECT `+pullColumns+` FROM pulls WHERE run_id = ? ORDER BY id`, (*pullRow).pull, runID)
}
