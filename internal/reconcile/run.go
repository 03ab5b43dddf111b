package reconcile

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

const (
	// maxRounds bounds how often one pull is planned anew for what a run does by itself:
	// moves in a circle, plan changes in two steps, and groups that were busy at first.
	maxRounds = 6
	// maxHandovers bounds how often it is planned anew for what other shards did. Every
	// shard may let people go several times, each time at another moment; a run that
	// gave up between two of them would leave those who are let go next without a group.
	maxHandovers = 100
)

// Run makes one run. The returned run is what the store remembers of it; an
// error means that rosterd itself could not go on (its store failed, or another
// process took over), and nothing was sent that is not remembered.
func (r *Reconciler) Run(ctx context.Context, o Options) (roster.Run, error) {
	if err := r.checkClock(ctx); err != nil {
		return roster.Run{}, err
	}
	run := roster.Run{ID: runID(r.Now()), StartedAt: r.Now(), Trigger: o.Trigger, Partial: len(o.Groups) > 0, Outcome: roster.RunRunning}
	keep := context.WithoutCancel(ctx)
	if err := r.Store.StartRun(keep, run); err != nil {
		return run, fmt.Errorf("start run: %w", err)
	}
	r.Metrics.started()
	t := newTally(o.FailOn)
	err := r.steps(ctx, &run, o, t)
	return r.finish(keep, run, t, err)
}

// steps are those of the design's section "A run".
func (r *Reconciler) steps(ctx context.Context, run *roster.Run, o Options, t *tally) error {
	if err := r.Store.Serve(ctx, r.serves(), r.gained); err != nil {
		return fmt.Errorf("take over groups: %w", err)
	}
	m, err := r.recall(ctx, true)
	if err != nil {
		return err
	}
	watch := r.watch(ctx, m)
	err = r.rounds(ctx, run, o, t, m, watch)
	denied, lost := watch.stop()
	t.api = t.api || denied // what an earlier run sent is not delivered as long as its outcome cannot be seen
	return errors.Join(err, lost)
}

// rounds reads the sources and Vitable, and then plans and delivers until
// nothing is left to do.
func (r *Reconciler) rounds(ctx context.Context, run *roster.Run, o Options, t *tally, m *memory, watch *watch) error {
	pulled, vitable, apiErr, err := r.read(ctx, m)
	if err != nil {
		return err
	}
	if apiErr == nil { // only now is the clock known to be right, and an approval that lapsed stays so
		if err := r.Store.ExpireHolds(ctx, r.Now()); err != nil {
			return fmt.Errorf("expire approvals: %w", err)
		}
	}
	run.Sources = results(pulled)
	t.sources(pulled)
	now := round{number: 1, selected: selection(o.Groups), repeat: o.Repeat}
	if apiErr == nil {
		var err error
		if apiErr, err = r.provision(ctx, &vitable, m, pulled, now.selected, false); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		t.interrupted = true
		return nil
	}
	t.short = vitable.short
	if apiErr != nil {
		return r.unreached(ctx, *run, pulled, m, t, apiErr)
	}
	watch.firstLook()
	shards, err := r.attend(ctx, m)
	if err != nil {
		return err
	}
	c := course{r, run, t, m, watch, shards, pulled, vitable}
	return errors.Join(c.proceed(ctx, now), shards.leave(context.WithoutCancel(ctx)))
}

// course is a run that has read everything.
type course struct {
	r       *Reconciler
	run     *roster.Run
	tally   *tally
	mem     *memory
	watch   *watch
	shards  *handover
	pulled  []Pulled
	vitable target
}

// proceed plans and delivers, round by round, until nothing is left to do.
func (c course) proceed(ctx context.Context, now round) error {
	for alone, handovers := 1, 0; ; alone++ {
		p, end, err := c.round(ctx, now)
		if err != nil || c.tally.stopped(ctx) || handovers == maxHandovers {
			return err
		}
		if alone >= maxRounds || !c.r.moreToDo(ctx, p, end, c.mem, c.watch) {
			if more, err := c.shards.goesOn(ctx, &p); err != nil || !more {
				return err
			}
			alone, handovers = 0, handovers+1
		}
		now = round{number: now.number + 1, selected: goOn(p, end), earlier: c.tally}
	}
}

// round plans, makes the plan durable, and delivers it.
func (c course) round(ctx context.Context, now round) (plan.Plan, *courier, error) {
	a, err := c.shards.agree(ctx, func(neighbours *plan.Neighbours) (*plan.Assembly, error) {
		return c.r.propose(ctx, c.mem, c.vitable, c.pulled, now, neighbours)
	})
	if err != nil {
		return plan.Plan{}, nil, err
	}
	c.run.ConfigHash = a.Plan.ConfigHash
	if err := c.r.savePlan(ctx, *c.run, c.pulled, c.mem, a.Plan, now); err != nil {
		return a.Plan, nil, err
	}
	c.r.logPlan(a.Plan, now)
	awaited, offered := toOthers(&a.Plan)
	c.run.Waiting = len(awaited)+len(offered) > 0
	// ---- below this line the world changes ----
	end, err := c.r.deliver(ctx, *c.run, a, c.mem)
	c.tally.round(a.Plan, end)
	return a.Plan, end, err
}

// read pulls the sources and surveys Vitable side by side.
// err is that of the store.
func (r *Reconciler) read(ctx context.Context, m *memory) (pulled []Pulled, t target, apiErr, err error) {
	var wait sync.WaitGroup
	wait.Go(func() { t, apiErr = r.survey(ctx) })
	pulled = r.pullAll(ctx, m.pulls, r.today(r.Now()))
	wait.Wait()
	if apiErr == nil {
		if err := r.checkSkew(); err != nil {
			return pulled, t, nil, err
		}
	}
	return pulled, t, apiErr, r.believeShrunk(ctx, pulled, m)
}

// unreached ends a run that could not list plans and groups: nothing is sent,
// and nobody counts as absent. Whoever has a row again is no longer absent.
func (r *Reconciler) unreached(ctx context.Context, run roster.Run, pulled []Pulled, m *memory, t *tally, cause error) error {
	t.api = true
	r.Log.Error("vitable unavailable", zap.String("run_id", run.ID), zap.Error(cause))
	record := roster.PlanRecord{Run: run, Sweep: surveySweep(pulled), Groups: m.back(pulled)}
	record.Pulls, _ = r.pulls(run, pulled)
	return placed("save pulls", r.Store.SavePlan(ctx, record))
}

// moreToDo reports whether another plan of the same pull would do more: a move
// or a plan change has its second step, or a group that was busy is free now.
// It waits for busy groups.
func (r *Reconciler) moreToDo(ctx context.Context, p plan.Plan, c *courier, m *memory, watch *watch) bool {
	again := false
	var settled time.Time
	waiting := map[string]bool{}
	for i := range p.Groups {
		g := &p.Groups[i]
		again = again || g.Unfinished && c.finishedAny()
		if g.Decision == roster.Blocked && (g.Reason == roster.ReasonInFlight || g.Reason == roster.ReasonSettling) {
			waiting[g.ExternalReferenceID] = true
			if until := m.settledAt(g.ExternalReferenceID); until.After(settled) {
				settled = until
			}
		}
	}
	if len(waiting) == 0 {
		return again
	}
	watch.wait()
	if !sleep(ctx, settled.Sub(r.Now())) {
		return false
	}
	busy := m.at(r.Now()).busy
	for group := range waiting {
		again = again || busy[group] == ""
	}
	return again
}

// goOn selects for the next round what this one did not fail at.
func goOn(p plan.Plan, c *courier) map[string]bool {
	selected := map[string]bool{}
	for i := range p.Groups {
		g := &p.Groups[i]
		end := c.ends[g.ExternalReferenceID]
		through := end == "" || end == deliveryDone || end == deliveryNothing
		if g.Reason != roster.ReasonNotSelected && through {
			selected[g.ExternalReferenceID] = true
		}
	}
	return selected
}

func (c *courier) finishedAny() bool {
	for _, end := range c.ends {
		if end == deliveryDone {
			return true
		}
	}
	return false
}

// finish counts what is open and stamps the run.
func (r *Reconciler) finish(ctx context.Context, run roster.Run, t *tally, cause error) (roster.Run, error) {
	failures, err := r.Store.OpenFailures(ctx)
	cause = errors.Join(cause, err)
	holds, err := r.Store.ActiveHolds(ctx)
	cause = errors.Join(cause, err)
	t.fill(&run, failures, holds)
	if cause != nil {
		run.Outcome, run.ExitCode = roster.RunError, 1
	}
	run.EndedAt = r.Now()
	if errors.Is(cause, ErrClock) {
		run = r.byVitablesClock(run)
	}
	if err := r.Store.FinishRun(ctx, run); err != nil {
		cause = errors.Join(cause, fmt.Errorf("finish run: %w", err))
		run.Outcome, run.ExitCode = roster.RunError, 1
	}
	r.Metrics.ended(run, t.carried)
	r.Log.Info("run ended", zap.String("run_id", run.ID), zap.String("outcome", string(run.Outcome)),
		zap.Int("submitted", run.Groups.Submitted), zap.Int("added", run.Added), zap.Int("changed", run.Changed), zap.Int("removed", run.Removed),
		zap.Int("carried", run.Carried), zap.Int("failures_open", run.Failures), zap.Int("holds_open", run.Holds))
	return run, cause
}

func (r *Reconciler) logPlan(p plan.Plan, now round) {
	counts := map[roster.Decision]int{}
	for i := range p.Groups {
		counts[p.Groups[i].Decision]++
	}
	r.Log.Info("plan made", zap.Int("round", now.number), zap.Int("submit", counts[roster.Submit]), zap.Int("skip", counts[roster.Skip]),
		zap.Int("hold", counts[roster.Held]), zap.Int("blocked", counts[roster.Blocked]))
}

func selection(groups []string) map[string]bool {
	if groups == nil {
		return nil
	}
	selected := map[string]bool{}
	for _, group := range groups {
		selected[group] = true
	}
	return selected
}

// runID names a run so that names sort by time.
func runID(now time.Time) string {
	return "run_" + now.UTC().Format("20060102T150405Z") + "_" + rand.Text()[:6]
}

// Proposal is what a run would do, and what it is based on.
type Proposal struct {
	Plan    plan.Plan
	Sources []roster.SourceResult
}

// Plan makes steps 1 to 5 of a run and touches nothing. The error is that of
// Vitable or of the store; a failed source is a result.
func (r *Reconciler) Plan(ctx context.Context, o Options) (Proposal, error) {
	m, err := r.recall(ctx, false)
	if err != nil {
		return Proposal{}, err
	}
	pulled, vitable, apiErr, err := r.read(ctx, m)
	proposal := Proposal{Sources: results(pulled)}
	if err := errors.Join(apiErr, err); err != nil {
		return proposal, err
	}
	now := round{number: 1, selected: selection(o.Groups)}
	apiErr, err = r.provision(ctx, &vitable, m, pulled, now.selected, true)
	if err := errors.Join(apiErr, err); err != nil {
		return proposal, err
	}
	shards := &handover{r: r, m: m}
	if err := shards.look(); err != nil {
		return proposal, err
	}
	a, err := r.propose(ctx, m, vitable, pulled, now, shards.neighbours())
	if err != nil {
		return proposal, err
	}
	proposal.Plan = a.Plan
	return proposal, nil
}
