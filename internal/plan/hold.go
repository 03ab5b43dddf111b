package plan

import (
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// guardGroups lets the guard look at every group that can be sent. It returns
// how many people are enrolled, and how many leave without a person's approval.
// Removals that a person approved are not held and do not count.
func (m *maker) guardGroups() (people, leaving int) {
	m.keepImpossibleMoves()
	for _, name := range m.order {
		d := m.drafts[name]
		people += len(d.base)
		if d.block != "" || !m.selected(name) {
			continue
		}
		m.guardGroup(d)
		leaving += len(d.outs) - len(d.approved)
	}
	return people, leaving
}

// keepEverybody carries whoever would leave without a person's approval: in all
// groups together they are too many.
func (m *maker) keepEverybody() {
	for _, name := range m.order {
		d := m.drafts[name]
		if d.block != "" || !m.selected(name) {
			continue
		}
		var rest []roster.Removal
		for _, removal := range d.removals() {
			if !d.approved[removal] {
				rest = append(rest, removal)
			}
		}
		d.keepBack(rest, roster.ReasonRunLimit)
	}
}

// guardGroup holds what the guard holds, unless an approval covers all of it.
func (m *maker) guardGroup(d *draft) {
	suspects := make([]Suspect, 0, len(d.outs))
	for _, out := range d.outs {
		suspects = append(suspects, Suspect{
			Removal:      roster.Removal{ReferenceID: out.last.Member.ReferenceID, Class: out.class},
			SourceShrank: m.fromShrunk(d, &out.last),
			Unheard:      m.in.LeftOut[d.name][out.last.Member.ReferenceID],
		})
	}
	held, reason := Guard(Case{
		Baseline:      len(d.base),
		Remaining:     d.certain(),
		Recent:        m.in.Recent[d.name] + m.returning(d),
		Earlier:       m.in.RemovedNow[d.name],
		ConfigChanged: d.state.ConfigHash != "" && d.state.ConfigHash != m.in.ConfigHash,
		Removals:      suspects,
	}, m.in.Limits)
	asked := held
	if len(held) == 0 {
		asked = d.removals() // an approved run_limit hold covers what this guard lets pass
	}
	if hold, ok := m.in.Holds[d.name]; ok && len(asked) > 0 && covers(hold, m.in.ConfigHash, asked, m.in.Now) {
		d.approve(hold)
		return
	}
	d.keepBack(held, reason)
}

// returning counts those whom a request of unknown fate left out and who are in
// again now: for all that is known they were removed, and count as such.
func (m *maker) returning(d *draft) int {
	n := len(m.in.LeftOut[d.name])
	for _, out := range d.outs {
		if m.in.LeftOut[d.name][out.last.Member.ReferenceID] {
			n--
		}
	}
	return n
}

// approve lets through whom the hold names. Removals that it does not name and
// that the guard lets pass still count.
func (d *draft) approve(hold roster.Hold) {
	d.uses, d.approved = hold.ID, map[roster.Removal]bool{}
	approved := named(hold)
	for _, removal := range d.removals() {
		if approved[removal] {
			d.approved[removal] = true
		}
	}
}

// unused returns the group's approval where people of it have to wait for their
// move and nobody else uses it, nil otherwise: it is kept for when they can go, or come.
func (m *maker) unused(d *draft) *roster.Hold {
	hold, ok := m.in.Holds[d.name]
	if !ok || !live(hold, m.in.ConfigHash, m.in.Now) {
		return nil
	}
	waits := func(r roster.Removal) bool {
		return slices.Contains(d.carried, Carried{r.ReferenceID, roster.CarriedMoving})
	}
	begins := hold.Reason == roster.ReasonNoBaseline && !d.state.HasBaseline && len(d.awaited()) > 0
	if !begins && !slices.ContainsFunc(hold.Removals, waits) {
		return nil
	}
	return &hold
}

// keepBack carries the removals forward and notes that they wait for a person.
func (d *draft) keepBack(held []roster.Removal, reason roster.Reason) {
	if len(held) == 0 {
		return
	}
	set := make(map[string]bool, len(held))
	for _, removal := range held {
		set[removal.ReferenceID] = true
	}
	d.carry(roster.CarriedHeld, func(out *departure) bool { return set[out.last.Member.ReferenceID] })
	if d.hold == nil {
		d.hold = &roster.Hold{Group: d.name, Reason: reason}
	}
	d.hold.Removals = append(d.hold.Removals, held...)
	slices.SortFunc(d.hold.Removals, func(a, b roster.Removal) int {
		if a.ReferenceID < b.ReferenceID {
			return -1
		}
		return 1
	})
}

// seal gives a hold its digest, and the identity and state of the active hold
// where that has the same digest. An approval that has lapsed is none.
func (m *maker) seal(hold *roster.Hold) *roster.Hold {
	hold.ConfigHash = m.in.ConfigHash
	hold.State = roster.HoldOpen
	hold.CreatedAt = m.in.Now
	hold.Digest = HoldDigest(hold.Group, hold.ConfigHash, hold.Removals, hold.Roster)
	active, ok := m.in.Holds[hold.Group]
	lapsed := active.State == roster.HoldApproved && !live(active, m.in.ConfigHash, m.in.Now)
	if ok && active.Digest == hold.Digest && !lapsed {
		return &active
	}
	return hold
}
