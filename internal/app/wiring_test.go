package app_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/source"
)

// example loads one of the example files.
func example(t *testing.T, name string) config.File {
	t.Helper()
	file, err := config.Load(filepath.Join("..", "..", "config", name), app.SourceTypes())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// The defaults of the contract arrive where they are used.
func TestSettingsOfTheExample(t *testing.T) {
	got, err := app.Settings(example(t, "rosterd.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := reconcile.Settings{
		Limits: plan.Limits{
			MaxRemovals: plan.Bound{Count: 25, Percent: 10}, MaxRunPercent: 10, SmallGroup: plan.SmallGroup{Below: 20, Count: 2},
			MaxAbsent: plan.Bound{Count: 5, Percent: 5}, Rolling: plan.Rolling{Days: 7, Percent: 20}, AbsencePulls: 2,
			OnExcess: plan.ExcessCarry, FirstSync: plan.FirstHold, PlanChange: plan.PlanReport,
		},
		Delivery:    plan.DeliveryRules{MaxMembers: 5000, ResubmitUnchanged: 24 * time.Hour, RetryFailures: 6 * time.Hour},
		Concurrency: 8,
		Pace:        reconcile.Pace{Initial: time.Second, Max: 30 * time.Second},
		Deadline:    2 * time.Hour,
		Settle:      2 * time.Minute,
		Names:       map[string]string{"mol_seg_001": "Warehouse", "mol_seg_002": "Office"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(reconcile.Settings{}, "Zone", "MappingHash")); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got.Zone.String() != "America/New_York" || got.MappingHash == "" {
		t.Errorf("zone %s, mapping hash %q", got.Zone, got.MappingHash)
	}
}

// Without groups and limits in the file the defaults are the same; only what
// decides what a row means changes the hash.
func TestMappingHashFollowsTheMapping(t *testing.T) {
	hash := func(change func(*config.File)) string {
		file := example(t, "two-sources.yaml")
		change(&file)
		set, err := app.Settings(file)
		if err != nil {
			t.Fatal(err)
		}
		return set.MappingHash
	}
	before := hash(func(*config.File) {})
	for _, test := range []struct {
		name   string
		change func(*config.File)
		same   bool
	}{
		{"nothing", func(*config.File) {}, true},
		{"a limit", func(f *config.File) { f.Safety.MaxRunPercent = 99 }, true},
		{"the pace", func(f *config.File) { f.Vitable.Concurrency = 1 }, true},
		{"eligibility", func(f *config.File) { f.Eligibility.CoverageEnds = "termination_date" }, false},
		{"a rule", func(f *config.File) { f.Sources[1].Mapping.Include.CEL = "true" }, false},
		{"where a group leads", func(f *config.File) { f.Groups.Map[0].ExternalReferenceID = "mol_seg_999" }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := hash(test.change); (got == before) != test.same {
				t.Errorf("the hash changed: %v", got != before)
			}
		})
	}
}

func TestSettingsNeedATimeZone(t *testing.T) {
	file := example(t, "rosterd.yaml")
	file.Eligibility.TimeZone = "America/Springfield"
	if _, err := app.Settings(file); err == nil {
		t.Error("a time zone that does not exist is taken")
	}
}

func TestFeedsOfTheExample(t *testing.T) {
	feeds, err := app.Feeds(example(t, "two-sources.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]source.Limits{}
	for _, feed := range feeds {
		if feed.Source == nil || feed.Mapper == nil {
			t.Errorf("feed %s has source %v and mapper %v", feed.Name, feed.Source, feed.Mapper)
		}
		got[feed.Name] = feed.Limits
	}
	want := map[string]source.Limits{
		"hq":     {MaxAge: 48 * time.Hour, MaxShrinkPercent: 20},
		"stores": {MaxAge: 192 * time.Hour, MaxShrinkPercent: 20},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestFeedsNameTheSourceThatIsWrong(t *testing.T) {
	file := example(t, "two-sources.yaml")
	file.Sources[1].Mapping.Include.CEL = "row.("
	if _, err := app.Feeds(file); err == nil {
		t.Error("an expression that does not parse is taken")
	}
}

func TestNewRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, test := range []struct{ name, variable string }{
		{"an unknown variable", "ROSTERD_SCHEDUEL=0 * * * *"},
		{"a log level", "ROSTERD_LOG_LEVEL=loud"},
		{"no part of the groups", "ROSTERD_SHARD=2/2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := app.New(app.Options{Environ: []string{test.variable}, Log: canary.Output(t)})
			if app.ExitCode(err) != app.ExitUsage {
				t.Errorf("New returned %v, want a usage error", err)
			}
		})
	}
}

// Parts are closed in reverse, whatever they return, and only once.
func TestCloseWithoutAnythingOpen(t *testing.T) {
	a, err := app.New(app.Options{Log: canary.Output(t)})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := a.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}
