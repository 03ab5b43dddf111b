package store

import (
	"context"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

const runColumns = `id, started_at, ended_at, cause, outcome, exit_code, sources, counts,
	added, removed, changed, carried, failures, holds, config_hash, partial, members`

type runRow struct {
	ID         string `db:"id"`
	StartedAt  int64  `db:"started_at"`
	EndedAt    int64  `db:"ended_at"`
	Cause      string `db:"cause"`
	Outcome    string `db:"outcome"`
	ExitCode   int    `db:"exit_code"`
	Sources    string `db:"sources"`
	Counts     string `db:"counts"`
	Added      int    `db:"added"`
	Removed    int    `db:"removed"`
	Changed    int    `db:"changed"`
	Carried    int    `db:"carried"`
	Failures   int    `db:"failures"`
	Holds      int    `db:"holds"`
	ConfigHash string `db:"config_hash"`
	Partial    bool   `db:"partial"`
	Members    int    `db:"members"`
}

func (r *runRow) run() (roster.Run, error) {
	run := roster.Run{
		ID: r.ID, StartedAt: instant(r.StartedAt), EndedAt: instant(r.EndedAt), Trigger: r.Cause, Partial: r.Partial,
		Outcome: roster.RunOutcome(r.Outcome), ExitCode: r.ExitCode,
		Added: r.Added, Removed: r.Removed, Changed: r.Changed, Carried: r.Carried,
		Failures: r.Failures, Holds: r.Holds, ConfigHash: r.ConfigHash, Members: r.Members,
	}
	if err := readList(r.Sources, &run.Sources); err != nil {
		return roster.Run{}, err
	}
	return run, readList(r.Counts, &run.Groups)
}

// StartRun stores a run that has begun. Fenced.
func (s *Store) StartRun(ctx context.Context, run roster.Run) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error { return saveRun(ctx, tx, run) })
}

// FinishRun stores how a run ended. Fenced.
func (s *Store) FinishRun(ctx context.Context, run roster.Run) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error { return saveRun(ctx, tx, run) })
}

func saveRun(ctx context.Context, tx *sqlx.Tx, run roster.Run) error {
	sources, err := list(run.Sources)
	if err != nil {
		return err
	}
	counts, err := list(run.Groups)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO runs (`+runColumns+`)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(SUM(members), 0) FROM baselines))
		ON CONFLICT (id) DO UPDATE SET
			started_at = excluded.started_at, ended_at = excluded.ended_at, cause = excluded.cause,
			outcome = excluded.outcome, exit_code = excluded.exit_code,
			sources = excluded.sources, counts = excluded.counts,
			added = excluded.added, removed = excluded.removed, changed = excluded.changed, carried = excluded.carried,
			failures = excluded.failures, holds = excluded.holds, config_hash = excluded.config_hash, members = excluded.members`,
		run.ID, millis(run.StartedAt), millis(run.EndedAt), run.Trigger, string(run.Outcome), run.ExitCode, sources, counts,
		run.Added, run.Removed, run.Changed, run.Carried, run.Failures, run.Holds, run.ConfigHash, run.Partial)
	return wrap("save run", err)
}

// Run returns one run, or ErrNotFound.
func (s *Store) Run(ctx context.Context, id string) (roster.Run, error) {
	runs, err := s.findRuns(ctx, "WHERE id = ?", id)
	if err != nil {
		return roster.Run{}, err
	}
	if len(runs) == 0 {
		return roster.Run{}, wrap("find run", ErrNotFound)
	}
	return runs[0], nil
}

// LastRun returns the run that started last; ok is false before the first one.
func (s *Store) LastRun(ctx context.Context) (run roster.Run, ok bool, err error) {
	runs, err := s.Runs(ctx, 1)
	if err != nil || len(runs) == 0 {
		return roster.Run{}, false, err
	}
	return runs[0], true, nil
}

// LastWholeRun returns the run that started last of those that were about all groups; ok is
// false before the first one.
func (s *Store) LastWholeRun(ctx context.Context) (run roster.Run, ok bool, err error) {
	runs, err := s.findRuns(ctx, "WHERE partial = 0 ORDER BY rowid DESC LIMIT 1")
	if err != nil || len(runs) == 0 {
		return roster.Run{}, false, err
	}
	return runs[0], true, nil
}

// Runs lists the latest runs, the last one first; a limit of 0 lists all. They are in
// the order in which they began, whatever the clock said then.
func (s *Store) Runs(ctx context.Context, limit int) ([]roster.Run, error) {
	return s.findRuns(ctx, "ORDER BY rowid DESC LIMIT ?", sqlLimit(limit))
}

func (s *Store) findRuns(ctx context.Context, which string, args ...any) ([]roster.Run, error) {
	return find(ctx, s.readers, "find runs", `SELECT `+runColumns+` FROM runs `+which, (*runRow).run, args...)
}
