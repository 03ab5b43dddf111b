package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/shard"
)

const (
	// heartbeat is how often a run says that it is at work.
	heartbeat = shard.Presence / 3
	// handoverPatience is how long a run waits for a shard that is not there, or waits
	// itself: all of them begin at about the same time. One that is busy is waited for.
	handoverPatience = 2 * time.Minute
	// handoverLook is how often it looks meanwhile.
	handoverLook = 2 * time.Second
	// maxClaims bounds how often shards that want the same people plan anew.
	maxClaims = 5
)

// Board is where shards tell one another whom they have, await and let go. What is
// published stays until the same shard publishes again.
type Board interface {
	Publish(notice shard.Notice) error
	Others() ([]shard.Notice, error)
}

// owns reports whether a group is this instance's.
func (r *Reconciler) owns(group string) bool { return r.Board == nil || r.Shard.Owns(group) }

// serves names this instance among all; one that is alone is the first of one.
func (r *Reconciler) serves() string {
	if r.Board == nil {
		return shard.Shard{Index: 0, Count: 1}.String()
	}
	return r.Shard.String()
}

// gained reports whether a group is this instance's and was not, when it was another
// shard.
func (r *Reconciler) gained(former, group string) bool {
	was, err := shard.Parse(former)
	return r.owns(group) && (err != nil || !was.Owns(group))
}

// handover is what a run tells the other shards and knows of them. A run without
// other shards has a handover that does nothing.
type handover struct {
	r      *Reconciler
	m      *memory
	others sight     // as of the last look
	began  time.Time // of the run's part that others hear of

	mu   sync.Mutex // guards mine: the heartbeat publishes beside the run
	mine shard.Notice
	stop func() // of the heartbeat
}

// attend tells the others that a run is at work, until leave.
func (r *Reconciler) attend(ctx context.Context, m *memory) (*handover, error) {
	h := &handover{r: r, m: m, began: r.Now(), stop: func() {}}
	if r.Board == nil {
		return h, nil
	}
	if err := errors.Join(h.tell(ctx, nothing), h.look()); err != nil {
		return nil, err
	}
	if silent := r.Shard.Count - 1 - len(h.others.notices); silent > 0 {
		r.Log.Warn("other shards have never told whom they cover; if they have run, ROSTERD_SHARD_DIR is not one directory for all",
			zap.Stringer("shard", r.Shard), zap.Int("silent", silent))
	}
	for _, n := range h.others.notices {
		if n.Ahead(h.others.at) {
			r.Log.Warn("the clock of another shard is ahead of this one; nobody is handed over to it", zap.Stringer("shard", r.Shard), zap.String("other", n.Shard))
		}
	}
	beating, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for sleep(beating, heartbeat) {
			if err := h.publish(shard.Presence, nothing); err != nil {
				r.Log.Error("notice not published", zap.Error(err))
			}
		}
	}()
	h.stop = func() { cancel(); <-done }
	return h, nil
}

// leave tells the others that the run is over, and whom this shard has now.
func (h *handover) leave(ctx context.Context) error {
	h.stop()
	if h.r.Board == nil {
		return nil
	}
	has, doubtful, err := h.has(ctx)
	if err != nil {
		return err
	}
	return h.publish(0, func(n *shard.Notice) { *n = shard.Notice{Has: shard.PeopleOf(has), Doubtful: shard.PeopleOf(doubtful)} })
}

func nothing(*shard.Notice) {}

// publish changes the notice and tells it to the others. The run counts as being at work
// for that long from now; 0: it is over.
func (h *handover) publish(present time.Duration, change func(*shard.Notice)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(&h.mine)
	h.mine.Until = time.Time{}
	if present > 0 {
		h.mine.Until = h.r.Now().Add(present)
	}
	return h.r.Board.Publish(h.mine)
}

// tell publishes whom this shard has, and what else is to be changed.
func (h *handover) tell(ctx context.Context, change func(*shard.Notice)) error {
	has, doubtful, err := h.has(ctx)
	if err != nil {
		return err
	}
	return h.publish(shard.Presence, func(n *shard.Notice) {
		n.Has, n.Doubtful = shard.PeopleOf(has), shard.PeopleOf(doubtful)
		change(n)
	})
}

// has are those who are covered in this shard's groups, or may be, and those of them who
// only may be: requests about them have no outcome yet, those of this run included, or an
// old copy of the database says so. Groups that were this shard's once are not: nobody
// vouches for them here.
func (h *handover) has(ctx context.Context) (refs, doubtful []string, err error) {
	doubts, err := h.doubts(ctx)
	if err != nil {
		return nil, nil, err
	}
	groups := append(h.m.enrolling(), slices.Collect(maps.Keys(doubts))...)
	slices.Sort(groups)
	for _, group := range slices.Compact(groups) {
		if !h.r.owns(group) {
			continue
		}
		base, err := h.r.baseline(ctx, h.m, group)
		if err != nil {
			return nil, nil, err
		}
		base = plan.Doubt(base, doubts[group])
		restored := h.m.state(group).RestoredAfter > 0
		for i := range base.Members {
			ref := base.Members[i].Member.ReferenceID
			refs = append(refs, ref)
			if base.Members[i].Maybe || restored {
				doubtful = append(doubtful, ref)
			}
		}
		for _, request := range doubts[group] {
			for _, removal := range request.Removals {
				doubtful = append(doubtful, removal.ReferenceID)
			}
		}
	}
	return refs, doubtful, nil
}

// doubts are, by group, the requests that have no outcome.
func (h *handover) doubts(ctx context.Context) (map[string][]roster.Sync, error) {
	unsettled, err := h.r.Store.Unsettled(ctx)
	if err != nil {
		return nil, fmt.Errorf("recall requests: %w", err)
	}
	byGroup := map[string][]roster.Sync{}
	for _, request := range unsettled {
		byGroup[request.Group] = append(byGroup[request.Group], request)
	}
	return byGroup, nil
}

// additions are those whom a plan would send anew.
func additions(p *plan.Plan) (refs []string) {
	for i := range p.Groups {
		if g := &p.Groups[i]; g.Decision == roster.Submit {
			refs = append(refs, g.Adds...)
		}
	}
	return refs
}

// sight is what one look at the other shards showed. It stays as it is when the others
// go on: the payload of a plan is made again when it is sent, and has to be the same.
type sight struct {
	notices []shard.Notice
	at      time.Time
	count   int // of all shards
}

// look reads what the others say.
func (h *handover) look() error {
	if h.r.Board == nil {
		return nil
	}
	notices, err := h.r.Board.Others()
	h.others = sight{notices, h.r.Now(), h.r.Shard.Count}
	return err
}

// neighbours are the others as the last look showed them.
func (h *handover) neighbours() *plan.Neighbours {
	if h.r.Board == nil {
		return nil
	}
	return &plan.Neighbours{Owns: h.r.owns, Has: h.others.have, Covers: h.others.cover, Awaits: h.others.await}
}

// cover reports whether the shard of a group has somebody for certain.
func (s sight) cover(ref, group string) bool {
	owner := shard.Owner(group, s.count)
	return slices.ContainsFunc(s.notices, func(n shard.Notice) bool { return n.Is(owner) && n.Covers(ref) })
}

// await reports whether the shard of a group awaits somebody there, and is at work.
func (s sight) await(ref, group string) bool {
	owner := shard.Owner(group, s.count)
	return slices.ContainsFunc(s.notices, func(n shard.Notice) bool { return n.Is(owner) && n.Live(s.at) && n.Awaits[ref] == group })
}

// have reports whether another shard has somebody, for all that it knows.
func (s sight) have(ref string) bool {
	return slices.ContainsFunc(s.notices, func(n shard.Notice) bool { return n.Has.Have(ref) })
}

// busy reports whether a shard may yet let somebody go who is awaited, or take somebody
// who is offered, before it waits itself. It may be following a roster for longer than
// anybody would wait for a shard that is not there.
func (s sight) busy(awaited []string, offered []plan.Offer) bool {
	return slices.ContainsFunc(s.notices, func(n shard.Notice) bool {
		gains := func(o plan.Offer) bool { return n.Is(shard.Owner(o.To, s.count)) }
		return n.Busy(s.at) && (slices.ContainsFunc(awaited, n.Has.Have) || slices.ContainsFunc(offered, gains))
	})
}

// errContested says that shards want the same people again and again.
var errContested = errors.New("another shard wants the same people; they are all told apart by the sources, so the next run settles it")

// agree makes a plan that no other shard's contradicts: whom it would add is told to the
// others first, and then looked for among theirs. Where two want somebody at the same
// moment at least one of them sees it, and leaves them out.
func (h *handover) agree(ctx context.Context, propose func(*plan.Neighbours) (*plan.Assembly, error)) (*plan.Assembly, error) {
	for range maxClaims {
		if err := h.look(); err != nil {
			return nil, err
		}
		a, err := propose(h.neighbours())
		if err != nil || h.r.Board == nil {
			return a, err
		}
		has, doubtful, err := h.has(ctx)
		if err != nil {
			return nil, err
		}
		mine, more := shard.PeopleOf(has), additions(&a.Plan)
		err = h.publish(shard.Presence, func(n *shard.Notice) {
			n.Has, n.Doubtful = shard.PeopleOf(append(has, more...)), shard.PeopleOf(append(doubtful, more...))
			n.Awaits, n.Waits = awaits(&a.Plan), false
		})
		if err := errors.Join(err, h.look()); err != nil {
			return nil, err
		}
		contested := func(ref string) bool { return !mine.Have(ref) && h.others.have(ref) }
		if !slices.ContainsFunc(more, contested) {
			return a, nil
		}
	}
	return nil, fmt.Errorf("plan groups: %w", errContested)
}

// awaits are the people whom a plan takes as soon as another shard lets them go, and
// the group that does.
func awaits(p *plan.Plan) map[string]string {
	groups := map[string]string{}
	for i := range p.Groups {
		for _, ref := range p.Groups[i].Awaited {
			groups[ref] = p.Groups[i].ExternalReferenceID
		}
	}
	return groups
}

// toOthers are whom a plan leaves to other shards: people whom they have to let go, and
// people whom they have to take.
func toOthers(p *plan.Plan) (awaited []string, offered []plan.Offer) {
	for i := range p.Groups {
		awaited = append(awaited, p.Groups[i].Awaited...)
		offered = append(offered, p.Groups[i].Offered...)
	}
	return awaited, offered
}

// goesOn waits for what the last plan left to other shards, and reports whether another
// round would do more: somebody who is awaited was let go, or somebody who is offered
// is awaited now.
func (h *handover) goesOn(ctx context.Context, p *plan.Plan) (bool, error) {
	if h.r.Board == nil {
		return false, nil
	}
	if err := h.tell(ctx, func(n *shard.Notice) { n.Waits = true }); err != nil {
		return false, err
	}
	awaited, offered := toOthers(p)
	if len(awaited)+len(offered) == 0 {
		return false, nil
	}
	let := func(ref string) bool { return !h.others.have(ref) }
	wanted := func(o plan.Offer) bool {
		return h.others.cover(o.ReferenceID, o.To) || h.others.await(o.ReferenceID, o.To)
	}
	for busy := h.r.Now(); ; {
		if err := h.look(); err != nil {
			return false, err
		}
		if slices.ContainsFunc(awaited, let) || slices.ContainsFunc(offered, wanted) {
			return true, nil
		}
		now := h.r.Now()
		if h.others.busy(awaited, offered) {
			busy = now
		}
		if now.Sub(busy) >= handoverPatience || now.Sub(h.began) >= h.r.Settings.Deadline || !sleep(ctx, handoverLook) {
			return false, nil
		}
	}
}
