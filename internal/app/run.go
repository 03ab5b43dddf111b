package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/web"
)

// keepHistory is how long runs, events and resolved failures are kept.
const keepHistory = 400 * 24 * time.Hour

// RunOnce makes one run and ends. wait waits for the lease.
func (a *App) RunOnce(ctx context.Context, o reconcile.Options, wait bool) (roster.Run, error) {
	if err := a.oursOnly(o.Groups); err != nil {
		return roster.Run{}, err
	}
	registry := a.registry()
	api, err := a.Client(registry)
	if err != nil {
		return roster.Run{}, err
	}
	s, err := a.OpenStore(ctx)
	if err != nil {
		return roster.Run{}, err
	}
	held, err := a.TakeLease(ctx, s, wait)
	if err != nil {
		return roster.Run{}, err
	}
	r, err := a.Reconciler(s, api, registry)
	if err != nil {
		return roster.Run{}, err
	}
	outbox := a.outbox(s, registry)
	registry.MustRegister(web.NewState(s, a.sourceNames(), a.log.Named("metrics")))
	run, err := r.Run(held, o)
	if lost := context.Cause(held); lost != nil && ctx.Err() == nil {
		err = errors.Join(err, lost)
	}
	a.clock.ended(run, err)
	a.tell(held, outbox)
	a.hand(context.WithoutCancel(ctx), registry)
	if cameThrough(run, err) {
		err = s.Prune(context.WithoutCancel(ctx), a.Now(), keepHistory)
	}
	return run, err
}

// PlanOnce says what a run would do. It cannot write: neither to Vitable nor to
// the state.
func (a *App) PlanOnce(ctx context.Context, o reconcile.Options) (reconcile.Proposal, error) {
	if err := a.oursOnly(o.Groups); err != nil {
		return reconcile.Proposal{}, err
	}
	registry := prometheus.NewRegistry()
	api, err := a.Client(registry)
	if err != nil {
		return reconcile.Proposal{}, err
	}
	s, err := a.ReadStore(ctx)
	if err != nil {
		return reconcile.Proposal{}, err
	}
	r, err := a.Reconciler(s, api.ReadOnly(), registry)
	if err != nil {
		return reconcile.Proposal{}, err
	}
	proposal, err := r.Plan(ctx, o)
	if err != nil {
		return proposal, fmt.Errorf("plan: %w", err)
	}
	return proposal, nil
}
