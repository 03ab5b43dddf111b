package reconcile

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Metrics are what a run counts while it happens. What can be read from the
// store at any time is not here. Every label set exists from the start.
type Metrics struct {
	runs       *prometheus.CounterVec
	duration   prometheus.Histogram
	inProgress prometheus.Gauge
	added      prometheus.Counter
	removed    *prometheus.CounterVec
	carried    *prometheus.GaugeVec
	faults     *prometheus.CounterVec
	completion prometheus.Histogram
}

// NewMetrics registers the metrics of runs over these sources.
func NewMetrics(registry prometheus.Registerer, sources []string) *Metrics {
	m := &Metrics{
		runs:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rosterd_runs_total", Help: "Runs that ended, by outcome."}, []string{"outcome"}),
		duration:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rosterd_run_duration_seconds", Help: "How long runs took.", Buckets: prometheus.ExponentialBuckets(0.25, 3, 10)}),
		inProgress: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rosterd_run_in_progress", Help: "1 while a run is under way."}),
		added:      prometheus.NewCounter(prometheus.CounterOpts{Name: "rosterd_members_added_total", Help: "Members whose addition Vitable completed."}),
		removed:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rosterd_members_removed_total", Help: "Members whose removal Vitable completed, by class."}, []string{"class"}),
		carried:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rosterd_members_carried", Help: "Members kept with their last accepted record in the last run, by reason."}, []string{"why"}),
		faults:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rosterd_source_failures_total", Help: "Pulls that were in doubt, by source and reason."}, []string{"source", "reason"}),
		completion: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rosterd_sync_completion_seconds", Help: "From the acceptance of a roster to its completion.", Buckets: prometheus.ExponentialBuckets(0.1, 3, 10)}),
	}
	for _, outcome := range roster.RunOutcomes() {
		m.runs.WithLabelValues(string(outcome))
	}
	for _, class := range roster.Classes() {
		m.removed.WithLabelValues(string(class))
	}
	for _, why := range roster.Whys() {
		m.carried.WithLabelValues(string(why))
	}
	for _, name := range sources {
		for _, word := range source.Words() {
			m.faults.WithLabelValues(name, word)
		}
	}
	registry.MustRegister(m.runs, m.duration, m.inProgress, m.added, m.removed, m.carried, m.faults, m.completion)
	return m
}

func (m *Metrics) started() { m.inProgress.Set(1) }

func (m *Metrics) ended(run roster.Run, carried map[string]roster.Why) {
	m.inProgress.Set(0)
	m.runs.WithLabelValues(string(run.Outcome)).Inc()
	m.duration.Observe(run.EndedAt.Sub(run.StartedAt).Seconds())
	counts := map[roster.Why]int{}
	for _, why := range carried {
		counts[why]++
	}
	for _, why := range roster.Whys() {
		m.carried.WithLabelValues(string(why)).Set(float64(counts[why]))
	}
}

func (m *Metrics) sourceFailed(name, word string) {
	m.faults.WithLabelValues(name, word).Inc()
}

func (m *Metrics) completed(effect plan.Effect, removed []roster.Removal, took time.Duration) {
	m.added.Add(float64(len(effect.Added)))
	for _, removal := range removed {
		m.removed.WithLabelValues(string(removal.Class)).Inc()
	}
	m.completion.Observe(took.Seconds())
}
