package web

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// maxGroupSeries is up to how many groups each has series of its own.
const maxGroupSeries = 1000

// State is a collector that reads the store whenever it is scraped, so that
// what it says is what is stored, whoever wrote it.
type State struct {
	store   *store.Store
	sources []string
	log     *zap.Logger

	lastAttempt, lastSuccess           *prometheus.Desc
	records, sourceSuccess, sourceData *prometheus.Desc
	groupMembers, groupSync            *prometheus.Desc
	failures, holds, oldestHold        *prometheus.Desc
	inFlight, oldestInFlight           *prometheus.Desc
	bytes                              *prometheus.Desc
}

// NewState returns the collector; sources are the configured ones, so that each
// has its series before its first pull.
func NewState(s *store.Store, sources []string, log *zap.Logger) *State {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("rosterd_"+name, help, labels, nil)
	}
	return &State{
		store: s, sources: sources, log: log,
		lastAttempt:    desc("run_last_attempt_timestamp_seconds", "When the last run started; 0: never."),
		lastSuccess:    desc("run_last_success_timestamp_seconds", "When the last run ended that had nothing to report; 0: never."),
		records:        desc("source_records", "Records of the last pull.", "source"),
		sourceSuccess:  desc("source_last_success_timestamp_seconds", "When the source was last read completely; 0: never.", "source"),
		sourceData:     desc("source_data_timestamp_seconds", "How old the data of the last good pull is; 0: not known.", "source"),
		groupMembers:   desc("group_members", "People believed to be subscribed.", "group"),
		groupSync:      desc("group_last_sync_timestamp_seconds", "When the group's last roster was completed; 0: never.", "group"),
		failures:       desc("failures_open", "Open failures.", "kind"),
		holds:          desc("holds_open", "Holds that wait for a person.", "reason"),
		oldestHold:     desc("oldest_hold_timestamp_seconds", "Since when the oldest open hold waits; 0: none."),
		inFlight:       desc("syncs_in_flight", "Accepted requests without an outcome."),
		oldestInFlight: desc("oldest_sync_in_flight_timestamp_seconds", "When the oldest of them was accepted; 0: none."),
		bytes:          desc("state_bytes", "What the state takes on the disk; log: what is not folded into the database yet.", "file"),
	}
}

// Describe lists the metrics, whatever the store holds.
func (c *State) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.lastAttempt, c.lastSuccess, c.records, c.sourceSuccess, c.sourceData, c.groupMembers, c.groupSync,
		c.failures, c.holds, c.oldestHold, c.inFlight, c.oldestInFlight, c.bytes,
	} {
		out <- d
	}
}

// Collect reads the store. What cannot be read is left out and logged: a
// missing series is an alert, a wrong one is a lie.
func (c *State) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, part := range []func(context.Context, gauge) error{c.runs, c.pulls, c.groups, c.open, c.flights, c.size} {
		err := part(ctx, func(d *prometheus.Desc, value float64, labels ...string) {
			metric, err := prometheus.NewConstMetric(d, prometheus.GaugeValue, value, labels...)
			if err != nil { // a name that is no UTF-8; it must not end the process
				metric = prometheus.NewInvalidMetric(d, err)
			}
			out <- metric
		})
		if err != nil {
			c.log.Error("metrics not read", zap.Error(err))
		}
	}
}

type gauge func(d *prometheus.Desc, value float64, labels ...string)

func (c *State) runs(ctx context.Context, set gauge) error {
	last, _, err := c.store.LastRun(ctx)
	if err != nil {
		return err
	}
	success, err := c.store.LastSuccess(ctx)
	if err != nil {
		return err
	}
	set(c.lastAttempt, seconds(last.StartedAt))
	set(c.lastSuccess, seconds(success))
	return nil
}

func (c *State) pulls(ctx context.Context, set gauge) error {
	last, err := c.store.LastPulls(ctx)
	if err != nil {
		return err
	}
	good, err := c.store.LastGoodPulls(ctx)
	if err != nil {
		return err
	}
	for _, name := range c.sources {
		set(c.records, float64(last[name].Records), name)
		set(c.sourceSuccess, seconds(good[name].At), name)
		set(c.sourceData, seconds(good[name].AsOf), name)
	}
	return nil
}

func (c *State) groups(ctx context.Context, set gauge) error {
	groups, err := c.store.Groups(ctx)
	if err != nil || len(groups) > maxGroupSeries {
		return err
	}
	for _, g := range groups {
		set(c.groupMembers, float64(g.Members), g.ExternalReferenceID)
		set(c.groupSync, seconds(g.Delivered.At), g.ExternalReferenceID)
	}
	return nil
}

func (c *State) open(ctx context.Context, set gauge) error {
	failures, err := c.store.CountFailures(ctx)
	if err != nil {
		return err
	}
	holds, err := c.store.ActiveHolds(ctx)
	if err != nil {
		return err
	}
	for _, kind := range roster.Kinds() {
		set(c.failures, float64(failures[kind]), string(kind))
	}
	count := map[roster.Reason]int{}
	var oldest time.Time
	for _, hold := range holds {
		if hold.State != roster.HoldOpen {
			continue
		}
		count[hold.Reason]++
		if oldest.IsZero() || hold.CreatedAt.Before(oldest) {
			oldest = hold.CreatedAt
		}
	}
	for _, reason := range roster.HoldReasons() {
		set(c.holds, float64(count[reason]), string(reason))
	}
	set(c.oldestHold, seconds(oldest))
	return nil
}

func (c *State) flights(ctx context.Context, set gauge) error {
	syncs, err := c.store.InFlight(ctx)
	if err != nil {
		return err
	}
	var oldest time.Time
	for _, sync := range syncs {
		if oldest.IsZero() || sync.SubmittedAt.Before(oldest) {
			oldest = sync.SubmittedAt
		}
	}
	set(c.inFlight, float64(len(syncs)))
	set(c.oldestInFlight, seconds(oldest))
	return nil
}

func (c *State) size(_ context.Context, set gauge) error {
	size, err := c.store.Size()
	if err != nil {
		return err
	}
	set(c.bytes, float64(size.Database), "database")
	set(c.bytes, float64(size.Log), "log")
	return nil
}

// seconds is the Unix time, 0 for never.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
