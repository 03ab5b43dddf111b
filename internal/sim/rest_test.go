package sim_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// comeToRest takes every fault away, lets the administrator decide whatever
// waits, and asserts law 6: everybody is where they belong, and then nothing
// is sent.
func (w *world) comeToRest(ctx context.Context) error {
	if err := w.allUp(ctx); err != nil {
		return err
	}
	for i := range w.employer.workers {
		w.employer.workers[i].broken, w.employer.workers[i].former = false, false
	}
	if err := errors.Join(w.unpinAll(ctx), w.giveUp(ctx)); err != nil {
		return err
	}
	if err := w.pass(w.untilMorning()); err != nil { // no date comes while it is asserted that nothing changes
		return err
	}
	w.tell("at rest")
	for range 9 * min(2, len(w.instances)) { // shards need more, and shorter ones
		if err := w.publish(day{}); err != nil {
			return err
		}
		if err := w.once(ctx, day{}); err != nil {
			return err
		}
		approved := len(w.laws.approval)
		if err := w.decideAll(ctx); err != nil {
			return err
		}
		if w.differs(ctx) == nil {
			break
		}
		if err := errors.Join(w.pass(w.untilNextRound(len(w.laws.approval) > approved)), w.allUp(ctx)); err != nil {
			return err
		}
	}
	if err := w.differs(ctx); err != nil {
		return fmt.Errorf("law 6: %w", err)
	}
	return w.quiet(ctx)
}

// untilNextRound is the time until everybody runs again. Shards have rosters that are
// due to be sent once more whenever they run, and are busy with them. What the groups of
// two shards hold of one move is told one after the other: the old group asks when the
// new one takes them. An approval lasts for a day, so both are given within it only
// where a run follows the first one soon.
func (w *world) untilNextRound(approved bool) time.Duration {
	switch {
	case len(w.instances) == 1:
		return 23 * time.Hour
	case approved:
		return time.Hour
	}
	return 25 * time.Hour
}

// differs says where Vitable and the truth differ. Vitable lists nobody: who is in
// a group that a backup knows nothing of and the exports no more, nobody can tell. They
// stay covered there, and Vitable refuses them elsewhere.
func (w *world) differs(ctx context.Context) error {
	known := map[string]bool{}
	err := w.each(func(in *instance) error {
		states, err := in.proc.store.Groups(ctx)
		for _, state := range states {
			if in.owns(state.ExternalReferenceID) {
				known[state.ExternalReferenceID] = state.HasBaseline
			}
		}
		return err
	})
	want := map[string][]string{}
	for _, one := range w.employer.workers {
		if one.covered(w.today(0)) {
			want[one.group] = append(want[one.group], one.ref)
		}
	}
	forgotten := func(group string) bool { return w.laws.old[w.owner(group)] && !known[group] && len(want[group]) == 0 }
	var kept []string
	for _, group := range allGroups() {
		if forgotten(group) {
			kept = append(kept, w.box.Members(group)...)
		}
	}
	for _, group := range allGroups() {
		if forgotten(group) {
			continue
		}
		want[group] = slices.DeleteFunc(want[group], func(ref string) bool { return slices.Contains(kept, ref) })
		slices.Sort(want[group])
		if got := w.box.Members(group); !slices.Equal(got, want[group]) {
			return fmt.Errorf("%s has %v and should have %v", group, got, want[group])
		}
	}
	return err
}

// quiet asserts that a run after everything came to rest sends nothing, and
// that every request was followed to its end.
func (w *world) quiet(ctx context.Context) error {
	last := 1
	if len(w.laws.old) > 0 {
		last = 2 // after a backup even the plans of subscriptions have to be found out
	}
	for round := range last + 1 {
		before := len(w.box.Ledger())
		if err := errors.Join(w.pass(time.Minute), w.once(ctx, day{})); err != nil {
			return err
		}
		ledger := w.box.Ledger()
		for _, entry := range ledger[before:] {
			if round == last && entry.Call == sandbox.SubmitSync && sentOnTheDay(ledger, entry) {
				return fmt.Errorf("law 6: nothing changed, and %s is sent again", entry.Group)
			}
		}
	}
	inFlight, err := w.inFlight(ctx)
	if err != nil {
		return err
	}
	if len(inFlight) > 0 {
		return fmt.Errorf("law 4: %d requests are forgotten", len(inFlight))
	}
	return nil
}

// sentOnTheDay reports whether a group had a roster in the day before: after a
// day even one that did not change is sent again.
func sentOnTheDay(ledger []sandbox.Entry, one sandbox.Entry) bool {
	return slices.ContainsFunc(ledger, func(e sandbox.Entry) bool {
		return e.Sync != nil && e.Sync.ProcessedAt != nil && e.Group == one.Group && e.Number < one.Number && one.At.Sub(*e.Sync.ProcessedAt) < 24*time.Hour
	})
}
