package sandbox

import (
	"fmt"
	"time"
)

// Ledger returns every request so far, in the order of arrival. What it
// returns is the caller's; a sync in flight is in it as it stands now.
func (s *Server) Ledger() []Entry {
	defer s.enter()()
	return s.ledger.snapshot()
}

// Violations returns the dangerous things that the client did, oldest first:
// a sync of a group that still had one in flight, a sync of a group that does
// not exist, a write to a path that does not exist, keys that the API does not
// have, and people who were sent for one group while another still lists them.
// Then, for each person whom Seed put
// into two groups, that. None is an empty slice.
func (s *Server) Violations() []string {
	defer s.enter()()
	found := append([]string{}, s.ledger.violations...)
	for _, g := range s.org.groups {
		for _, ref := range g.references() {
			if home := s.org.home[ref]; home != g {
				found = append(found, fmt.Sprintf("%s: %s is subscribed here and in %s", g.ext, ref, home.ext))
			}
		}
	}
	return found
}

// Forget empties the ledger and the violations.
func (s *Server) Forget() {
	defer s.enter()()
	s.ledger = ledger{}
}

// Members returns the sorted reference_ids of who is subscribed in a group
// now; nil where there is no such group.
func (s *Server) Members(externalReferenceID string) []string {
	defer s.enter()()
	g := s.org.byExt[externalReferenceID]
	if g == nil {
		return nil
	}
	return g.references()
}

// Member returns one person of a group, and whether they are subscribed.
func (s *Server) Member(externalReferenceID, referenceID string) (Subscriber, bool) {
	defer s.enter()()
	g := s.org.byExt[externalReferenceID]
	if g == nil || g.members[referenceID] == nil {
		return Subscriber{}, false
	}
	m := g.members[referenceID]
	return Subscriber{ID: m.id, Row: m.row, PlanID: m.planID, Since: m.since}, true
}

// Seed subscribes people as if they had always been there: on the plans of
// their rows, in no sync, in place of a subscription that they have in this
// group. A group that does not exist is made, with its
// external_reference_id as its name.
func (s *Server) Seed(externalReferenceID string, members ...Member) {
	defer s.enter()()
	g := s.org.byExt[externalReferenceID]
	if g == nil {
		g = s.org.create(externalReferenceID, externalReferenceID, s.now())
	}
	for _, m := range members {
		s.org.subscribe(g, m, s.now())
	}
}

// AddFault sets one more fault, behind the others. It panics where the fault
// is not valid.
func (s *Server) AddFault(f Fault) {
	added := armAll([]Fault{f})
	defer s.enter()()
	s.faults = append(s.faults, added...)
}

// SetFaults replaces all faults and starts their counts anew; without
// arguments there are none. It panics where one is not valid.
func (s *Server) SetFaults(faults ...Fault) {
	all := armAll(faults)
	defer s.enter()()
	s.faults = all
}

// Refuse adds a Rule: from now on the operation on the person fails, with the
// reason.
func (s *Server) Refuse(referenceID, operation, reason string) {
	defer s.enter()()
	rule := Rule{ReferenceID: referenceID, Operation: operation, Reason: reason}
	s.org.rules[referenceID] = append(s.org.rules[referenceID], rule)
}

// SetRules replaces all rules; without arguments there are none.
func (s *Server) SetRules(rules ...Rule) {
	byRef := map[string][]Rule{}
	for _, rule := range rules {
		byRef[rule.ReferenceID] = append(byRef[rule.ReferenceID], rule)
	}
	defer s.enter()()
	s.org.rules = byRef
}

// SetProcessing changes how long later syncs take; nil is DefaultProcessing.
func (s *Server) SetProcessing(took func(members int) time.Duration) {
	if took == nil {
		took = DefaultProcessing
	}
	defer s.enter()()
	s.org.took = took
}

// WriteOff ends a sync in flight without effect, as the vendor's support might
// end one that is stuck. It reports whether there was one.
func (s *Server) WriteOff(requestID string) bool {
	defer s.enter()()
	return s.org.writeOff(requestID)
}

// enter takes the lock, lets what is due take effect, and returns the unlock.
func (s *Server) enter() func() {
	s.mu.Lock()
	s.org.advance(s.now())
	return s.mu.Unlock
}
