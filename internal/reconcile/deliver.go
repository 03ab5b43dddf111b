package reconcile

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// stopGrace is how long a request that was being sent may still take once the
// run was told to stop, so that its request id is not lost.
const stopGrace = 3 * time.Second

// delivery is how the delivery of one group ended.
type delivery string

const (
	deliveryDone      delivery = "done"
	deliveryNothing   delivery = "nothing"   // what was left to send was already there
	deliveryFailed    delivery = "failed"    // unknown or stuck
	deliveryRefused   delivery = "refused"   // as a whole: nothing of it happened
	deliveryStopped   delivery = "stopped"   // not sent: the run was told to stop
	deliveryUnsent    delivery = "unsent"    // not sent: Vitable could not be reached or refused the key
	deliveryAccepted  delivery = "accepted"  // accepted, and left to the next run: the run was told to stop
	deliveryWithdrawn delivery = "withdrawn" // not sent: since the plan was made its approval was taken back, or lapsed, or somebody was pinned
	deliveryUnheard   delivery = "unheard"   // accepted, and left to the next run: the key was refused
)

// courier delivers one plan.
type courier struct {
	r     *Reconciler
	run   roster.Run
	plan  *plan.Assembly
	mem   *memory
	slots chan struct{}
	done  map[string]chan struct{} // closed when a group is finished

	mu      sync.Mutex
	ends    map[string]delivery
	effects map[string]effect
	denied  bool
	err     error // the store failed: nothing else may be sent
}

// deliver submits every group that is to be submitted, many side by side, and
// follows each to its end. One group's failure stops no other; a refused key
// and a failing store stop them all.
func (r *Reconciler) deliver(ctx context.Context, run roster.Run, p *plan.Assembly, m *memory) (*courier, error) {
	c := &courier{
		r: r, run: run, plan: p, mem: m, slots: make(chan struct{}, r.Settings.Concurrency),
		done: map[string]chan struct{}{}, ends: map[string]delivery{}, effects: map[string]effect{},
	}
	var groups []*plan.Group
	for i := range p.Plan.Groups {
		if g := &p.Plan.Groups[i]; g.Decision == roster.Submit {
			groups = append(groups, g)
			c.done[g.ExternalReferenceID] = make(chan struct{})
		}
	}
	var wait sync.WaitGroup
	for _, g := range groups {
		wait.Go(func() {
			defer close(c.done[g.ExternalReferenceID])
			c.ended(g.ExternalReferenceID, c.safely(ctx, g), len(groups))
		})
	}
	wait.Wait()
	return c, c.err
}

func (c *courier) ended(group string, end delivery, all int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ends[group] = end
	c.r.Progress("submitting", len(c.ends), all)
}

// errPanic says that a bug stopped something. What it panicked with may be
// somebody's data and is not told.
var errPanic = errors.New("stopped unexpectedly; this is a bug of rosterd")

// safely is group with a bug in it turned into an error that stops everything:
// the other requests are recorded and followed at the next start.
func (c *courier) safely(ctx context.Context, g *plan.Group) (end delivery) {
	defer func() {
		if recover() != nil {
			c.r.Log.Error("delivery panicked", zap.String("group", g.ExternalReferenceID), zap.ByteString("stack", debug.Stack()))
			end = c.broken(fmt.Errorf("deliver group: %w", errPanic))
		}
	}()
	return c.group(ctx, g)
}

// group delivers one group once those that lose people to it are finished.
func (c *courier) group(ctx context.Context, g *plan.Group) delivery {
	for _, loser := range g.After {
		if done, ok := c.done[loser]; ok {
			<-done
		}
	}
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-ctx.Done():
		return deliveryStopped
	}
	if end, stop := c.stopped(ctx); stop {
		return end
	}
	all, err := c.plan.Entries(g)
	if err != nil {
		return c.broken(err)
	}
	entries := plan.Without(all, c.notLetGo(g))
	members := make([]roster.Member, len(entries))
	for i := range entries {
		members[i] = entries[i].Member
	}
	digest := g.Digest
	if len(entries) != len(all) {
		digest = roster.Digest(members)
	}
	if len(entries) != len(all) && digest == c.mem.state(g.ExternalReferenceID).Delivered.Digest {
		return deliveryNothing
	}
	return c.submit(ctx, g, entries, members, digest)
}

// stopped says whether anything may still be sent.
func (c *courier) stopped(ctx context.Context) (delivery, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil || ctx.Err() != nil:
		return deliveryStopped, true
	case c.denied:
		return deliveryUnsent, true
	}
	return "", false
}

// notLetGo are the arrivals whose old group still has them: its request was not
// completed, or Vitable did not remove them.
func (c *courier) notLetGo(g *plan.Group) map[string]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	stay := map[string]bool{}
	for _, arrival := range g.Arrivals {
		if !slices.Contains(c.effects[arrival.From].removed, arrival.Leaver) {
			stay[arrival.ReferenceID] = true
		}
	}
	return stay
}

// submit records the intent, sends, records the answer and follows it.
func (c *courier) submit(ctx context.Context, g *plan.Group, entries []roster.Enrolled, members []roster.Member, digest string) delivery {
	keep := context.WithoutCancel(ctx) // what is remembered does not depend on who is told to stop
	sync := roster.Sync{
		RunID: c.run.ID, Group: g.ExternalReferenceID, GroupID: g.GroupID, State: roster.SyncIntended, Digest: digest,
		Size: len(members), ConfigHash: c.plan.Plan.ConfigHash, IntendedAt: c.r.Now(), HoldID: g.Uses,
		Entries: entries, Removals: g.Removals, Approved: g.Approved, AdoptConfig: g.AdoptConfig,
	}
	id, err := c.r.Store.Intend(keep, sync)
	if errors.Is(err, roster.ErrStale) {
		c.r.Log.Warn("roster not sent: a person decided otherwise since it was planned", zap.String("group", sync.Group), zap.Error(err))
		return deliveryWithdrawn
	}
	if err != nil {
		return c.broken(fmt.Errorf("record intent: %w", err))
	}
	sync.ID = id
	// ---- from here on the world may have changed ----
	sending, stop := graceful(ctx, stopGrace)
	receipt, err := c.r.API.Submit(sending, g.GroupID, members)
	stop()
	if err != nil {
		return c.notDelivered(keep, sync, err)
	}
	sync.RequestID, sync.SubmittedAt = receipt.RequestID, c.r.Now()
	if err := c.r.Store.Accepted(keep, id, receipt, sync.SubmittedAt); err != nil {
		return c.broken(fmt.Errorf("record request id: %w", err))
	}
	first := c.r.Settings.Pace.First(c.mem.expect(g.ExternalReferenceID, len(members)))
	return c.followUp(ctx, sync, first)
}

func (c *courier) followUp(ctx context.Context, sync roster.Sync, first time.Duration) delivery {
	how, end, err := c.r.follow(ctx, sync, c.mem, first, func() {})
	if err != nil {
		return c.broken(err)
	}
	switch how {
	case followedDone:
		c.mu.Lock()
		c.effects[sync.Group] = end
		c.mu.Unlock()
		return deliveryDone
	case followedDenied:
		c.deny()
		return deliveryUnheard
	case followedLeft:
		return deliveryAccepted
	}
	return deliveryFailed
}

// notDelivered records what is known of a request that did not succeed.
func (c *courier) notDelivered(ctx context.Context, sync roster.Sync, cause error) delivery {
	what := fate(cause)
	end := roster.NonDelivery{SyncID: sync.ID, State: roster.SyncRefusedBy, Reason: cause.Error(), At: c.r.Now()}
	failure := roster.Failure{Group: sync.Group, Reason: end.Reason}
	result := deliveryFailed
	switch what {
	case roster.FateUnknown:
		end.State, failure.Kind = roster.SyncNoAnswer, roster.SyncUnknown
	case roster.FateRefused:
		failure.Kind, result = roster.SyncRefused, deliveryRefused
	case roster.FateDenied:
		c.deny()
		result = deliveryUnsent
	case roster.FateUnreached:
		result = deliveryUnsent
	}
	end.Sweep = roster.Sweep{Evaluated: func(roster.Failure) bool { return false }}
	if failure.Kind != "" {
		end.Sweep.Found = []roster.Failure{failure}
	}
	c.r.Log.Warn("sync not delivered", zap.String("group", sync.Group), zap.String("fate", string(what)), zap.Error(cause))
	if err := c.r.Store.NotDelivered(ctx, end); err != nil {
		return c.broken(fmt.Errorf("record refusal: %w", err))
	}
	return result
}

func (c *courier) deny() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denied = true
}

// broken stops everything: what cannot be remembered must not be done.
func (c *courier) broken(err error) delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	return deliveryStopped
}

// graceful returns a context that outlives ctx by grace.
func graceful(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if sleep(longer, grace) {
			cancel()
		}
	})
	return longer, func() { stop(); cancel() }
}
