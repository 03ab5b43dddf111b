package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/schedule"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/web"
)

// shutdownGrace is how long requests to the listener may take once the daemon
// was told to stop.
const shutdownGrace = 2 * time.Second

// triggerRetry is the trigger of a run that repeats one which did not deliver
// everything; the others are those of package schedule.
const triggerRetry = "retry"

// daemon is the program while it serves.
type daemon struct {
	app     *App
	store   *store.Store
	runner  *reconcile.Reconciler
	outbox  *alert.Outbox
	trigger chan struct{} // a run is asked for; one waiting request is enough
	stop    context.CancelCauseFunc
	retry   retry
	repeat  atomic.Bool  // the next run follows another that did not deliver everything
	broken  atomic.Bool  // the last run could not use the state
	due     atomic.Int64 // when the next run is due, in seconds; 0: not known
}

// nextRun is when the next run is due; zero before that is known.
func (d *daemon) nextRun() time.Time {
	if due := d.due.Load(); due != 0 {
		return time.Unix(due, 0)
	}
	return time.Time{}
}

// Serve runs rosterd until ctx ends: runs on schedule, on request and after a
// downtime, and the listener. It holds the lease for all of its life. listening
// is told the address once it is ready.
func (a *App) Serve(ctx context.Context, listening func(net.Addr)) error {
	plan, err := schedule.Parse(a.Env.Schedule, a.Env.Timezone)
	if err != nil {
		return &UsageError{err}
	}
	registry := a.registry()
	api, err := a.Client(registry)
	if err != nil {
		return err
	}
	s, err := a.OpenStore(ctx)
	if err != nil {
		return err
	}
	held, err := a.TakeLease(ctx, s, false)
	if err != nil {
		return err
	}
	runner, err := a.Reconciler(s, api, registry)
	if err != nil {
		return err
	}
	outbox := a.outbox(s, registry)
	serving, stop := context.WithCancelCause(held)
	d := &daemon{
		app: a, store: s, runner: runner, outbox: outbox, trigger: make(chan struct{}, 1), stop: stop,
		retry: retry{first: a.File.Vitable.Settle + time.Second},
	}
	next := prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Name: "rosterd_next_run_timestamp_seconds", Help: "When the next run is due."},
		func() float64 { return float64(d.due.Load()) },
	)
	registry.MustRegister(next, web.NewState(s, a.sourceNames(), a.log.Named("metrics")))
	if err := d.listen(serving, registry, listening); err != nil {
		return err
	}
	if err := d.loop(serving, plan); err != nil && serving.Err() == nil {
		return err
	}
	if cause := context.Cause(serving); ctx.Err() == nil && cause != nil {
		return cause
	}
	return nil
}

// listen starts the listener, and that of the metrics where they have their own;
// listening is told the address of the first one. They are shut down by Close. That an
// address cannot be had is no mistake of whoever wrote it: who has it may be about to end,
// or the network about to begin, and the next start finds it free.
func (d *daemon) listen(ctx context.Context, registry *prometheus.Registry, listening func(net.Addr)) error {
	listener, err := net.Listen("tcp", d.app.Env.Listen)
	if err != nil {
		return fmt.Errorf("listen on ROSTERD_LISTEN: %w", err)
	}
	loopback := web.IsLoopback(listener.Addr())
	if !loopback && d.app.Env.WebToken.Reveal() == "" && d.app.Env.WebReadToken.Reveal() == "" {
		d.app.log.Warn("the listener is open beyond this machine and has no token: it serves health and metrics only")
	}
	zone, err := time.LoadLocation(d.app.Env.Timezone)
	if err != nil {
		return &UsageError{fmt.Errorf("load ROSTERD_TIMEZONE: %w", err)}
	}
	options := web.Options{
		Store: d.store, Metrics: registry, Apart: d.app.Env.MetricsListen != "",
		Token: d.app.Env.WebToken.Reveal(), ReadToken: d.app.Env.WebReadToken.Reveal(), Loopback: loopback,
		Zone: zone, NextRun: d.nextRun,
		ApprovalTTL: d.app.File.Safety.ApprovalTTL, Trigger: d.ask, Ready: d.ready(ctx), Now: d.app.Now, Log: d.app.log.Named("web"),
	}
	server, err := web.NewServer(options)
	if err != nil {
		return err
	}
	d.serve(ctx, "listener", server, listener)
	if options.Apart {
		apart, err := net.Listen("tcp", d.app.Env.MetricsListen)
		if err != nil {
			return fmt.Errorf("listen on ROSTERD_METRICS_LISTEN: %w", err)
		}
		d.serve(ctx, "metrics listener", web.NewMetricsServer(options), apart)
	}
	listening(listener.Addr())
	return nil
}

// serve answers whoever comes to a listener until Close.
func (d *daemon) serve(ctx context.Context, name string, server *http.Server, listener net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			d.stop(fmt.Errorf("serve http: %w", err))
		}
	}()
	d.app.onClose(name, func() error {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		err := server.Shutdown(within)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		<-done
		return err
	})
	d.app.log.Info("listening", zap.String("for", name), zap.Stringer("address", listener.Addr()))
}

// ask asks for a run; asking twice before it starts is asking once.
func (d *daemon) ask() {
	select {
	case d.trigger <- struct{}{}:
	default:
	}
}

// askAgain asks for a run that repeats the last one.
func (d *daemon) askAgain() {
	d.repeat.Store(true)
	d.ask()
}

func (d *daemon) ready(serving context.Context) func(context.Context) error {
	return func(ctx context.Context) error {
		switch {
		case serving.Err() != nil:
			return errors.New("stopping")
		case d.broken.Load():
			return errors.New("the last run could not go on; the log says why")
		}
		_, _, err := d.store.LastRun(ctx)
		return err
	}
}

// loop makes runs until ctx ends.
func (d *daemon) loop(ctx context.Context, plan schedule.Schedule) error {
	last, known, err := d.store.LastWholeRun(ctx)
	if err != nil {
		return fmt.Errorf("read last run: %w", err)
	}
	if now := d.app.Now(); known && !now.Before(last.StartedAt) && !plan.Due(last.StartedAt, now) {
		d.app.clock.looked.Store(true) // it is as late as it can be by the last run's
	}
	d.app.notifying(ctx, d.outbox)
	atStart, stopFollowing := d.startsWithRun(last, known, plan), func() {}
	if !atStart {
		stopFollowing = d.followEarlier(ctx)
	}
	schedule.Loop(ctx, plan, schedule.Options{
		Now: d.app.Now, Last: d.goesOnFrom(last), RunAtStart: atStart, Trigger: d.trigger,
		NextDue: func(at time.Time) { d.due.Store(at.Unix()) },
		Panicked: func(any) { // what it panicked with may be somebody's data; where it did is not
			d.app.log.Error("run stopped unexpectedly; the next one is tried as scheduled", zap.ByteString("stack", debug.Stack()))
		},
	}, func(ctx context.Context, trigger string) {
		stopFollowing()
		d.run(ctx, trigger)
		debug.FreeOSMemory() // until the next run, hours from now, others may have it
	})
	stopFollowing()
	d.retry.stop()
	return nil
}

// followEarlier follows what an earlier process left in flight until stop is
// called: by the first run, which does the same, or at the end.
func (d *daemon) followEarlier(ctx context.Context) (stop func()) {
	following, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := d.runner.Follow(following); err != nil && following.Err() == nil {
			d.app.log.Error("earlier requests not followed", zap.Error(err))
		}
	}()
	return func() { cancel(); <-done }
}

// startsWithRun says whether the daemon starts with a run: as it was told, or
// else when a due time passed since the last run of all groups, or that did not end.
func (d *daemon) startsWithRun(last roster.Run, known bool, plan schedule.Schedule) bool {
	switch d.app.Env.RunOnStart {
	case config.OnStartAlways:
		return true
	case config.OnStartNever:
		return false
	}
	if !known || plan.Due(last.StartedAt, d.app.Now()) {
		return true
	}
	unfinished := last.Outcome == roster.RunRunning || last.Outcome == roster.RunInterrupted
	d.repeat.Store(unfinished)
	return unfinished
}

// goesOnFrom is when the schedule was last served; nobody asks for what was
// missed where the daemon must not start with a run.
func (d *daemon) goesOnFrom(last roster.Run) time.Time {
	if d.app.Env.RunOnStart == config.OnStartNever {
		return time.Time{}
	}
	return last.StartedAt
}

func (d *daemon) run(ctx context.Context, trigger string) {
	repeat := d.repeat.Swap(false)
	if repeat {
		trigger = triggerRetry
	}
	run, err := d.runner.Run(ctx, reconcile.Options{Trigger: trigger, Repeat: repeat})
	d.app.clock.ended(run, err)
	d.broken.Store(err != nil && ctx.Err() == nil)
	if err != nil {
		d.app.log.Error("run failed", zap.String("run_id", run.ID), zap.Error(err))
		if errors.Is(err, store.ErrUnusable) || errors.Is(err, store.ErrFenced) {
			d.stop(err) // a fresh start either finds the state in order or says what is wrong
			return
		}
	}
	if err := d.outbox.Queue(context.WithoutCancel(ctx)); err != nil {
		d.app.log.Error("notifications not queued", zap.Error(err))
	}
	if cameThrough(run, err) {
		if err := d.store.Prune(context.WithoutCancel(ctx), d.app.Now(), keepHistory); err != nil {
			d.app.log.Error("history not pruned", zap.Error(err))
		}
	}
	inFlight, err := d.store.InFlight(context.WithoutCancel(ctx))
	d.retry.after(err != nil || len(inFlight) > 0 || undelivered(run), d.askAgain)
}
