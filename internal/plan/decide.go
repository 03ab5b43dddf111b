package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// maxRetryWait caps how long members that Vitable refused wait to be tried again.
const maxRetryWait = 24 * time.Hour

// decide says what to do with a group whose payload is known.
//
//	| the group                                         | decision | reason           |
//	| ------------------------------------------------- | -------- | ---------------- |
//	| is in doubt, missing or busy                      | blocked  | which            |
//	| is not among the selected ones                    | skip     | not_selected     |
//	| has nobody to cover, and nobody who is covered *  | skip     | nobody           |
//	| is over vitable.max_members                       | hold     | over_capacity    |
//	| stood there before rosterd, not approved          | hold     | no_baseline      |
//	| was restored from a copy, not approved            | hold     | no_baseline      |
//	| has held removals, on_excess: hold                | hold     | of the guard     |
//	| never had a roster from here                      | submit   | first_sync       |
//	| its last roster was refused or has an unknown fate | submit  | not_delivered    |
//	| was restored from a copy, approved                | submit   | not_delivered    |
//	| differs from the delivered roster                 | submit   | changed          |
//	| is the same, and retries of failures are due **   | submit   | retry_failures   |
//	| is the same, and resubmit_unchanged has passed    | submit   | resubmit         |
//	| is the same, with held removals                   | hold     | of the guard     |
//	| is the same                                       | skip     | unchanged        |
//
// (*) and nobody whose move waits for an approval of its first roster.
// (**) or who was refused may come now, as another group lets them go, or may go, as
// another group waits for them: kept here, they would wait for the retry out of sight.
func (m *maker) decide(d *draft, p *payload) (roster.Decision, roster.Reason) {
	switch {
	case !m.selected(d.name):
		return roster.Skip, roster.ReasonNotSelected
	case d.block != "":
		return roster.Blocked, d.block
	case d.covered == 0 && p.size == 0 && (len(d.awaited()) == 0 || m.mayStart(d, nil)):
		return roster.Skip, roster.ReasonNobody
	case m.in.Delivery.MaxMembers > 0 && p.size > m.in.Delivery.MaxMembers:
		return roster.Held, roster.ReasonOverCapacity
	case !m.mayStart(d, p.entries):
		return roster.Held, roster.ReasonNoBaseline
	case d.hold != nil && m.in.Limits.OnExcess == ExcessHold && d.state.RestoredAfter == 0: // else it is the roster that was approved
		return roster.Held, d.hold.Reason
	case !d.state.HasBaseline:
		return roster.Submit, roster.ReasonFirst
	}
	return m.due(d, p.digest)
}

// mayStart reports whether a roster may be sent: the group has a baseline or a
// roster under way already and was not restored from a copy since, rosterd
// created it, a person approved this roster, or the operator vouches for every
// first roster and no source is in doubt: who is missing then, nobody could tell.
//
// Whoever waits for a move is covered where they are and comes later. If the approval
// wanted all of them at once, those whom one group let go would be covered nowhere
// until the last other group does. Of a restored group nobody knows whether they moved
// before, and it is not sent without them.
func (m *maker) mayStart(d *draft, entries []roster.Enrolled) bool {
	created := d.state.Created && d.state.GroupID == m.in.Known[d.name].ID
	if d.state.RestoredAfter == 0 && (d.state.HasBaseline || d.covered > 0 || created) {
		return true
	}
	var waiting []string
	if d.state.RestoredAfter == 0 {
		waiting = d.awaited()
	}
	if hold, ok := m.in.Holds[d.name]; ok && adopts(hold, m.in.ConfigHash, entries, waiting, m.in.Now) {
		return true
	}
	return m.in.Limits.FirstSync == FirstAllow && !m.anySource(shrank)
}

// due decides about a group that has a baseline and that nothing stands against.
func (m *maker) due(d *draft, digest string) (roster.Decision, roster.Reason) {
	delivered := d.state.Delivered
	since := m.in.Now.Sub(delivered.At)
	switch {
	case delivered.Digest == "" || d.state.RestoredAfter > 0:
		return roster.Submit, roster.ReasonNotDelivered
	case delivered.Digest != digest:
		return roster.Submit, roster.ReasonChanged
	case delivered.Failures > 0 && (d.welcomes() || d.handsOn() || since >= m.retryWait(d)):
		return roster.Submit, roster.ReasonRetry
	case delivered.Failures == 0 && m.in.Delivery.ResubmitUnchanged > 0 && since >= m.in.Delivery.ResubmitUnchanged:
		return roster.Submit, roster.ReasonResubmit
	case d.hold != nil && d.hold.State != roster.HoldRejected:
		return roster.Held, d.hold.Reason
	}
	return roster.Skip, roster.ReasonUnchanged
}

// retryWait is how long the members whom Vitable refused wait to be tried again. Where a
// group of another shard may have them, of which nobody here knows, it never gets
// longer: once that one lets them go they are covered nowhere.
func (m *maker) retryWait(d *draft) time.Duration {
	if m.in.Neighbours != nil && len(d.adds) > 0 {
		return m.in.Delivery.RetryFailures
	}
	return retryWait(m.in.Delivery.RetryFailures, d.state.Delivered.Retries)
}

// retryWait doubles the first wait with every delivery that had failures, up
// to a day, or to the first wait where that is longer.
func retryWait(first time.Duration, retries int) time.Duration {
	wait := first
	for range retries - 1 {
		if wait >= maxRetryWait {
			return wait
		}
		wait = min(2*wait, maxRetryWait)
	}
	return wait
}

func digestOf(entries []roster.Enrolled) string {
	d := roster.NewDigester()
	for i := range entries {
		d.Member(&entries[i].Member)
	}
	return d.Sum()
}

// finish turns a draft into its part of the plan; show is false for groups
// that nobody needs to hear of.
func (m *maker) finish(d *draft) (g Group, show bool) {
	made := d.payload()
	if d.covered == 0 && !d.state.HasBaseline && made.size == 0 && len(d.leftOut) == 0 {
		return Group{}, false
	}
	if d.hold != nil {
		d.hold = m.seal(d.hold)
	}
	g = Group{ExternalReferenceID: d.name, GroupID: d.state.GroupID, Name: d.state.Name, Baseline: d.covered}
	if known, ok := m.in.Known[d.name]; ok && !m.isAnother(d, known) {
		g.GroupID, g.Name = known.ID, known.Name
	}
	g.Decision, g.Reason = m.decide(d, made)
	if g.Decision == roster.Blocked {
		m.blockedFailures(d)
		if d.block != roster.ReasonSource {
			g.Absences, g.Contested = d.absent, d.contested
		} else {
			g.Absences, g.Contested = d.state.Absences, d.state.Contested
		}
		return g, true
	}
	m.fill(d, &g, made)
	d.problem = slices.DeleteFunc(d.problem, func(f roster.Failure) bool {
		return f.Kind == roster.Rekeyed && d.lets(f.ReferenceID) // an approval settles it
	})
	m.tellHolds(d, &g)
	sortGroup(&g)
	return g, true
}

// fill tells everything that a group would have and do.
func (m *maker) fill(d *draft, g *Group, made *payload) {
	g.Entries, g.Payload, g.Digest = made.entries, made.size, made.digest
	g.Changes, g.Removals, g.Carried, g.LeftOut = d.changes, d.removals(), d.carried, d.leftOut
	g.Absences, g.Contested, g.Hold = d.absent, d.contested, d.hold
	g.Offered, g.Awaited = d.offered, m.awaited(d, made)
	g.Uses, g.Approved = d.used()
	for i := range d.adds {
		add := &d.adds[i]
		g.Adds = append(g.Adds, add.entry.Member.ReferenceID)
		m.arrive(d, g, add)
	}
	carried := make(map[string]bool, len(d.carried))
	for _, c := range d.carried {
		carried[c.ReferenceID] = true
	}
	for i := range d.stays {
		// Doubtful people who stay are added again: only that makes them certain.
		if ref := d.stays[i].Member.ReferenceID; d.stays[i].Maybe && !carried[ref] {
			g.Adds = append(g.Adds, ref)
		}
	}
	g.Unfinished = d.again || g.Decision == roster.Submit && (d.movesLater() ||
		slices.ContainsFunc(g.Removals, m.comesBack))
	g.AdoptConfig = (d.state.HasBaseline || d.state.ConfigHash != "") && d.hold == nil && !d.waiting
}

// comesBack reports whether a removal is the first of two steps: on another plan,
// or for another person under the same reference_id.
func (m *maker) comesBack(r roster.Removal) bool {
	return r.Class == roster.PlanChange || r.Class == roster.Replaced && m.census.Person(r.ReferenceID) != nil
}

// arrive notes the groups that have to let go of an addition first. A restored
// group gives them the time for it, but is sent with the addition anyway.
func (m *maker) arrive(d *draft, g *Group, add *addition) {
	for _, origin := range add.from {
		restored := d.state.RestoredAfter > 0
		switch {
		case origin.group == g.ExternalReferenceID, restored && !m.drafts[origin.group].lets(origin.leaver):
			continue
		case restored:
			g.After = append(g.After, origin.group)
			continue
		}
		g.Arrivals = append(g.Arrivals, Arrival{ReferenceID: add.entry.Member.ReferenceID, From: origin.group, Leaver: origin.leaver})
		g.After = append(g.After, origin.group)
	}
}

// tellHolds makes the hold and the failure of a group that waits for a person.
func (m *maker) tellHolds(d *draft, g *Group) {
	switch g.Reason {
	case roster.ReasonNoBaseline:
		m.holdFirst(d, g)
	case roster.ReasonOverCapacity:
		d.fail(nil, "", roster.Problem{Kind: roster.OverCapacity}, "the roster has more members than vitable.max_members")
	}
	if g.Decision == roster.Submit && (!d.state.HasBaseline || d.state.RestoredAfter > 0) {
		if hold, ok := m.in.Holds[d.name]; ok && hold.Reason == roster.ReasonNoBaseline && hold.State == roster.HoldApproved {
			g.Uses = hold.ID
		}
	}
	if d.hold != nil && d.hold.State != roster.HoldRejected {
		d.fail(nil, "", roster.Problem{Kind: roster.RemovalsHeld}, "removals wait for approval: "+string(d.hold.Reason))
	}
	switch {
	case g.Uses != "":
		g.Hold = nil // one hold at a time: what else is held asks when this one is used
	case g.Hold == nil:
		g.Hold = m.unused(d)
	}
}

// holdFirst holds the first roster of a group that stood there before. A
// rejected hold is silent.
func (m *maker) holdFirst(d *draft, g *Group) {
	hold := &roster.Hold{Group: d.name, Reason: roster.ReasonNoBaseline}
	for i := range g.Entries {
		hold.Roster = append(hold.Roster, g.Entries[i].Member.ReferenceID)
	}
	if len(g.Entries) == 0 {
		hold.Roster = d.awaited()
	}
	g.Hold = m.seal(hold)
	why := "the group existed before rosterd knew it; whoever is subscribed and missing here would be removed"
	if d.state.RestoredAfter > 0 {
		why = "the database was restored; whoever was added since the copy was made and is missing here would be removed"
	}
	if g.Hold.State != roster.HoldRejected {
		d.fail(nil, "", roster.Problem{Kind: roster.NoBaseline}, why)
	}
}

// blockedFailures keeps the failures that are still facts in a blocked group.
func (m *maker) blockedFailures(d *draft) {
	switch d.block {
	case roster.ReasonSource:
		d.problem = nil // what a failed source says, or does not say, proves nothing
	case roster.ReasonGroupMissing:
		reason := "Vitable does not list this group"
		if _, ok := m.in.Known[d.name]; ok {
			reason = "Vitable lists another group under this external_reference_id than the one that has the people"
		}
		d.fail(nil, "", roster.Problem{Kind: roster.GroupMissing}, reason)
	}
}

func sortGroup(g *Group) {
	slices.Sort(g.Adds)
	slices.Sort(g.Changes)
	slices.Sort(g.After)
	g.After = slices.Compact(g.After)
	slices.SortFunc(g.Removals, func(a, b roster.Removal) int { return strings.Compare(a.ReferenceID, b.ReferenceID) })
	slices.SortFunc(g.Carried, func(a, b Carried) int { return strings.Compare(a.ReferenceID, b.ReferenceID) })
	slices.SortFunc(g.LeftOut, func(a, b LeftOut) int { return strings.Compare(a.ReferenceID, b.ReferenceID) })
}
