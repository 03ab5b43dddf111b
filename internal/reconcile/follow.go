package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// followed is how the following of one accepted request ended.
type followed string

const (
	followedDone      followed = "done"      // completed and remembered
	followedStuck     followed = "stuck"     // past the deadline; still to be looked at
	followedLeft      followed = "left"      // the run was told to stop; the next one goes on
	followedDenied    followed = "denied"    // the key was refused
	followedElsewhere followed = "elsewhere" // a person abandoned it meanwhile
)

// effect is what a run remembers of what a request did. The people themselves
// are the store's.
type effect struct {
	added, changed int
	removed        []string // reference_ids, sorted
}

// follow looks at an accepted request until it is completed, and remembers the
// outcome. A request past the deadline is looked at once more and left in
// flight: nothing else is sent for its group until it ends.
func (r *Reconciler) follow(ctx context.Context, sync roster.Sync, m *memory, first time.Duration, looked func()) (followed, effect, error) {
	defer looked()
	accepted := sync.SubmittedAt
	wait := first - r.Now().Sub(accepted)
	for {
		if !sleep(ctx, wait) {
			return followedLeft, effect{}, nil
		}
		outcome, err := r.API.Outcome(ctx, sync.GroupID, sync.RequestID)
		switch {
		case err == nil && outcome.Done:
			end, err := r.complete(context.WithoutCancel(ctx), sync, outcome, m)
			if errors.Is(err, roster.ErrStale) {
				return followedElsewhere, effect{}, nil
			}
			return followedDone, end, err
		case ctx.Err() != nil:
			return followedLeft, effect{}, nil
		case err != nil && fate(err) == roster.FateDenied:
			return followedDenied, effect{}, nil
		case err != nil:
			r.Log.Warn("outcome not seen", zap.String("group", sync.Group), zap.String("request_id", sync.RequestID), zap.Error(err))
		}
		looked()
		elapsed := r.Now().Sub(accepted)
		if elapsed >= r.Settings.Deadline {
			return followedStuck, effect{}, r.reportStuck(ctx, sync)
		}
		wait = min(r.Settings.Pace.Next(elapsed), r.Settings.Deadline-elapsed)
	}
}

// complete remembers an outcome: baseline, delivery and failures in one go.
func (r *Reconciler) complete(ctx context.Context, sync roster.Sync, outcome roster.Outcome, m *memory) (effect, error) {
	before, err := r.baseline(ctx, m, sync.Group)
	if err != nil {
		return effect{}, err
	}
	state := m.state(sync.Group)
	state.ExternalReferenceID, state.GroupID = sync.Group, sync.GroupID
	done := plan.Apply(before, sync.Entries, outcome)
	failures := plan.RemoteFailures(sync.Group, before, sync.Entries, outcome)
	failures = append(failures, plan.Drift(state, before, done, outcome)...)
	if sync.AdoptConfig || state.ConfigHash == "" {
		state.ConfigHash = sync.ConfigHash
	}
	took := processingTime(sync, outcome, r.Now())
	state.Took, state.TookMembers = smooth(state.Took, took), sync.Size
	state.HasBaseline, state.Created, state.Members, state.Digest = true, false, len(done.After.Members), done.After.Digest()
	if sync.ID > state.RestoredAfter {
		state.RestoredAfter = 0 // a roster that was sent before tells nothing of who came since
	}
	state.Delivered = delivered(state.Delivered, sync.Digest, r.Now(), len(outcome.Failures))
	removed := classed(sync, done.Removed)
	completion := roster.Completion{
		SyncID: sync.ID, Outcome: outcome, Baseline: done.After, State: state,
		Sweep: deliverySweep(sync.Group, failures...), Events: r.departures(sync, removed),
		UsedHold: sync.HoldID, RemovedUnapproved: max(0, len(removed)-sync.Approved) + m.returned(sync),
	}
	if err := r.Store.Complete(ctx, completion); err != nil {
		return effect{}, fmt.Errorf("remember outcome: %w", err)
	}
	m.completed(sync.Group, done.After, state)
	r.Metrics.completed(done, removed, took)
	r.Log.Info("sync completed", zap.String("group", sync.Group), zap.String("request_id", sync.RequestID),
		zap.Int("added", len(done.Added)), zap.Int("changed", len(done.Changed)), zap.Int("removed", len(done.Removed)), zap.Int("failures", len(failures)))
	return effect{added: len(done.Added), changed: len(done.Changed), removed: slices.Clone(done.Removed)}, nil
}

// processingTime is how long Vitable took, by its own account, but within what
// was seen from here: the clocks may differ.
func processingTime(sync roster.Sync, outcome roster.Outcome, seen time.Time) time.Duration {
	took := outcome.CompletedAt.Sub(sync.SubmittedAt)
	return max(min(took, seen.Sub(sync.SubmittedAt)), time.Millisecond)
}

// delivered counts how often one payload was delivered with failures.
func delivered(before roster.Delivery, digest string, now time.Time, failures int) roster.Delivery {
	d := roster.Delivery{Digest: digest, At: now, Failures: failures}
	if failures > 0 {
		d.Retries = 1
		if before.Digest == digest && before.Failures > 0 {
			d.Retries = before.Retries + 1
		}
	}
	return d
}

// classed gives each removed person the class that the plan had for them.
func classed(sync roster.Sync, removed []string) []roster.Removal {
	classes := make(map[string]roster.Class, len(sync.Removals))
	for _, removal := range sync.Removals {
		classes[removal.ReferenceID] = removal.Class
	}
	all := make([]roster.Removal, 0, len(removed))
	for _, ref := range removed {
		all = append(all, roster.Removal{ReferenceID: ref, Class: classes[ref]})
	}
	return all
}

func (r *Reconciler) departures(sync roster.Sync, removed []roster.Removal) []roster.Event {
	var events []roster.Event
	for _, removal := range removed {
		events = append(events, roster.Event{
			At: r.Now(), RunID: sync.RunID, Group: sync.Group, ReferenceID: removal.ReferenceID,
			What: "removed", Detail: string(removal.Class),
		})
	}
	return events
}

func (r *Reconciler) reportStuck(ctx context.Context, sync roster.Sync) error {
	return placed("report stuck request", r.Store.Sweep(context.WithoutCancel(ctx), roster.Sweep{
		Found: []roster.Failure{{
			Group: sync.Group, Kind: roster.SyncStuck,
			Reason: fmt.Sprintf("request %s has not finished within %s", sync.RequestID, r.Settings.Deadline),
		}},
		Evaluated: func(roster.Failure) bool { return false },
	}))
}

// sleep waits, or returns false when ctx ends first.
func sleep(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
