package web_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/web"
)

// collect registers a collector of the world's store, strictly.
func (w *world) collect(t *testing.T) *prometheus.Registry {
	t.Helper()
	registry := canary.Registry(t)
	check(t, registry.Register(web.NewState(w.store, []string{"hq", "branch"}, w.options.Log)))
	w.options.Metrics = registry
	return registry
}

// stateBytes depends on more than what is stored.
const stateBytes = "rosterd_state_bytes"

// series are the gathered values by name and label, but for those of stateBytes.
func series(t *testing.T, from prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := from.Gather()
	check(t, err)
	found := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := family.GetName()
			if name == stateBytes {
				continue
			}
			for _, label := range metric.GetLabel() {
				name += fmt.Sprintf("{%s=%q}", label.GetName(), label.GetValue())
			}
			found[name] = metric.GetGauge().GetValue()
		}
	}
	return found
}

// fromTheStart are the series of the contract that the state tells, before
// anything happened.
func fromTheStart() map[string]float64 {
	want := map[string]float64{
		"rosterd_run_last_attempt_timestamp_seconds":                     0,
		"rosterd_run_last_success_timestamp_seconds":                     0,
		"rosterd_oldest_hold_timestamp_seconds":                          0,
		"rosterd_syncs_in_flight":                                        0,
		"rosterd_oldest_sync_in_flight_timestamp_seconds":                0,
		`rosterd_source_records{source="hq"}`:                            0,
		`rosterd_source_records{source="branch"}`:                        0,
		`rosterd_source_last_success_timestamp_seconds{source="hq"}`:     0,
		`rosterd_source_last_success_timestamp_seconds{source="branch"}`: 0,
		`rosterd_source_data_timestamp_seconds{source="hq"}`:             0,
		`rosterd_source_data_timestamp_seconds{source="branch"}`:         0,
	}
	for _, kind := range roster.Kinds() {
		want[fmt.Sprintf("rosterd_failures_open{kind=%q}", kind)] = 0
	}
	for _, reason := range roster.HoldReasons() {
		want[fmt.Sprintf("rosterd_holds_open{reason=%q}", reason)] = 0
	}
	return want
}

func TestEverySeriesExistsFromTheStart(t *testing.T) {
	if diff := cmp.Diff(fromTheStart(), series(t, newWorld(t).collect(t))); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestSeriesSayWhatIsStored(t *testing.T) {
	w := newWorld(t)
	registry := w.collect(t) // before there is anything, as in the daemon
	w.fill(t)
	w.deliver(t, "g1")
	w.submit(t, "g2")
	at := float64(noon().Unix())
	want := fromTheStart()
	maps.Copy(want, map[string]float64{
		"rosterd_run_last_attempt_timestamp_seconds":                 at,
		"rosterd_run_last_success_timestamp_seconds":                 at + 60,
		"rosterd_oldest_hold_timestamp_seconds":                      at,
		"rosterd_syncs_in_flight":                                    1,
		"rosterd_oldest_sync_in_flight_timestamp_seconds":            at,
		`rosterd_source_records{source="hq"}`:                        7,
		`rosterd_source_last_success_timestamp_seconds{source="hq"}`: at,
		`rosterd_source_data_timestamp_seconds{source="hq"}`:         at - 3600,
		`rosterd_failures_open{kind="invalid_row"}`:                  1,
		`rosterd_holds_open{reason="group_limit"}`:                   1,
		`rosterd_group_members{group="g1"}`:                          1,
		`rosterd_group_members{group="g2"}`:                          0,
		`rosterd_group_last_sync_timestamp_seconds{group="g1"}`:      at,
		`rosterd_group_last_sync_timestamp_seconds{group="g2"}`:      0,
	})
	if diff := cmp.Diff(want, series(t, registry)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
	t.Run("a hold that was decided on is not open", func(t *testing.T) {
		wantStatus(t, w.request(t, http.MethodPost, "/api/v1/holds/h1/reject", verdict), http.StatusOK)
		got := series(t, registry)
		if got[`rosterd_holds_open{reason="group_limit"}`] != 0 || got["rosterd_oldest_hold_timestamp_seconds"] != 0 {
			t.Error("a rejected hold counts as open")
		}
	})
}

func TestStateTakesRoom(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	families, err := w.collect(t).Gather()
	check(t, err)
	got := map[string]bool{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == stateBytes {
				got[metric.GetLabel()[0].GetValue()] = metric.GetGauge().GetValue() > 4096
			}
		}
	}
	if diff := cmp.Diff(map[string]bool{"database": true, "log": true}, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestNamesAreGoodOnes(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	problems, err := testutil.GatherAndLint(w.collect(t))
	check(t, err)
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

func TestGroupsHaveSeriesUpToALimit(t *testing.T) {
	for count, want := range map[int]int{1000: 2000, 1001: 0} {
		t.Run(fmt.Sprintf("%d groups", count), func(t *testing.T) {
			w := newWorld(t)
			groups := make([]roster.GroupState, count)
			for i := range groups {
				groups[i].ExternalReferenceID = fmt.Sprintf("g%04d", i)
			}
			check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run1"}, Groups: groups}))
			got := 0
			for name := range series(t, w.collect(t)) {
				if strings.HasPrefix(name, "rosterd_group_") {
					got++
				}
			}
			if got != want {
				t.Errorf("%d series, want %d", got, want)
			}
		})
	}
}

func TestAStoreThatCannotBeReadLeavesSeriesOut(t *testing.T) {
	w := newWorld(t)
	registry := w.collect(t)
	check(t, w.store.Close())
	if got := series(t, registry); len(got) != 0 {
		t.Errorf("series that nobody can know: %v", slices.Collect(maps.Keys(got)))
	}
	if w.log.FilterMessage("metrics not read").Len() == 0 {
		t.Error("the log does not tell of it")
	}
	wantStatus(t, w.request(t, http.MethodGet, "/metrics", ""), http.StatusOK)
}

func TestAMetricThatCannotBeServedLeavesTheOthers(t *testing.T) {
	w := newWorld(t)
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{
		Run: roster.Run{ID: "run1"}, Groups: []roster.GroupState{{ExternalReferenceID: "canary\xff"}},
	}))
	w.collect(t)
	answer := w.request(t, http.MethodGet, "/metrics", "")
	wantStatus(t, answer, http.StatusOK)
	if body := answer.Body.String(); !strings.Contains(body, "rosterd_syncs_in_flight 0") || strings.Contains(body, "canary") {
		t.Errorf("metrics are:\n%s", body)
	}
	if w.log.FilterMessage("metrics not gathered").Len() != 1 {
		t.Error("the log does not tell of it")
	}
}

// A hundred scrapes at once beside a writer: each is served or turned away,
// none sees half of anything, and the writer is not in anybody's way.
func TestScrapesBesideAWriter(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	w.collect(t)
	handler := w.handler(t)
	var scrapes sync.WaitGroup
	answers := make(chan string, 100)
	for range cap(answers) {
		scrapes.Go(func() {
			answer := scrape(t, handler)
			if answer.Code != http.StatusOK && answer.Code != http.StatusServiceUnavailable {
				t.Errorf("status is %d", answer.Code)
			}
			if answer.Code == http.StatusOK {
				answers <- answer.Body.String()
			}
		})
	}
	for i := range 20 {
		check(t, w.store.FinishRun(t.Context(), roster.Run{ID: fmt.Sprintf("run%d", i), StartedAt: noon().Add(time.Duration(i) * time.Hour)}))
	}
	scrapes.Wait()
	close(answers)
	if len(answers) == 0 {
		t.Error("no scrape was served")
	}
	want := len(fromTheStart()) + 4 + 2 // those of two groups, and the two of stateBytes
	for body := range answers {
		if got := strings.Count(body, "\nrosterd_"); got != want {
			t.Errorf("a scrape has %d series, want %d", got, want)
		}
	}
}

func scrape(t *testing.T, handler http.Handler) *httptest.ResponseRecorder {
	t.Helper()
	answer := canary.Recorder(t)
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	return answer
}
