package plan

import (
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// Neighbours are the other shards, as far as a plan has to know of them. They have the
// groups that are not this one's, and whoever moves to one of those is handed over:
//
//	| the old group's shard                    | the new group's shard                   |
//	| ---------------------------------------- | --------------------------------------- |
//	| carries them, and offers them            | leaves them out, and awaits them        |
//	| removes them, as they are awaited        | leaves them out, as the other has them  |
//	| has them no longer                       | sends them                              |
//
// Where both have them, by an old copy of the database, the old group lets them go. Whoever
// comes to another shard under another reference_id is new there, and nobody is awaited:
// the old group carries them until they are covered under the new one.
type Neighbours struct {
	Owns func(group string) bool // whether a group is this shard's
	Has  func(ref string) bool   // whether another shard covers somebody for all that is known, or is about to
	// Covers reports whether the shard of a group covers somebody for certain, and Awaits
	// whether it sends them to that group as soon as they are let go.
	Covers, Awaits func(ref, group string) bool
}

// owns reports whether a group is this shard's.
func (in *Input) owns(group string) bool { return in.Neighbours == nil || in.Neighbours.Owns(group) }

// elsewhere reports whether another shard has somebody.
func (m *maker) elsewhere(ref string) bool {
	return m.in.Neighbours != nil && m.in.Neighbours.Has(ref)
}

// arrived reports whether the shard of another group covers somebody.
func (m *maker) arrived(p *roster.Person) bool {
	return !m.in.owns(p.Group) && m.in.Neighbours.Covers(p.ReferenceID, p.Group)
}

// handOver reports whether somebody may leave for a group of another shard: it covers
// them, or awaits them. Otherwise they are offered to it. A restored group is sent with
// them first: whom the others await is another set each time that somebody looks, and a
// person can only approve a roster that stays the same.
func (m *maker) handOver(d *draft, out *departure) bool {
	ref, to := out.last.Member.ReferenceID, out.to
	switch {
	case m.in.Neighbours.Covers(ref, to):
		return true
	case d.state.RestoredAfter > 0:
		return false
	case m.in.Neighbours.Awaits(ref, to):
		return true
	}
	d.offered = append(d.offered, Offer{ref, to})
	return false
}

// awaited are the people whom another shard has and who would be sent without them
// there: none, while nothing may be sent for the group.
func (m *maker) awaited(d *draft, made *payload) []string {
	var refs []string
	for _, ref := range d.awaited() {
		if m.elsewhere(ref) {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 || !m.selected(d.name) || d.hold != nil && m.in.Limits.OnExcess == ExcessHold {
		return nil
	}
	with := slices.Clone(made.entries)
	for _, ref := range refs {
		with = append(with, roster.Enrolled{Member: roster.Member{ReferenceID: ref}})
	}
	if limit := m.in.Delivery.MaxMembers; limit > 0 && len(with) > limit || !m.mayStart(d, with) {
		return nil
	}
	return refs
}
