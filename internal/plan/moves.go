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
		kept := d.carry(roster.CarriedMoving, func(out departure) bool {
			if out.to == "" {
				return false
			}
			to := m.drafts[out.to]
			return to == nil || to.block != "" || !m.selected(out.to)
		})
		d.waiting = d.waiting || kept
	}
}

// settleMoves makes moves safe: nobody leaves a group unless the new one is
// sent with them, nobody enters one unless the old one lets them go, and the
// groups can be put in an order. It only ever carries and postpones, so it ends.
func (m *maker) settleMoves() {
	for {
		m.settleUntilStable()
		loser, gainer := m.findCycle()
		if loser == "" {
			return
		}
		// One direction waits for the next round; coverage never stops.
		d := m.drafts[loser]
		d.carry(roster.CarriedMoving, func(out departure) bool { return out.to == gainer })
		d.again = true
	}
}

func (m *maker) settleUntilStable() {
	for changed := true; changed; {
		changed = false
		for _, name := range m.order {
			d := m.drafts[name]
			if len(d.outs) > 0 {
				why := roster.CarriedMoving
				changed = d.carry(why, func(out departure) bool { return out.to != "" && !m.takes(out) }) || changed
			}
			changed = d.postpone(WaitsForMove, func(add addition) bool {
				return len(m.replaces[add.entry.Member.ReferenceID]) == 0 && !m.letGo(name, add)
			}) || changed
			changed = d.postpone(roster.Rekeyed, func(add addition) bool { return !m.letGo(name, add) }) || changed
		}
	}
}

// takes reports whether the new group of a departure has them already, or is
// sent with them.
func (m *maker) takes(out departure) bool {
	to, ref := m.drafts[out.to], out.last.Member.ReferenceID
	switch {
	case to == nil:
		return false
	case slices.ContainsFunc(to.stays, func(e roster.Enrolled) bool { return e.Member.ReferenceID == ref && !e.Maybe }):
		return true
	}
	named := slices.ContainsFunc(to.adds, func(add addition) bool { return add.replaces(ref) }) ||
		slices.ContainsFunc(to.stays, func(e roster.Enrolled) bool { return e.Member.ReferenceID == ref })
	return named && m.sends(to)
}

// letGo reports whether every old group of an addition is sent without them.
func (m *maker) letGo(to string, add addition) bool {
	for _, origin := range add.from {
		from := m.drafts[origin.group]
		if !from.lets(origin.leaver) || origin.group != to && !m.sends(from) {
			return false
		}
	}
	return true
}

func (m *maker) sends(d *draft) bool {
	decision, _ := m.decide(d, d.entries())
	return decision == roster.Submit
}

// findCycle returns one move that closes a circle of groups which wait for one
// another, "" when there is none.
func (m *maker) findCycle() (loser, gainer string) {
	const entered, left = 1, 2
	seen := map[string]int{}
	var visit func(name string) bool
	visit = func(name string) bool {
		seen[name] = entered
		for _, to := range m.destinations(name) {
			if seen[to] == entered {
				loser, gainer = name, to
				return true
			}
			if seen[to] == 0 && visit(to) {
				return true
			}
		}
		seen[name] = left
		return false
	}
	for _, name := range m.order {
		if seen[name] == 0 && visit(name) {
			break
		}
	}
	return loser, gainer
}

// destinations are the groups, sorted, that take people from this one.
func (m *maker) destinations(name string) []string {
	var to []string
	for _, out := range m.drafts[name].outs {
		if out.to != "" {
			to = append(to, out.to)
		}
	}
	slices.Sort(to)
	return slices.Compact(to)
}
