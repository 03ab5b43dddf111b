package reconcile_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// series lists every series of a registry: name and labels.
func series(t *testing.T, registry *prometheus.Registry) []string {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			all = append(all, strings.TrimSpace(family.GetName()+" "+labels(metric)))
		}
	}
	slices.Sort(all)
	return all
}

func labels(metric *dto.Metric) string {
	var pairs []string
	for _, pair := range metric.GetLabel() {
		pairs = append(pairs, pair.GetName()+"="+pair.GetValue())
	}
	return strings.Join(pairs, ",")
}

// An alert on a series that does not exist yet never fires, so all are there
// from the start, and runs add none.
func TestEverySeriesExistsFromTheStart(t *testing.T) {
	registry := canary.Registry(t)
	reconcile.NewMetrics(registry, []string{"branch", "hq"})
	want := []string{"rosterd_run_duration_seconds", "rosterd_run_in_progress", "rosterd_members_added_total", "rosterd_sync_completion_seconds"}
	for _, outcome := range []string{"done", "error", "failures", "held", "source_failed", "api_unavailable", "interrupted"} {
		want = append(want, "rosterd_runs_total outcome="+outcome)
	}
	for _, class := range roster.Classes() {
		want = append(want, "rosterd_members_removed_total class="+string(class))
	}
	for _, why := range roster.Whys() {
		want = append(want, "rosterd_members_carried why="+string(why))
	}
	for _, word := range source.Words() {
		want = append(want, "rosterd_source_failures_total reason="+word+",source=branch", "rosterd_source_failures_total reason="+word+",source=hq")
	}
	slices.Sort(want)
	same(t, "series", want, series(t, registry))
	problems, err := testutil.GatherAndLint(registry)
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

func TestMetricsOfRuns(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		before := series(t, w.registry)
		w.hr.hire(north, "N1", "N2", "N3", "N4")
		w.hr.hire(south, "S1")
		w.settled()
		w.hr.edit(terminated, "N1")
		w.hr.edit(unreadable, "N2")
		w.hr.drop("N3")
		w.hr.hire(south, "S2")
		w.run()
		w.wantMetrics(`
			rosterd_members_added_total 6
			rosterd_members_removed_total{class="terminated"} 1
			rosterd_members_carried{why="invalid"} 1
			rosterd_members_carried{why="absent"} 1
			rosterd_runs_total{outcome="done"} 1
			rosterd_runs_total{outcome="failures"} 1
		`)
		w.run() // N3 is absent now
		w.hr.source.Err = errors.New("share is away")
		w.run()
		w.wantMetrics(`
			rosterd_members_added_total 6
			rosterd_members_removed_total{class="terminated"} 1
			rosterd_members_removed_total{class="absent"} 1
			rosterd_runs_total{outcome="done"} 1
			rosterd_runs_total{outcome="failures"} 2
			rosterd_runs_total{outcome="source_failed"} 1
			rosterd_source_failures_total{reason="unreadable",source="hq"} 1
		`)
		same(t, "series", before, series(t, w.registry))
	})
}

// wantMetrics asserts these samples, and that all other counters and gauges of
// runs are 0.
func (w *world) wantMetrics(text string) {
	w.t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	got := []string{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if n := metric.GetCounter().GetValue() + metric.GetGauge().GetValue(); n != 0 {
				got = append(got, sample(family.GetName(), metric, n))
			}
		}
	}
	want := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			want = append(want, line)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	same(w.t, "samples", want, got)
}

// sample writes one sample as Prometheus shows it.
func sample(name string, metric *dto.Metric, n float64) string {
	var pairs []string
	for _, pair := range metric.GetLabel() {
		pairs = append(pairs, fmt.Sprintf("%s=%q", pair.GetName(), pair.GetValue()))
	}
	if len(pairs) > 0 {
		name += "{" + strings.Join(pairs, ",") + "}"
	}
	return fmt.Sprintf("%s %v", name, n)
}
