package alert

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics count what became of notifications.
type Metrics struct{ total *prometheus.CounterVec }

// The outcomes. An attempt that failed is made again; a message that was given up
// is not.
const (
	outcomeSent    = "sent"
	outcomeFailed  = "failed"
	outcomeGivenUp = "given_up"
)

// NewMetrics registers the counters of the configured senders, all from zero, and
// how many messages are pending by the store's word. registry may be nil.
func NewMetrics(registry prometheus.Registerer, senders []string, pending func(context.Context) (int, error)) *Metrics {
	m := &Metrics{prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rosterd_notifications_total", Help: "Notifications: sent, attempts that failed, given up.",
	}, []string{"sender", "outcome"})}
	for _, sender := range senders {
		for _, outcome := range []string{outcomeSent, outcomeFailed, outcomeGivenUp} {
			m.total.WithLabelValues(sender, outcome)
		}
	}
	if registry != nil {
		registry.MustRegister(m.total, backlog{
			desc:  prometheus.NewDesc("rosterd_notifications_pending", "Notifications that are not sent yet.", nil, nil),
			count: pending,
		})
	}
	return m
}

func (m *Metrics) sent(sender string)   { m.total.WithLabelValues(sender, outcomeSent).Inc() }
func (m *Metrics) failed(sender string) { m.total.WithLabelValues(sender, outcomeFailed).Inc() }

func (m *Metrics) gaveUp(sender string, messages int) {
	m.total.WithLabelValues(sender, outcomeGivenUp).Add(float64(messages))
}

// backlog reads how many are pending whenever it is scraped. What cannot be read
// is left out: a missing series is an alert, a wrong one is a lie.
type backlog struct {
	desc  *prometheus.Desc
	count func(context.Context) (int, error)
}

// Describe implements prometheus.Collector.
func (b backlog) Describe(out chan<- *prometheus.Desc) { out <- b.desc }

// Collect implements prometheus.Collector.
func (b backlog) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if pending, err := b.count(ctx); err == nil {
		out <- prometheus.MustNewConstMetric(b.desc, prometheus.GaugeValue, float64(pending))
	}
}
