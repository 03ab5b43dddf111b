// Package view gives what rosterd knows the shapes that programs read: the
// fixed JSON of the commands and of the HTTP interface. Both print the same
// values, so they cannot disagree. Times are RFC 3339 in UTC, lists are never
// null, and nobody is named but by reference_id.
package view

import (
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// Plan is what `rosterd plan` prints.
type Plan struct {
	ConfigHash string                `json:"config_hash"`
	Sources    []roster.SourceResult `json:"sources"`
	Groups     []PlannedGroup        `json:"groups"`
}

// PlannedGroup is one group of a Plan.
type PlannedGroup struct {
	ExternalReferenceID string           `json:"external_reference_id"`
	GroupID             string           `json:"group_id"`
	Decision            roster.Decision  `json:"decision"`
	Reason              roster.Reason    `json:"reason"`
	Digest              string           `json:"digest"`   // of the payload; "" when it is blocked
	Baseline            int              `json:"baseline"` // people believed to be subscribed
	Payload             int              `json:"payload"`  // people in the payload
	Adds                []string         `json:"adds"`
	Changes             []string         `json:"changes"`
	Removals            []roster.Removal `json:"removals"`
	Carried             []plan.Carried   `json:"carried"`
	LeftOut             []plan.LeftOut   `json:"left_out"`
	Hold                *PlannedHold     `json:"hold"`
}

// PlannedHold is what a person would have to approve. ID is "" until a run has
// stored the hold.
type PlannedHold struct {
	ID     string        `json:"id"`
	Digest string        `json:"digest"`
	Reason roster.Reason `json:"reason"`
}

// OfPlan shows a proposal.
func OfPlan(p reconcile.Proposal) Plan {
	v := Plan{ConfigHash: p.Plan.ConfigHash, Sources: list(p.Sources), Groups: []PlannedGroup{}}
	for i := range p.Plan.Groups {
		g := &p.Plan.Groups[i]
		shown := PlannedGroup{
			ExternalReferenceID: g.ExternalReferenceID, GroupID: g.GroupID, Decision: g.Decision, Reason: g.Reason,
			Digest: g.Digest, Baseline: g.Baseline, Payload: g.Payload, Adds: list(g.Adds), Changes: list(g.Changes),
			Removals: list(g.Removals), Carried: list(g.Carried), LeftOut: list(g.LeftOut),
		}
		if g.Hold != nil {
			shown.Hold = &PlannedHold{g.Hold.ID, g.Hold.Digest, g.Hold.Reason}
		}
		v.Groups = append(v.Groups, shown)
	}
	return v
}

// Run is what `rosterd run` prints.
type Run struct {
	RunID        string                `json:"run_id"`
	Outcome      roster.RunOutcome     `json:"outcome"`
	ExitCode     int                   `json:"exit_code"`
	Sources      []roster.SourceResult `json:"sources"`
	Groups       roster.GroupCounts    `json:"groups"`
	Added        int                   `json:"added"`
	Removed      int                   `json:"removed"`
	Changed      int                   `json:"changed"`
	Carried      int                   `json:"carried"`
	FailuresOpen int                   `json:"failures_open"`
	HoldsOpen    int                   `json:"holds_open"`
}

// OfRun shows a run.
func OfRun(r roster.Run) Run {
	return Run{
		RunID: r.ID, Outcome: r.Outcome, ExitCode: r.ExitCode,
		Sources: list(r.Sources), Groups: r.Groups, Added: r.Added, Removed: r.Removed, Changed: r.Changed, Carried: r.Carried,
		FailuresOpen: r.Failures, HoldsOpen: r.Holds,
	}
}

// PastRun is one line of `rosterd runs`.
type PastRun struct {
	Run
	Trigger   string     `json:"trigger"`
	StartedAt time.Time  `json:"started_at"`
	EndedAt   *time.Time `json:"ended_at"` // null while it is under way, and when it was killed
}

// OfPastRun shows a run of the past.
func OfPastRun(r roster.Run) PastRun {
	return PastRun{Run: OfRun(r), Trigger: r.Trigger, StartedAt: r.StartedAt.UTC(), EndedAt: moment(r.EndedAt)}
}

// OfRuns shows runs.
func OfRuns(runs []roster.Run) []PastRun { return each(runs, OfPastRun) }

// Failure is one line of `rosterd failures`.
type Failure struct {
	ID          string              `json:"id"`
	Kind        roster.Kind         `json:"kind"`
	Severity    roster.Severity     `json:"severity"`
	Group       string              `json:"group"`
	ReferenceID string              `json:"reference_id"`
	Operation   string              `json:"operation"`
	Reason      string              `json:"reason"`
	Guidance    string              `json:"guidance"`
	FirstSeen   time.Time           `json:"first_seen"`
	LastSeen    time.Time           `json:"last_seen"`
	Count       int                 `json:"count"`
	State       roster.FailureState `json:"state"`
}

// OfFailures shows failures.
func OfFailures(failures []roster.Failure) []Failure {
	return each(failures, func(f roster.Failure) Failure {
		return Failure{
			ID: f.ID, Kind: f.Kind, Severity: f.Severity(), Group: f.Group, ReferenceID: f.ReferenceID, Operation: f.Operation,
			Reason: f.Reason, Guidance: f.Kind.Guidance(), FirstSeen: f.FirstSeen.UTC(), LastSeen: f.LastSeen.UTC(), Count: f.Count, State: f.State,
		}
	})
}

// Hold is one line of `rosterd holds`.
type Hold struct {
	ID         string           `json:"id"`
	Digest     string           `json:"digest"`
	Group      string           `json:"group"`
	Reason     roster.Reason    `json:"reason"`
	Removals   []roster.Removal `json:"removals"`
	CreatedAt  time.Time        `json:"created_at"`
	State      roster.HoldState `json:"state"`
	ApprovedBy *string          `json:"approved_by"` // null unless the last word about it was an approval
	ExpiresAt  *time.Time       `json:"expires_at"`  // of the approval
}

// OfHold shows a hold.
func OfHold(h roster.Hold) Hold {
	v := Hold{
		ID: h.ID, Digest: h.Digest, Group: h.Group, Reason: h.Reason, Removals: list(h.Removals),
		CreatedAt: h.CreatedAt.UTC(), State: h.State, ExpiresAt: moment(h.ExpiresAt),
	}
	if !h.ExpiresAt.IsZero() { // only an approval lapses; a rejection takes that back
		v.ApprovedBy = &h.DecidedBy
	}
	return v
}

// OfHolds shows holds.
func OfHolds(holds []roster.Hold) []Hold { return each(holds, OfHold) }

// Group is one line of `rosterd groups`.
type Group struct {
	ExternalReferenceID string     `json:"external_reference_id"`
	GroupID             string     `json:"group_id"`
	Name                string     `json:"name"`
	Members             int        `json:"members"`
	HasBaseline         bool       `json:"has_baseline"`
	LastSync            *time.Time `json:"last_sync"`
	LastSyncFailures    int        `json:"last_sync_failures"`
	Absent              int        `json:"absent"`
}

// OfGroups shows groups.
func OfGroups(groups []roster.GroupState) []Group {
	return each(groups, func(g roster.GroupState) Group {
		return Group{
			ExternalReferenceID: g.ExternalReferenceID, GroupID: g.GroupID, Name: g.Name, Members: g.Members, HasBaseline: g.HasBaseline,
			LastSync: moment(g.Delivered.At), LastSyncFailures: g.Delivered.Failures, Absent: len(g.Absences),
		}
	})
}

// list is l, or an empty list: arrays are never null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

func each[A, B any](from []A, show func(A) B) []B {
	all := make([]B, 0, len(from))
	for _, one := range from {
		all = append(all, show(one))
	}
	return all
}

// moment is null for "never".
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}
