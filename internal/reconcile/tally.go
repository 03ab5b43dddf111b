package reconcile

import (
	"context"
	"maps"
	"slices"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// tally counts what a run did, over all its rounds.
type tally struct {
	failOn      map[roster.Concern]bool
	interrupted bool
	api         bool
	short       bool // a group could not be created: its people wait, everybody else does not
	source      bool
	held        bool // a group is over vitable.max_members, or its approval was taken back
	groups      map[string]groupEnd
	carried     map[string]roster.Why // group and reference_id -> why
	unapproved  map[string]plan.Gone  // by group
	unheard     map[string]plan.Gone  // by group, what a roster of the last round lets go whose outcome is not known
	added       int
	removed     int
	changed     int
}

type groupEnd int

const (
	endSkipped groupEnd = iota
	endHeld
	endBlocked
	endFailed
	endSubmitted
)

func newTally(failOn map[roster.Concern]bool) *tally {
	return &tally{failOn: failOn, groups: map[string]groupEnd{}, carried: map[string]roster.Why{}, unapproved: map[string]plan.Gone{}, unheard: map[string]plan.Gone{}}
}

func (t *tally) sources(pulled []Pulled) {
	for _, p := range pulled {
		t.source = t.source || p.Pull.State == roster.SourceBroken || p.Pull.State == roster.SourceOld
	}
}

// round adds what one round planned and delivered.
func (t *tally) round(p plan.Plan, c *courier) {
	for i := range p.Groups {
		g := &p.Groups[i]
		name := g.ExternalReferenceID
		if g.Reason == roster.ReasonNotSelected {
			if _, seen := t.groups[name]; !seen {
				t.groups[name] = endSkipped
			}
			continue
		}
		t.held = t.held || g.Reason == roster.ReasonOverCapacity || c.ends[name] == deliveryWithdrawn
		for _, carried := range g.Carried {
			t.carried[name+"\x00"+carried.ReferenceID] = carried.Why
		}
		t.end(name, g.Decision, c.ends[name])
		if effect, ok := c.effects[name]; ok {
			t.added += effect.added
			t.removed += len(effect.removed)
			t.changed += effect.changed
			t.unapproved[name] = gone(t.unapproved[name], g, effect.removed)
		}
		switch c.ends[name] {
		case deliveryFailed, deliveryAccepted, deliveryUnheard:
			t.unheard[name] = gone(plan.Gone{}, g, leavers(g))
		}
	}
}

// leavers are the people whom a plan lets go.
func leavers(g *plan.Group) []string {
	refs := make([]string, len(g.Removals))
	for i, removal := range g.Removals {
		refs[i] = removal.ReferenceID
	}
	return refs
}

// removedNow counts, by group, whom earlier rounds removed without an approval, or may
// have by a request without an outcome. A group that is selected again is planned anew,
// and counts whom it lets go by itself.
func (t *tally) removedNow(selected map[string]bool) map[string]plan.Gone {
	if t == nil {
		return nil
	}
	all := maps.Clone(t.unapproved)
	for group, more := range t.unheard {
		if before := all[group]; !selected[group] {
			all[group] = plan.Gone{People: before.People + more.People, Absent: before.Absent + more.Absent}
		}
	}
	return all
}

// gone adds to those whom earlier rounds removed without an approval those of one
// more round.
func gone(before plan.Gone, g *plan.Group, removed []string) plan.Gone {
	absent := 0
	for _, removal := range g.Removals {
		if removal.Class == roster.Absent && slices.Contains(removed, removal.ReferenceID) {
			absent++
		}
	}
	return plan.Gone{
		People: before.People + max(0, len(removed)-g.Approved),
		Absent: before.Absent + max(0, absent-g.Approved),
	}
}

// end notes how a group ended; a later round does not take back a submission.
func (t *tally) end(name string, decision roster.Decision, how delivery) {
	end := map[roster.Decision]groupEnd{roster.Skip: endSkipped, roster.Held: endHeld, roster.Blocked: endBlocked}[decision]
	switch how {
	case deliveryDone, deliveryAccepted, deliveryUnheard:
		end = endSubmitted
	case deliveryFailed, deliveryRefused, deliveryUnsent, deliveryStopped:
		end = endFailed
	case deliveryWithdrawn:
		end = endHeld
	}
	t.interrupted = t.interrupted || how == deliveryAccepted || how == deliveryStopped
	t.api = t.api || how == deliveryUnsent || how == deliveryUnheard
	if before, seen := t.groups[name]; seen && before == endSubmitted && end != endFailed {
		return
	}
	t.groups[name] = end
}

// stopped reports whether no other round may follow.
func (t *tally) stopped(ctx context.Context) bool {
	if ctx.Err() != nil {
		t.interrupted = true
	}
	return t.interrupted || t.api
}

// fill writes the counts and the verdict into the run.
func (t *tally) fill(run *roster.Run, failures []roster.Failure, holds []roster.Hold) {
	for _, end := range t.groups {
		switch end {
		case endSkipped:
			run.Groups.Skipped++
		case endHeld:
			run.Groups.Held++
		case endBlocked:
			run.Groups.Blocked++
		case endFailed:
			run.Groups.Failed++
		case endSubmitted:
			run.Groups.Submitted++
		}
	}
	run.Added, run.Removed, run.Changed, run.Carried = t.added, t.removed, t.changed, len(t.carried)
	facts := Facts{Interrupted: t.interrupted, API: t.api || t.short, Source: t.source, Held: t.held, FailOn: t.failOn}
	for _, failure := range failures {
		facts.Failures = append(facts.Failures, failure.Kind)
	}
	for _, hold := range holds {
		if hold.State == roster.HoldOpen {
			run.Holds++
			facts.Held = true
		}
	}
	run.Failures = len(failures)
	run.Outcome, run.ExitCode = Verdict(facts)
}
