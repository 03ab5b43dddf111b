package sim_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// process is one rosterd from its start to its end.
type process struct {
	in      *instance
	app     *app.App
	store   *store.Store
	gate    gate
	notices reconcile.Board // what it tells other shards, and hears of them; nil where it is alone
	board   board
	runs    *reconcile.Reconciler
}

// start starts a rosterd as the program does: environment, file, state, lease.
func (in *instance) start(ctx context.Context) (*process, error) {
	environ := []string{
		"VITABLE_CONNECT_API_KEY=" + canary.Secret, "VITABLE_CONNECT_BASE_URL=" + in.url,
		"ROSTERD_DATA_DIR=" + in.data, "ROSTERD_CONFIG=" + filepath.Join(in.w.exports, "rosterd.yaml"),
	}
	if in.shard.Count > 0 {
		environ = append(environ, "ROSTERD_SHARD="+in.shard.String(), "ROSTERD_SHARD_DIR="+in.notices)
	}
	a, err := app.New(app.Options{Environ: environ, Log: in.w.log, Now: in.w.now, Transport: in.transport, Version: "sim"})
	if err != nil {
		return nil, fmt.Errorf("read environment: %w", err)
	}
	p := &process{in: in, app: a}
	if err := p.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return p, nil
}

func (p *process) open(ctx context.Context) (err error) {
	if err := p.app.ReadFile(); err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	api, err := p.app.Client(nil)
	if err != nil {
		return err
	}
	if p.store, err = p.app.OpenStore(ctx); err != nil {
		return err
	}
	if p.runs, err = p.app.Reconciler(&p.gate, api, canary.Registry(p.in.w.t)); err != nil {
		return err
	}
	if p.notices = p.runs.Board; p.notices != nil {
		p.board.Board, p.runs.Board = p.notices, &p.board
	}
	// Without a heartbeat: in a bubble it would be most of what a history costs.
	_, err = p.store.Lease(ctx, "sim", false)
	return err
}

// run makes one run. around may put something between it and its store.
func (p *process) run(ctx context.Context, o reconcile.Options, around func(reconcile.Store) reconcile.Store) (roster.Run, error) {
	p.gate.Store = witness{p.store, p.in}
	if around != nil {
		p.gate.Store = around(p.gate.Store)
	}
	return p.runs.Run(ctx, o)
}

// gate is where a run's store can be exchanged, board where what it tells other shards.
type (
	gate  struct{ reconcile.Store }
	board struct{ reconcile.Board }
)

func (p *process) end() error { return p.app.Close() }

// witness notes the intents that are durable, so that the wire can tell whether
// a roster goes out without one.
type witness struct {
	reconcile.Store
	in *instance
}

// Intend implements reconcile.Store.
func (s witness) Intend(ctx context.Context, sync roster.Sync) (int64, error) {
	id, err := s.Store.Intend(ctx, sync)
	if err == nil {
		s.in.intended(sync, id)
	}
	if !s.in.owns(sync.Group) {
		s.in.w.accuse(fmt.Errorf("law 5: %s sends %s, which is another's", s.in, sync.Group))
	}
	return id, err
}

// Accepted implements reconcile.Store.
func (s witness) Accepted(ctx context.Context, id int64, receipt roster.Receipt, now time.Time) error {
	s.in.answered(id)
	return s.Store.Accepted(ctx, id, receipt, now)
}

// NotDelivered implements reconcile.Store.
func (s witness) NotDelivered(ctx context.Context, end roster.NonDelivery) error {
	s.in.answered(end.SyncID)
	return s.Store.NotDelivered(ctx, end)
}

// configure writes the configuration file. Each version has another mapping.
// What was sent has settled before it is sent again, however long Vitable takes.
func (w *world) configure() error {
	s := w.story.Setup
	limits := "{count: 25, percent: 10}"
	run, rolling, absent := "10", "20", "{count: 5, percent: 5}"
	if s.Lax {
		limits, run, rolling, absent = "{count: 100, percent: 100}", "100", "100", "{count: 100, percent: 100}"
	}
	include := "active, leave, seasonal" + letters(w.version)
	text := fmt.Sprintf(`version: 1
vitable: {requests_per_second: 0, concurrency: %d, poll: {deadline: 30m}, settle: 13m}
groups: {create_missing: true, map: [{key: west, external_reference_id: west, name: West}]}
eligibility: {time_zone: America/New_York}
safety: {max_removals: %s, max_run_percent: %s, rolling: {days: 7, percent: %s}, max_absent: %s, on_excess: %s, first_sync: %s, plan_change: %s}
sources:
`, s.Concurrency, limits, run, rolling, absent, s.OnExcess, s.FirstSync, s.PlanChange)
	for i, name := range []string{"hq", "branch"} {
		text += fmt.Sprintf(`  - {name: %s, type: csv, path: %s, stable_for: 0s, include: {status: [%s]}, terminated: {status: [terminated]}, fields: {
      reference_id: employee_id, first_name: first_name, last_name: last_name, date_of_birth: dob, phone: mobile, email: email, address_line_1: street,
      city: city, state: state, zipcode: zip, plan: plan_code, group: department, status: status, hire_date: hired, termination_date: leaves}}
`, name, w.systems[i].path, include)
	}
	return os.WriteFile(filepath.Join(w.exports, "rosterd.yaml"), []byte(text), 0o600)
}
