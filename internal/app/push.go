package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"go.uber.org/zap"
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
		if err := push.New(url, pushJob).Gatherer(metrics).AddContext(within); err != nil {
			a.log.Error("metrics not pushed", zap.Error(err))
		}
	}
	if file := a.Env.MetricsFile; file != "" {
		if err := prometheus.WriteToTextfile(file, metrics); err != nil {
			a.log.Error("metrics not written", zap.Error(err))
		}
	}
}
