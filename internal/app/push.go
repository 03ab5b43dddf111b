package app

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/shard"
)

const (
	// pushPatience is how long a Pushgateway may take.
	pushPatience = 10 * time.Second
	// pushJob is the name that pushed metrics are kept under there.
	pushJob = "rosterd"
)

// hand gives the metrics of a process that ends to whoever scrapes for it. What goes
// wrong is logged, and changes nothing about the run.
func (a *App) hand(ctx context.Context, metrics prometheus.Gatherer) {
	if url := a.Env.PushgatewayURL; url != "" {
		within, cancel := context.WithTimeout(ctx, pushPatience)
		defer cancel()
		// Add keeps the metrics that this run does not have, such as those of another one.
		if err := a.pusher(url).Gatherer(metrics).AddContext(within); err != nil {
			a.log.Error("metrics not pushed", zap.Error(err))
		}
	}
	if file := a.Env.MetricsFile; file != "" {
		if err := prometheus.WriteToTextfile(file, metrics); err != nil {
			a.log.Error("metrics not written", zap.Error(err))
		}
	}
}

// pusher pushes to the place of this instance: a shard has one of its own, or the last of
// all would overwrite what the others came to, and one that fails would look like the rest.
func (a *App) pusher(url string) *push.Pusher {
	to := push.New(url, pushJob)
	if s, err := shard.Parse(a.Env.Shard); err == nil {
		to.Grouping("shard", strconv.Itoa(s.Index))
	}
	return to
}
