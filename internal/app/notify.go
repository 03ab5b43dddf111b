package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/store"
)

// flushPatience is how long a command that ends may wait for its senders. What is
// left is for the next run.
const flushPatience = 30 * time.Second

// errNoSender is a name that no sender has.
var errNoSender = errors.New("no sender of this name in notify")

// Notify sends a test message to the named sender and returns what came of it. It
// needs no state, and leaves none.
func (a *App) Notify(ctx context.Context, name string) error {
	for _, configured := range a.File.Notify {
		if configured.Name != name {
			continue
		}
		target, err := a.target(configured)
		if err != nil {
			return err
		}
		return alert.Test(ctx, target, a.Now())
	}
	return &UsageError{fmt.Errorf("%s: %w", name, errNoSender)}
}

// outbox puts the configured senders together. One that cannot be opened, or has a file
// that is not there, delays no run: it fails when it is to send.
func (a *App) outbox(s *store.Store, registry prometheus.Registerer) *alert.Outbox {
	var targets []alert.Target
	var names []string
	for _, configured := range a.File.Notify {
		target, err := a.target(configured)
		if err != nil {
			a.log.Error("sender not opened; what it should send waits", zap.Error(err))
			target.Sender = alert.Closed{Why: err}
		} else if checker, can := target.Sender.(alert.Checker); can {
			if err := checker.Check(); err != nil {
				a.log.Error("sender not ready; what it should send waits", zap.String("sender", target.Name), zap.Error(err))
			}
		}
		targets, names = append(targets, target), append(names, target.Name)
	}
	return alert.New(alert.Deps{
		Store: s, Targets: targets, Metrics: alert.NewMetrics(registry, names, s.CountPendingMessages),
		Log: a.log.Named("notify"), Now: a.Now, Vouched: a.clock.vouched,
	})
}

func (a *App) target(configured config.Sender) (alert.Target, error) {
	target := alert.Target{Recipient: alert.Recipient{Name: configured.Name, Renotify: configured.Renotify}}
	sender, err := configured.Settings.Open(alert.Opening{Instance: configured.Instance, Getenv: a.getenv, Now: a.Now})
	if err != nil {
		return target, &UsageError{fmt.Errorf("open sender %s: %w", configured.Name, err)}
	}
	target.Sender = sender
	return target, nil
}

// notifying runs an outbox until Close.
func (a *App) notifying(ctx context.Context, o *alert.Outbox) {
	sending, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		o.Run(sending)
	}()
	a.onClose("notifications", func() error {
		stop()
		<-done
		return nil
	})
}

// tell queues what a run found and sends what it can in a while. That nobody could
// be told changes nothing about the run.
func (a *App) tell(ctx context.Context, o *alert.Outbox) {
	if err := o.Queue(context.WithoutCancel(ctx)); err != nil {
		a.log.Error("notifications not queued", zap.Error(err))
	}
	within, cancel := context.WithTimeout(ctx, flushPatience)
	defer cancel()
	o.Flush(within)
}
