package plan

import (
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// keepImpossibleMoves carries, before the guard counts, everybody whose new
// group cannot be sent whatever else happens: leaving their old group would
// leave them without coverage.
func (m *maker) keepImpossibleMoves() {
	for _, name := range m.order {
		d := m.drafts[name]
		kept := d.carry(roster.CarriedMoving, func(out *departure) bool {
			if out.to == "" {
				return false
			}
			if !m.in.owns(out.to) {
				return !m.handOver(d, out)
			}
			to := m.drafts[out.to]
			return to == nil || to.block != "" || !m.selected(out.to)
		})
		d.waiting = d.waiting || kept
	}
}

// settleMoves makes moves safe: nobody leaves a group unless the new one is
// sent with them, nobody enters one unless the old one lets them go, and the
// groups can be put in an order. It only ever carries and postpones, so it ends
// and what was put in order stays so. Restored groups do not wait for others.
func (m *maker) settleMoves() {
	m.settleUntilStable()
	// One direction of every circle waits for the next round; coverage never stops.
	for loser, gainers := range m.closings() {
		d := m.drafts[loser]
		d.carry(roster.CarriedMoving, func(out *departure) bool { return gainers[out.to] })
		d.again = true
	}
	m.settleUntilStable()
}

func (m *maker) settleUntilStable() {
	for changed := true; changed; {
		changed = false
		for _, name := range m.order {
			d := m.drafts[name]
			if len(d.outs) > 0 {
				why := roster.CarriedMoving
				changed = d.carry(why, func(out *departure) bool { return out.to != "" && !m.takes(name, out) }) || changed
			}
			if d.state.RestoredAfter > 0 {
				continue // whoever arrives may have done so before the restoration: without them they would be dropped
			}
			changed = d.postpone(WaitsForMove, func(add *addition) bool {
				return len(m.replaces[add.entry.Member.ReferenceID]) == 0 && !m.letGo(name, add)
			}) || changed
			changed = d.postpone(roster.Rekeyed, func(add *addition) bool { return !m.letGo(name, add) }) || changed
		}
	}
}

// takes reports whether the new group of a departure has them for certain, or
// is sent with them. Where they are only perhaps covered there, its next outcome
// has to tell first.
func (m *maker) takes(from string, out *departure) bool {
	if !m.in.owns(out.to) {
		return true // handed over: the others were carried
	}
	to, ref := m.drafts[out.to], out.last.Member.ReferenceID
	if to == nil {
		return false
	}
	view := m.outlook(to)
	if certain, ok := view.stays[ref]; ok {
		return certain
	}
	return view.adds[ref] && (view.sent || out.to == from)
}

// letGo reports whether every old group of an addition is sent without them.
func (m *maker) letGo(to string, add *addition) bool {
	for _, origin := range add.from {
		from := m.outlook(m.drafts[origin.group])
		if !from.outs[origin.leaver] || !from.sent && origin.group != to {
			return false
		}
	}
	return true
}

// closings are the moves, by loser and gainer, that close circles of groups
// which wait for one another: those that lead back to a group on the way from
// which the search came. Without them there is an order, and they have one
// among themselves, as all lead towards where the search began.
func (m *maker) closings() map[string]map[string]bool {
	const entered, left = 1, 2
	seen := map[string]int{}
	closing := map[string]map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		seen[name] = entered
		for _, to := range m.destinations(name) {
			switch seen[to] {
			case 0:
				visit(to)
			case entered:
				if closing[name] == nil {
					closing[name] = map[string]bool{}
				}
				closing[name][to] = true
			}
		}
		seen[name] = left
	}
	for _, name := range m.order {
		if seen[name] == 0 {
			visit(name)
		}
	}
	return closing
}

// destinations are the other groups of this shard, sorted, that take people from this
// one.
func (m *maker) destinations(name string) []string {
	var to []string
	for _, out := range m.drafts[name].outs {
		if out.to != "" && out.to != name && m.in.owns(out.to) {
			to = append(to, out.to)
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}
