package alert

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
)

// Store is what is remembered of notifications, and what they are about.
type Store interface {
	OpenFailures(ctx context.Context) ([]roster.Failure, error)
	ActiveHolds(ctx context.Context) ([]roster.Hold, error)
	Groups(ctx context.Context) ([]roster.GroupState, error)
	LastRun(ctx context.Context) (run roster.Run, ok bool, err error)
	Told(ctx context.Context) ([]roster.Told, error)

	QueueMessages(ctx context.Context, messages []roster.Message) error
	PendingMessages(ctx context.Context, sender string) ([]roster.Message, error)
	MessageSent(ctx context.Context, id string, now time.Time) error
	MessageFailed(ctx context.Context, id string, next time.Time) error
	GiveUpMessages(ctx context.Context, before, now time.Time) (map[string]int, error)
}

// Target is a configured sender.
type Target struct {
	Recipient
	Sender Sender
}

// Deps are what an Outbox works with.
type Deps struct {
	Store   Store
	Targets []Target
	Metrics *Metrics
	Log     *zap.Logger
	Now     func() time.Time
	// Vouched says whether a run has believed the clock; nil: always. As long as none
	// has, nobody is reminded and nothing given up for its age.
	Vouched func() bool
}

// Outbox decides what to tell, and tells it.
type Outbox struct {
	Deps
	mu      sync.Mutex // one decision at a time
	workers []*worker
}

// New returns an Outbox.
func New(deps Deps) *Outbox {
	if deps.Vouched == nil {
		deps.Vouched = func() bool { return true }
	}
	o := &Outbox{Deps: deps}
	for _, target := range deps.Targets {
		o.workers = append(o.workers, newWorker(deps, target))
	}
	return o
}

const (
	// lookAgain is how often a daemon decides anew beside its runs: for reminders,
	// and for what people decided meanwhile.
	lookAgain = 5 * time.Minute
	// keepAgain is how often a Keeper is told what is open, well within the five
	// minutes that Alertmanager remembers.
	keepAgain = time.Minute
	// giveUpAfter is how long a message is worth sending.
	giveUpAfter = 3 * 24 * time.Hour
)

// Queue decides what to tell and commits it; the workers of Run then send it.
// Without targets it does nothing.
func (o *Outbox) Queue(ctx context.Context) error {
	if len(o.Targets) == 0 {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	world, err := o.world(ctx)
	if err != nil {
		return err
	}
	told, err := o.Store.Told(ctx)
	if err != nil {
		return err
	}
	messages := Decide(world, told, o.recipients(), o.Now())
	if len(messages) == 0 {
		return nil
	}
	for i := range messages {
		messages[i].ID = NewID()
	}
	if err := o.Store.QueueMessages(ctx, messages); err != nil {
		return err
	}
	for _, w := range o.workers {
		w.nudge()
	}
	return nil
}

// NewID names a message.
func NewID() string { return "ntf_" + rand.Text() }

// giveUp ends what is too old to be worth sending, once it was tried: after a week in
// which nothing ran everything is old. What it was about is decided anew, for its sender
// was told nothing.
func (o *Outbox) giveUp(ctx context.Context) {
	if !o.Vouched() {
		return
	}
	given, err := o.Store.GiveUpMessages(ctx, o.Now().Add(-giveUpAfter), o.Now())
	if err != nil {
		if ctx.Err() == nil {
			o.Log.Error("old notifications not given up", zap.Error(err))
		}
		return
	}
	for sender, messages := range given {
		o.Metrics.gaveUp(sender, messages)
		o.Log.Error("notifications given up", zap.String("sender", sender), zap.Int("messages", messages))
	}
}

// world reads what is wrong. The run comes last: if one has begun meanwhile,
// nothing is decided.
func (o *Outbox) world(ctx context.Context) (w World, err error) {
	w.Doubted = !o.Vouched()
	if w.Failures, err = o.Store.OpenFailures(ctx); err != nil {
		return w, err
	}
	if w.Holds, err = o.Store.ActiveHolds(ctx); err != nil {
		return w, err
	}
	groups, err := o.Store.Groups(ctx)
	if err != nil {
		return w, err
	}
	w.Groups = make(map[string]bool, len(groups))
	for _, group := range groups {
		w.Groups[group.ExternalReferenceID] = true
	}
	w.Run, _, err = o.Store.LastRun(ctx)
	return w, err
}

func (o *Outbox) recipients() []Recipient {
	all := make([]Recipient, len(o.Targets))
	for i, target := range o.Targets {
		all[i] = target.Recipient
	}
	return all
}

// Run sends what is queued, decides anew now and then, and tells keepers what is
// open, until ctx ends.
func (o *Outbox) Run(ctx context.Context) {
	if len(o.Targets) == 0 {
		return
	}
	var wait sync.WaitGroup
	defer wait.Wait()
	for _, w := range o.workers {
		wait.Go(func() { w.run(ctx) })
	}
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		if err := o.Queue(ctx); err != nil && ctx.Err() == nil {
			o.Log.Error("notifications not queued", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			o.giveUp(ctx)
		}
	}
}

// Flush sends what is queued and tries again what fails, until nothing is left or
// ctx ends. What is left then is for the next one, unless it is too old.
func (o *Outbox) Flush(ctx context.Context) {
	if len(o.Targets) == 0 {
		return
	}
	var wait sync.WaitGroup
	for _, w := range o.workers {
		wait.Go(func() { w.flush(ctx) })
	}
	wait.Wait()
	if !errors.Is(ctx.Err(), context.Canceled) { // told to stop, it has tried nothing
		o.giveUp(context.WithoutCancel(ctx))
	}
}

// Test sends a message that says that nothing is wrong, past the outbox: whoever
// asks for it wants to see what happens.
func Test(ctx context.Context, target Target, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	if err := target.Sender.Send(ctx, Trial(target.Name, NewID(), now)); err != nil {
		return fmt.Errorf("notify %s: %w", target.Name, err)
	}
	return nil
}
