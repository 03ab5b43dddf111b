package reconcile

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/shard"
	"github.com/rosterd/rosterd/internal/source"
)

// Store is what a run remembers. Every writing method is one transaction that
// is refused when another process took the lease.
type Store interface {
	Groups(ctx context.Context) ([]roster.GroupState, error)
	VouchBaselines(ctx context.Context) error
	Baseline(ctx context.Context, group string) (roster.Baseline, error)
	ActiveHolds(ctx context.Context) ([]roster.Hold, error)
	Unsettled(ctx context.Context) ([]roster.Sync, error)
	RemovedSince(ctx context.Context, since time.Time) (map[string]int, error)
	Pins(ctx context.Context) ([]roster.Pin, error)
	LastGoodPulls(ctx context.Context) (map[string]roster.Pull, error)
	OpenFailures(ctx context.Context) ([]roster.Failure, error)
	LastRun(ctx context.Context) (run roster.Run, ok bool, err error)

	Serve(ctx context.Context, as string, gained func(former, group string) bool) error
	StartRun(ctx context.Context, run roster.Run) error
	ExpireHolds(ctx context.Context, now time.Time) error
	SavePlan(ctx context.Context, record roster.PlanRecord) error
	GroupCreated(ctx context.Context, group roster.GroupState) error
	Intend(ctx context.Context, sync roster.Sync) (id int64, err error)
	Accepted(ctx context.Context, id int64, receipt roster.Receipt, now time.Time) error
	NotDelivered(ctx context.Context, end roster.NonDelivery) error
	MarkUnknown(ctx context.Context, id int64, now time.Time) error
	Complete(ctx context.Context, completion roster.Completion) error
	Sweep(ctx context.Context, sweep roster.Sweep) error
	FinishRun(ctx context.Context, run roster.Run) error
}

// API is Vitable. Errors that have a Fate method say what is known of the
// request; others count as unknown.
type API interface {
	Plans(ctx context.Context) ([]roster.Plan, error)
	Groups(ctx context.Context) ([]roster.Group, error)
	CreateGroup(ctx context.Context, name, externalReferenceID string) (roster.Group, error)
	RenameGroup(ctx context.Context, id, name string) (roster.Group, error)
	Submit(ctx context.Context, groupID string, members []roster.Member) (roster.Receipt, error)
	Outcome(ctx context.Context, groupID, requestID string) (roster.Outcome, error)
	// Skew is how far our clock is ahead of Vitable's, as the last answer showed it.
	Skew() (ahead time.Duration, known bool)
}

// Feed is one configured source with the mapping of its rows.
type Feed struct {
	Name   string
	Source source.Source
	Mapper *mapping.Mapper
	Limits source.Limits
}

// Settings are the parts of the configuration that a run depends on.
type Settings struct {
	Zone          *time.Location // the employer's calendar
	MappingHash   string         // of everything that decides what a row means
	Limits        plan.Limits
	Delivery      plan.DeliveryRules
	Concurrency   int // groups in flight
	Pace          Pace
	Deadline      time.Duration // after which a request counts as stuck
	Settle        time.Duration // how long a request of unknown fate is left alone
	CreateMissing bool
	Rename        bool
	Names         map[string]string // external_reference_id -> name, of the groups that the configuration names
}

// Deps are what a Reconciler works with.
type Deps struct {
	Store    Store
	API      API
	Feeds    []Feed
	Settings Settings
	Log      *zap.Logger
	Metrics  *Metrics
	Shard    shard.Shard // which groups are this instance's, where there is a Board
	Board    Board       // of the shards; nil: every group is this instance's
	Now      func() time.Time
	Progress func(stage string, done, total int) // may be nil
}

// Reconciler makes runs. One run at a time; the lease is the caller's matter.
type Reconciler struct{ Deps }

// New returns a Reconciler.
func New(deps Deps) *Reconciler {
	if deps.Progress == nil {
		deps.Progress = func(string, int, int) {}
	}
	return &Reconciler{deps}
}

// Options choose what one run is about.
type Options struct {
	Trigger string // schedule, start, catch_up, manual, retry
	// Repeat marks a run that follows another within minutes: it looks at the
	// same evidence again, so nobody's absence counts twice for it.
	Repeat bool
	Groups []string // only these external_reference_ids; nil: all
	FailOn map[roster.Concern]bool
}
