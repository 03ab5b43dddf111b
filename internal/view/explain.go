package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// Story is what `rosterd explain` tells of one person.
type Story struct {
	ReferenceID string     `json:"reference_id"`
	Steps       []Step     `json:"steps"` // oldest first
	State       string     `json:"state"` // enrolled, maybe_enrolled, removed, waiting, unknown
	Group       string     `json:"group"`
	LastSync    *time.Time `json:"last_sync"`
	Failures    []Failure  `json:"failures"`
}

// Step is one thing that happened, or that is the case since then.
type Step struct {
	Step   string     `json:"step"`
	At     *time.Time `json:"at"`
	Detail string     `json:"detail"`
}

// The states of a person in a Story.
const (
	StateEnrolled = "enrolled"       // in the baseline
	StateMaybe    = "maybe_enrolled" // in a request whose outcome is not known
	StateRemoved  = "removed"        // a completed request left them out
	StateWaiting  = "waiting"        // the sources name them, something is in the way
	StateUnknown  = "unknown"        // nothing is known of this reference_id
)

// Explain tells what is known of one person. Everything in it is remembered,
// nothing is guessed from the sources.
func Explain(ctx context.Context, s *store.Store, ref string) (Story, error) {
	story := Story{ReferenceID: ref, State: StateUnknown, Steps: []Step{}}
	group, enrolled, found, err := s.FindEnrolled(ctx, ref)
	if err == nil && !found {
		group, enrolled, found, err = findDoubtful(ctx, s, ref)
	}
	if err != nil {
		return story, fmt.Errorf("find person: %w", err)
	}
	events, err := s.EventsOf(ctx, ref)
	if err != nil {
		return story, fmt.Errorf("read events: %w", err)
	}
	failures, err := s.Failures(ctx, store.Filter{ReferenceID: ref})
	if err != nil {
		return story, fmt.Errorf("read failures: %w", err)
	}
	story.Failures = OfFailures(failures)
	for _, e := range events {
		story.Steps = append(story.Steps, Step{Step: e.What, At: moment(e.At), Detail: inGroup(e.Detail, e.Group)})
		story.State, story.Group = fate(story, e)
	}
	switch {
	case found:
		story.enrolled(group, enrolled)
	case len(failures) > 0 && story.State != StateRemoved:
		story.State, story.Group = StateWaiting, failures[0].Group
	}
	for _, f := range failures {
		story.Steps = append(story.Steps, Step{Step: "failure", At: moment(f.FirstSeen), Detail: fmt.Sprintf("%s: %s", f.Kind, f.Reason)})
	}
	if err := story.context(ctx, s, ref); err != nil {
		return story, err
	}
	slices.SortStableFunc(story.Steps, func(a, b Step) int { return compareMoments(a.At, b.At) })
	return story, nil
}

// findDoubtful looks for somebody in the requests whose outcome is not known,
// the last one first.
func findDoubtful(ctx context.Context, s *store.Store, ref string) (group string, e roster.Enrolled, found bool, err error) {
	unsettled, err := s.Unsettled(ctx)
	for _, request := range slices.Backward(unsettled) {
		for _, entry := range request.Entries {
			if entry.Member.ReferenceID == ref {
				entry.Maybe, entry.Since = true, request.IntendedAt
				return request.Group, entry, true, nil
			}
		}
	}
	return "", e, false, err
}

func (s *Story) enrolled(group string, e roster.Enrolled) {
	s.State, s.Group = StateEnrolled, group
	if e.Maybe {
		s.State = StateMaybe
	}
	s.Steps = append(s.Steps, Step{Step: s.State, At: moment(e.Since), Detail: inGroup("last seen in source "+e.Source, group)})
}

// context adds the pin, the hold, the absence and the last sync of the group.
func (s *Story) context(ctx context.Context, from *store.Store, ref string) error {
	holds, err := from.ActiveHolds(ctx)
	if err != nil {
		return fmt.Errorf("read holds: %w", err)
	}
	for _, hold := range holds {
		for _, removal := range hold.Removals {
			if removal.ReferenceID == ref {
				s.Steps = append(s.Steps, Step{
					Step: "hold " + string(hold.State), At: moment(hold.CreatedAt),
					Detail: fmt.Sprintf("removal (%s) is in hold %s: %s", removal.Class, hold.ID, hold.Reason),
				})
			}
		}
		if slices.Contains(hold.Roster, ref) {
			s.Steps = append(s.Steps, Step{
				Step: "hold " + string(hold.State), At: moment(hold.CreatedAt),
				Detail: fmt.Sprintf("is on the roster of hold %s: %s", hold.ID, hold.Reason),
			})
			if s.State == StateUnknown {
				s.State, s.Group = StateWaiting, hold.Group
			}
		}
	}
	groups, err := from.Groups(ctx)
	if err != nil {
		return fmt.Errorf("read groups: %w", err)
	}
	for _, g := range groups {
		if missed := g.Absences[ref]; missed > 0 {
			s.Steps = append(s.Steps, Step{Step: "absent", Detail: fmt.Sprintf("missing from %d complete pulls in a row", missed)})
		}
		if g.ExternalReferenceID == s.Group {
			s.LastSync = moment(g.Delivered.At)
		}
	}
	return nil
}

// fate is what an event makes of a person.
func fate(s Story, e roster.Event) (state, group string) {
	if e.What == "removed" {
		return StateRemoved, e.Group
	}
	return s.State, cmp.Or(s.Group, e.Group)
}

func inGroup(detail, group string) string {
	if group == "" {
		return detail
	}
	return detail + " (group " + group + ")"
}

// compareMoments puts what has no time last.
func compareMoments(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}
