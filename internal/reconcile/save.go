package reconcile

import (
	"context"
	"slices"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// savePlan makes durable what the run found out and decided. It is the last
// thing before the world changes.
func (r *Reconciler) savePlan(ctx context.Context, run roster.Run, pulled []Pulled, m *memory, p plan.Plan, now round) error {
	record := roster.PlanRecord{Run: run}
	if now.number == 1 {
		record.Pulls, record.Good = r.pulls(run, pulled)
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		if g.Reason == roster.ReasonNotSelected {
			continue
		}
		adopts := g.AdoptConfig && g.Decision == roster.Skip
		if adopts {
			record.AdoptConfig = append(record.AdoptConfig, g.ExternalReferenceID)
		}
		record.Groups = append(record.Groups, m.planned(g.ExternalReferenceID, func(state *roster.GroupState) {
			state.ExternalReferenceID, state.GroupID, state.Name, state.Absences = g.ExternalReferenceID, g.GroupID, g.Name, g.Absences
			state.Contested = g.Contested
			if adopts {
				state.ConfigHash = p.ConfigHash
			}
		}))
		switch {
		case g.Hold != nil:
			record.Holds = append(record.Holds, *g.Hold)
		case g.Decision != roster.Blocked && g.Uses == "":
			record.LiftHolds = append(record.LiftHolds, g.ExternalReferenceID)
		}
	}
	record.LiftHolds = append(record.LiftHolds, m.forgotten(pulled, p, now)...)
	record.Sweep = planSweep(pulled, p, now)
	return placed("save plan", r.Store.SavePlan(ctx, record))
}

// forgotten lists the groups of holds that nothing is left to say about: no
// row and no baseline names them any more.
func (m *memory) forgotten(pulled []Pulled, p plan.Plan, now round) []string {
	if now.selected != nil || !allBelieved(pulled) {
		return nil
	}
	planned := map[string]bool{}
	for i := range p.Groups {
		planned[p.Groups[i].ExternalReferenceID] = true
	}
	var gone []string
	for group := range m.holds {
		if !planned[group] {
			gone = append(gone, group)
		}
	}
	slices.Sort(gone)
	return gone
}

func allBelieved(pulled []Pulled) bool {
	return !slices.ContainsFunc(pulled, isDoubted)
}

func isDoubted(p Pulled) bool { return inDoubt(p.Pull) }

// pulls are the records of the pulls, and the sources whose pull is good.
func (r *Reconciler) pulls(run roster.Run, pulled []Pulled) (all []roster.Pull, good []string) {
	for _, p := range pulled {
		p.Pull.RunID = run.ID
		all = append(all, p.Pull)
		if p.Pull.State == roster.SourceOK {
			good = append(good, p.Pull.Source)
		}
	}
	return all, good
}

// planSweep says which failures this plan found, and which ones it would have
// found: those of groups that it planned and of sources that were believed.
func planSweep(pulled []Pulled, p plan.Plan, now round) roster.Sweep {
	doubted := map[string]bool{}
	for _, one := range pulled {
		doubted[one.Pull.Source] = isDoubted(one)
	}
	planned, mentioned := map[string]bool{}, map[string]bool{}
	for i := range p.Groups {
		g := &p.Groups[i]
		mentioned[g.ExternalReferenceID] = true
		planned[g.ExternalReferenceID] = g.Reason != roster.ReasonNotSelected && g.Reason != roster.ReasonSource
	}
	chosen := func(group string) bool { return now.selected == nil || now.selected[group] }
	found := sourceFailures(pulled)
	for _, failure := range p.Failures {
		if planned[failure.Group] || !mentioned[failure.Group] && (failure.Group == "" || chosen(failure.Group)) {
			found = append(found, failure)
		}
	}
	return roster.Sweep{Found: found, Evaluated: func(f roster.Failure) bool {
		switch {
		case aboutSource(f.Kind):
			return true
		case aboutDelivery(f.Kind):
			return false
		case doubted[f.Source]:
			return false
		case mentioned[f.Group]:
			return planned[f.Group]
		}
		return now.selected == nil && allBelieved(pulled)
	}}
}

// surveySweep is the sweep of a run that could not list plans and groups.
func surveySweep(pulled []Pulled) roster.Sweep {
	return roster.Sweep{Found: sourceFailures(pulled), Evaluated: func(f roster.Failure) bool { return aboutSource(f.Kind) }}
}

func aboutSource(k roster.Kind) bool {
	return k == roster.SourceFailed || k == roster.SourceStale || k == roster.SourceShrank
}

// aboutDelivery reports whether only the outcome of a request can resolve it.
func aboutDelivery(k roster.Kind) bool {
	switch k {
	case roster.RemoteAdd, roster.RemoteRemove, roster.SyncRefused, roster.SyncStuck, roster.SyncUnknown, roster.StateLost:
		return true
	}
	return false
}

// deliverySweep is the sweep of one group's finished request.
func deliverySweep(group string, found ...roster.Failure) roster.Sweep {
	return roster.Sweep{Found: found, Evaluated: func(f roster.Failure) bool {
		return f.Group == group && aboutDelivery(f.Kind)
	}}
}
