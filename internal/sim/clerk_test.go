package sim_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

const (
	clerkName = "Ada Admin"
	clerkWhy  = "compared with the HR system"
	approvals = 24 * time.Hour
)

// decide lets the administrator look at what waits.
func (w *world) decide(ctx context.Context, how clerking, pick int) error {
	switch how {
	case diligentClerk:
		return w.decideAll(ctx)
	case forgetfulClerk:
		return w.decideOutOfDate(ctx)
	case pinningClerk:
		one := w.employer.workers[pick%len(w.employer.workers)]
		return w.each(func(in *instance) error {
			in.pinned[one.ref] = true
			return in.proc.store.Pin(ctx, roster.Pin{ReferenceID: one.ref, By: clerkName, Comment: clerkWhy, At: w.now()})
		})
	case unpinningClerk:
		return w.unpinAll(ctx)
	}
	return nil
}

func (w *world) unpinAll(ctx context.Context) error {
	return w.each(func(in *instance) error {
		for _, ref := range slices.Sorted(maps.Keys(in.pinned)) {
			if err := in.proc.store.Unpin(ctx, ref, clerkName, w.now()); err != nil {
				return fmt.Errorf("unpin: %w", err)
			}
			delete(in.pinned, ref)
		}
		return nil
	})
}

// decideAll approves every hold that is right and rejects the others.
func (w *world) decideAll(ctx context.Context) error {
	return w.each(func(in *instance) error { return in.decideHolds(ctx) })
}

func (in *instance) decideHolds(ctx context.Context) error {
	w := in.w
	holds, err := in.proc.store.ActiveHolds(ctx)
	if err != nil {
		return err
	}
	for _, hold := range holds {
		if hold.State == roster.HoldApproved {
			continue
		}
		verdict := store.Verdict{
			HoldID: hold.ID, Digest: hold.Digest, By: clerkName, Why: clerkWhy, At: w.now(), ExpiresAt: w.now().Add(approvals),
		}
		let, right := in.rightly(hold)
		if !right {
			w.tell("rejects %s of %s (%s)", hold.ID, hold.Group, hold.Reason)
			if _, err := in.proc.store.Reject(ctx, verdict); err != nil {
				return fmt.Errorf("reject: %w", err)
			}
			w.laws.reject(let)
			continue
		}
		w.tell("approves %s of %s (%s): %v", hold.ID, hold.Group, hold.Reason, slices.Sorted(maps.Keys(let)))
		if _, err := in.proc.store.Approve(ctx, verdict); err != nil {
			return fmt.Errorf("approve: %w", err)
		}
		w.laws.allow(approval{hold.Group, let, verdict.ExpiresAt})
	}
	return nil
}

// rightly compares a hold with the truth: whom it would let go, and whether all
// of them may go. Before a first sync the administrator compares the roster
// with Vitable's list.
func (in *instance) rightly(hold roster.Hold) (let map[string]bool, right bool) {
	w := in.w
	e := w.laws.before(in, false)
	let = map[string]bool{}
	for _, removal := range hold.Removals {
		let[removal.ReferenceID] = true
	}
	if hold.Reason == roster.ReasonNoBaseline {
		for _, ref := range w.box.Members(hold.Group) {
			if !slices.Contains(hold.Roster, ref) {
				let[ref] = true
			}
		}
	}
	for ref := range let {
		one, told := e.told[ref]
		if told && one.covered(e.day) && one.group == hold.Group && !w.laws.changesPlan(one, e) {
			return let, false
		}
	}
	return let, true
}

// decideOutOfDate approves with a digest of another day, which must be refused.
func (w *world) decideOutOfDate(ctx context.Context) error {
	return w.each(func(in *instance) error { return in.refusesOutOfDate(ctx) })
}

func (in *instance) refusesOutOfDate(ctx context.Context) error {
	holds, err := in.proc.store.ActiveHolds(ctx)
	if err != nil {
		return err
	}
	for _, hold := range holds {
		another := "00" + hold.Digest[2:]
		if another == hold.Digest {
			another = "ff" + hold.Digest[2:]
		}
		_, err := in.proc.store.Approve(ctx, store.Verdict{
			HoldID: hold.ID, Digest: another, By: clerkName, Why: clerkWhy, At: in.w.now(), ExpiresAt: in.w.now().Add(approvals),
		})
		if !errors.Is(err, store.ErrStale) {
			return errors.Join(errors.New("law 1: an approval of another set was not refused"), err)
		}
	}
	return nil
}

// giveUp lets support end every request that is stuck.
func (w *world) giveUp(ctx context.Context) error {
	return w.each(func(in *instance) error {
		stuck, err := in.proc.store.InFlight(ctx)
		if err != nil {
			return err
		}
		for _, sync := range stuck {
			w.box.WriteOff(sync.RequestID)
			if _, err := in.proc.store.Abandon(ctx, sync.RequestID, clerkName, clerkWhy, w.now()); err != nil {
				return fmt.Errorf("abandon: %w", err)
			}
		}
		return nil
	})
}
