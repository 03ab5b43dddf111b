package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
)

// target is what Vitable offers.
type target struct {
	plans  map[string]bool
	groups map[string]roster.Group // by external_reference_id
	short  bool                    // a group is missing because Vitable could not be reached or refused the key
}

// fate says what an error of the API is known to mean.
func fate(err error) roster.Fate {
	var told interface{ Fate() roster.Fate }
	if errors.As(err, &told) {
		return told.Fate()
	}
	return roster.FateUnknown
}

// survey lists all plans and groups. Part of a list is worse than none: every
// plan that it lacks would make people unsendable.
func (r *Reconciler) survey(ctx context.Context) (target, error) {
	t := target{plans: map[string]bool{}, groups: map[string]roster.Group{}}
	plans, err := r.API.Plans(ctx)
	if err != nil {
		return t, fmt.Errorf("list plans: %w", err)
	}
	for _, p := range plans {
		t.plans[p.ID] = true
	}
	groups, err := r.API.Groups(ctx)
	if err != nil {
		return t, fmt.Errorf("list groups: %w", err)
	}
	for _, g := range groups {
		if g.ExternalReferenceID == "" {
			continue // made by hand at Vitable; no row can mean it
		}
		if _, twice := t.groups[g.ExternalReferenceID]; twice {
			return t, fmt.Errorf("list groups: two groups with external_reference_id %q", g.ExternalReferenceID)
		}
		t.groups[g.ExternalReferenceID] = g
	}
	return t, nil
}

// provision creates the groups that people need and Vitable lacks, and renames
// those whose name drifted, where the configuration asks for it. In a dry run
// it only pretends. What goes wrong is told and leaves the group missing; apiErr
// is that the list could not be read again, err that of the store.
func (r *Reconciler) provision(ctx context.Context, t *target, m *memory, pulled []Pulled, only map[string]bool, dry bool) (apiErr, err error) {
	if r.Settings.CreateMissing {
		for _, group := range wanted(pulled, *t) {
			if !r.owns(group) {
				continue
			}
			if m.state(group).HasBaseline || only != nil && !only[group] {
				continue // a group that had people and vanished is not made anew: somebody has to look
			}
			if apiErr, err := r.create(ctx, t, m, group, dry); apiErr != nil || err != nil {
				return apiErr, err
			}
		}
	}
	if r.Settings.Rename && !dry {
		r.rename(ctx, t, only)
	}
	return nil, nil
}

// rename gives groups whose name drifted the one that the configuration has.
func (r *Reconciler) rename(ctx context.Context, t *target, only map[string]bool) {
	for _, group := range slices.Sorted(maps.Keys(r.Settings.Names)) {
		known, ok := t.groups[group]
		if name := r.Settings.Names[group]; ok && r.owns(group) && name != "" && name != known.Name && (only == nil || only[group]) {
			renamed, err := r.API.RenameGroup(ctx, known.ID, name)
			if err != nil {
				r.Log.Warn("group not renamed", zap.String("group", group), zap.Error(err))
				continue
			}
			t.groups[group] = renamed
		}
	}
}

// wanted lists, sorted, the groups that Vitable lacks and sendable people name.
func wanted(pulled []Pulled, t target) []string {
	var missing []string
	for _, p := range pulled {
		for _, group := range p.People.Groups() {
			if _, ok := t.groups[group]; ok {
				continue
			}
			sendable := func(p roster.Person) bool { return p.Sendable() && t.plans[p.Member.PlanID] }
			if slices.ContainsFunc(p.People.People(group), sendable) {
				missing = append(missing, group)
			}
		}
	}
	slices.Sort(missing)
	return slices.Compact(missing)
}

// create makes one group. When Vitable refuses it, or does not answer, it may
// be there all the same: the list tells.
func (r *Reconciler) create(ctx context.Context, t *target, m *memory, group string, dry bool) (apiErr, err error) {
	name := r.Settings.Names[group]
	if name == "" {
		name = group
	}
	if dry {
		t.groups[group] = roster.Group{ExternalReferenceID: group, Name: name}
		m.planned(group, func(s *roster.GroupState) {
			*s = roster.GroupState{ExternalReferenceID: group, Name: name, Created: true}
		})
		return nil, nil
	}
	made, err := r.API.CreateGroup(ctx, name, group)
	ours := err == nil
	if err != nil {
		r.Log.Warn("group not created", zap.String("group", group), zap.Error(err))
		again, listErr := r.survey(ctx)
		if listErr != nil {
			return listErr, nil
		}
		found, ok := again.groups[group]
		if !ok {
			t.short = t.short || fate(err) == roster.FateDenied || fate(err) == roster.FateUnreached
			return nil, nil
		}
		// After a refusal the group is somebody else's; after silence it is the
		// one we asked for, which was not there a moment ago.
		made, ours = found, fate(err) == roster.FateUnknown
	}
	t.groups[group] = made
	state := roster.GroupState{ExternalReferenceID: group, GroupID: made.ID, Name: made.Name, Created: ours}
	m.planned(group, func(s *roster.GroupState) { *s = state })
	return nil, placed("remember created group", r.Store.GroupCreated(context.WithoutCancel(ctx), state))
}
