package plan

import "github.com/rosterd/rosterd/internal/roster"

// outlook is what other groups have to know of a draft as it stands: whether
// it would be sent, and who would leave, come and stay. It is kept until the
// draft changes, because every single move asks for it.
type outlook struct {
	sent  bool
	outs  map[string]bool // reference_ids
	adds  map[string]bool // reference_ids that other groups lose to it
	stays map[string]bool // of people whom another group has, too: whether they are covered for certain
}

// outlook returns that of a draft, as new as the draft.
func (m *maker) outlook(d *draft) *outlook {
	if d.view != nil {
		return d.view
	}
	decision, _ := m.decide(d, d.payload())
	view := &outlook{sent: decision == roster.Submit, outs: map[string]bool{}, adds: map[string]bool{}, stays: map[string]bool{}}
	for _, out := range d.outs {
		view.outs[out.last.Member.ReferenceID] = true
	}
	for i := range d.adds {
		add := &d.adds[i]
		for _, origin := range add.from {
			view.adds[origin.leaver] = true
		}
	}
	for i := range d.stays {
		if ref := d.stays[i].Member.ReferenceID; len(m.enrolledIn[ref]) > 1 {
			view.stays[ref] = !d.stays[i].Maybe
		}
	}
	d.view = view
	return view
}
