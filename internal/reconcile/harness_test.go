package reconcile_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/shard"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/vitable"
)

// The groups and plans of every world.
const (
	north, south, east = "north", "south", "east"
	gold, silver       = "pln_gold", "pln_silver"
)

// world is an employer, a Vitable and a rosterd between them, in a bubble in
// which hours pass at once. Everything in it is real but the wire and the HR
// systems.
type world struct {
	t        *testing.T
	box      *sandbox.Server
	wire     *reconciletest.Wire
	dir      string
	store    *store.Store
	hr       *hr   // the source that every world has
	others   []*hr // more sources
	settings reconcile.Settings
	now      func() time.Time
	registry *prometheus.Registry
	metrics  *reconcile.Metrics
	shard    shard.Shard
	board    reconcile.Board // nil: not divided
	// around puts something between rosterd and its store.
	around func(reconcile.Store) reconcile.Store
}

// inWorld runs a story in a world of its own, beside those of other tests.
func inWorld(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	emptyState(t) // here, for what is in a bubble ends with it
	synctest.Test(t, func(t *testing.T) {
		story(t, newWorld(t))
	})
}

// emptyState makes, once, a data directory in which nothing is stored. Every
// world starts with a copy: making one takes longer than a run.
func emptyState(t *testing.T) fs.FS {
	t.Helper()
	empty.once.Do(func() { empty.files, empty.err = stateIn(canary.Dir(t)) })
	if empty.err != nil {
		t.Fatal(empty.err)
	}
	return empty.files
}

// empty is what emptyState made.
var empty struct {
	once  sync.Once
	files fs.FS
	err   error
}

// stateIn opens a store in a directory and returns the files that it made.
func stateIn(dir string) (fs.FS, error) {
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	kept := fstest.MapFS{}
	return kept, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		kept[path] = &fstest.MapFile{Data: data, Mode: 0o600}
		return err
	})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	box := sandbox.New(sandbox.Options{
		Groups: []sandbox.Group{
			{Name: "North", ExternalReferenceID: north}, {Name: "South", ExternalReferenceID: south}, {Name: "East", ExternalReferenceID: east},
		},
		Plans: []sandbox.Plan{{ID: gold, Name: "Gold"}, {ID: silver, Name: "Silver"}},
	})
	w := &world{t: t, box: box, wire: &reconciletest.Wire{Handler: box}, dir: canary.Dir(t), hr: newHR("hq"), settings: settings(), now: time.Now}
	w.around = func(s reconcile.Store) reconcile.Store { return s }
	w.open()
	t.Cleanup(func() { _ = w.store.Close() })
	w.freshMetrics()
	return w
}

// freshMetrics counts from 0 again, as a new process does.
func (w *world) freshMetrics() {
	names := []string{w.hr.name}
	for _, other := range w.others {
		names = append(names, other.name)
	}
	w.registry = canary.Registry(w.t)
	w.metrics = reconcile.NewMetrics(w.registry, names)
}

func (w *world) open() {
	w.t.Helper()
	if err := os.CopyFS(w.dir, emptyState(w.t)); err != nil {
		w.t.Fatal(err)
	}
	w.reopen()
}

// reopen opens what is in the directory.
func (w *world) reopen() {
	w.t.Helper()
	var err error
	if w.store, err = store.Open(w.t.Context(), store.Options{Dir: w.dir}); err != nil {
		w.t.Fatalf("open store: %v", err)
	}
	if _, err = w.store.Lease(w.t.Context(), "test", false); err != nil {
		w.t.Fatalf("take lease: %v", err)
	}
}

// settings are those of the example file, with limits that let a test remove
// whom it likes.
func settings() reconcile.Settings {
	return reconcile.Settings{
		Zone:        time.UTC,
		MappingHash: "mapping",
		Limits: plan.Limits{
			MaxRemovals: plan.Bound{Count: 100, Percent: 100}, MaxRunPercent: 100, MaxAbsent: plan.Bound{Count: 100, Percent: 100},
			Rolling: plan.Rolling{Days: 7, Percent: 100}, AbsencePulls: 2,
			OnExcess: plan.ExcessCarry, FirstSync: plan.FirstAllow, PlanChange: plan.PlanReport,
		},
		Delivery:    plan.DeliveryRules{MaxMembers: 5000, ResubmitUnchanged: 24 * time.Hour, RetryFailures: 6 * time.Hour},
		Concurrency: 8,
		Pace:        reconcile.Pace{Initial: time.Second, Max: 30 * time.Second},
		Deadline:    2 * time.Hour,
		Settle:      2 * time.Minute,
	}
}

// reconciler is a rosterd that has just been started.
func (w *world) reconciler() *reconcile.Reconciler {
	w.t.Helper()
	client, err := vitable.New(vitable.Options{BaseURL: "http://127.0.0.1", Key: canary.Secret, Transport: w.wire, Now: w.now})
	if err != nil {
		w.t.Fatal(err)
	}
	log, _ := canary.Log(w.t)
	feeds := []reconcile.Feed{w.feed(w.hr)}
	for _, other := range w.others {
		feeds = append(feeds, w.feed(other))
	}
	return reconcile.New(reconcile.Deps{
		Store: w.around(w.store), API: client, Feeds: feeds, Settings: w.settings,
		Log: log, Metrics: w.metrics, Now: w.now, Shard: w.shard, Board: w.board,
	})
}

func (w *world) feed(from *hr) reconcile.Feed {
	return reconcile.Feed{Name: from.name, Source: from.source, Mapper: from.mapper(w.t), Limits: source.Limits{MaxAge: 48 * time.Hour, MaxShrinkPercent: 80}}
}

// try makes one run of a rosterd that has just been started.
func (w *world) try(ctx context.Context, o reconcile.Options) (roster.Run, error) {
	return w.reconciler().Run(ctx, o)
}

// run is a run that rosterd itself gets through.
func (w *world) run() roster.Run { w.t.Helper(); return w.runWith(reconcile.Options{}) }

func (w *world) runWith(o reconcile.Options) roster.Run {
	w.t.Helper()
	run, err := w.try(w.t.Context(), o)
	if err != nil {
		w.t.Fatalf("run: %v", err)
	}
	return run
}

// settled is a run after which there is nothing to tell; it starts most stories.
func (w *world) settled() {
	w.t.Helper()
	if run := w.run(); run.Outcome != roster.RunDone {
		w.t.Fatalf("the run is %s, want done; open: %v", run.Outcome, w.openFailures())
	}
}

// sent lists the rosters of a group that Vitable accepted, oldest first.
func (w *world) sent(group string) []sandbox.Entry {
	return w.entries(func(e sandbox.Entry) bool { return e.Sync != nil && e.Group == group })
}

// tries counts the submissions of a group, whatever became of them.
func (w *world) tries(group string) int {
	return len(w.entries(func(e sandbox.Entry) bool { return e.Call == sandbox.SubmitSync && e.Group == group }))
}

// polls counts the looks at a request.
func (w *world) polls(request string) int {
	return len(w.entries(func(e sandbox.Entry) bool { return e.Call == sandbox.GetSync && e.RequestID == request }))
}

// writes counts the requests of any sort that may have changed something.
func (w *world) writes() int {
	return len(w.entries(func(e sandbox.Entry) bool { return e.Method != "GET" }))
}

func (w *world) entries(which func(sandbox.Entry) bool) []sandbox.Entry {
	return slices.DeleteFunc(w.box.Ledger(), func(e sandbox.Entry) bool { return !which(e) })
}

// last is the latest roster of a group that was accepted.
func (w *world) last(group string) sandbox.Entry {
	w.t.Helper()
	all := w.sent(group)
	if len(all) == 0 {
		w.t.Fatalf("nothing was accepted for %s", group)
	}
	return all[len(all)-1]
}

// removed are all who were ever removed, in the order of removal.
func (w *world) removed() []string {
	var all []string
	for _, e := range w.box.Ledger() {
		if e.Sync != nil {
			all = append(all, e.Sync.Removed...)
		}
	}
	return all
}

func (w *world) openFailures() []string {
	w.t.Helper()
	failures, err := w.store.OpenFailures(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	told := []string{}
	for _, f := range failures {
		text := string(f.Kind)
		for _, more := range []string{f.Group, f.ReferenceID} {
			if more != "" {
				text += " " + more
			}
		}
		told = append(told, text)
	}
	slices.Sort(told)
	return told
}

// wantOpen asserts exactly these open failures: kind, group and person.
func (w *world) wantOpen(want ...string) {
	w.t.Helper()
	slices.Sort(want)
	same(w.t, "open failures", want, w.openFailures())
}

// wantMembers asserts who is subscribed in a group.
func (w *world) wantMembers(group string, refs ...string) {
	w.t.Helper()
	slices.Sort(refs)
	same(w.t, "members of "+group, refs, w.box.Members(group))
}

// wantLawful asserts that nothing dangerous was sent and that nobody but these
// was ever removed.
func (w *world) wantLawful(removed ...string) {
	w.t.Helper()
	same(w.t, "violations", []string{}, w.box.Violations())
	slices.Sort(removed)
	same(w.t, "everybody who was ever removed", removed, slices.Sorted(slices.Values(w.removed())))
}

func wantOutcome(t *testing.T, run roster.Run, outcome roster.RunOutcome, code int) {
	t.Helper()
	if run.Outcome != outcome || run.ExitCode != code {
		t.Errorf("the run is %s with exit code %d, want %s with %d", run.Outcome, run.ExitCode, outcome, code)
	}
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(roster.Date{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// refs makes prefix1 … prefixN, sorted.
func refs(prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%s%d", prefix, i+1)
	}
	return all
}

// pass lets time go by.
func (w *world) pass(d time.Duration) { <-time.After(d) }
