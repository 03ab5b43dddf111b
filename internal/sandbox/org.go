package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// org is the organisation behind the API: groups, plans, who is subscribed,
// and the syncs that are still to take effect. It knows nothing of HTTP, and
// time is an argument. It is not safe for concurrent use.
type org struct {
	plans  []Plan
	offers map[string]bool // plan ids
	groups []*group        // oldest first
	byID   map[string]*group
	byExt  map[string]*group // by external_reference_id
	home   map[string]*group // reference_id -> the one group that the person belongs to
	rules  map[string][]Rule // by reference_id
	jobs   map[string]*job   // every sync ever accepted, by request_id
	queue  []*job            // those in flight that will complete, soonest first
	took   func(members int) time.Duration
	ids    int
}

// group is one group and its subscribers.
type group struct {
	id, ext, name    string
	created, updated time.Time
	members          map[string]*subscription
	last             time.Time // when the last accepted sync is due
	open             int       // syncs in flight
}

// subscription is one person in one group.
type subscription struct {
	id     string
	row    Member
	planID string
	since  time.Time
	// sync is the number of the last completed sync that listed the person; 0
	// for somebody who was seeded.
	sync int
	// kept says that the group's last sync left the person out and they could
	// not be removed.
	kept bool
}

func newOrg(plans []Plan) *org {
	o := &org{
		plans:  slices.Clone(plans),
		offers: map[string]bool{},
		byID:   map[string]*group{},
		byExt:  map[string]*group{},
		home:   map[string]*group{},
		rules:  map[string][]Rule{},
		jobs:   map[string]*job{},
		took:   DefaultProcessing,
	}
	for _, plan := range plans {
		o.offers[plan.ID] = true
	}
	return o
}

// id makes the next opaque id.
func (o *org) id(prefix string) string {
	o.ids++
	return fmt.Sprintf("%s_%06d", prefix, o.ids)
}

// create adds a group; its external_reference_id must be free.
func (o *org) create(name, ext string, now time.Time) *group {
	g := &group{id: o.id("grp"), ext: ext, name: name, created: now, members: map[string]*subscription{}}
	o.groups = append(o.groups, g)
	o.byID[g.id], o.byExt[ext] = g, g
	return g
}

// update renames a group; "" leaves as it is. It reports whether the
// external_reference_id was free.
func (o *org) update(g *group, name, ext string, now time.Time) bool {
	if other := o.byExt[ext]; other != nil && other != g {
		return false
	}
	if ext != "" {
		delete(o.byExt, g.ext)
		g.ext, o.byExt[ext] = ext, g
	}
	if name != "" {
		g.name = name
	}
	g.updated = now
	return true
}

// references returns who is subscribed, sorted and never nil.
func (g *group) references() []string { return orEmpty(slices.Sorted(maps.Keys(g.members))) }

// subscribe starts a subscription on the row's plan.
func (o *org) subscribe(g *group, row Member, now time.Time) *subscription {
	s := &subscription{id: o.id("grpmbr"), row: row, planID: row.PlanID, since: now}
	g.members[row.ReferenceID] = s
	o.home[row.ReferenceID] = g
	return s
}

// unsubscribe ends the subscription of somebody who has one in g.
func (o *org) unsubscribe(g *group, ref string) {
	delete(g.members, ref)
	if o.home[ref] == g {
		delete(o.home, ref)
	}
}

// refused looks for a rule against one operation on one person.
func (o *org) refused(ref, operation string) (Rule, bool) {
	for _, rule := range o.rules[ref] {
		if rule.covers(operation) {
			return rule, true
		}
	}
	return Rule{}, false
}
