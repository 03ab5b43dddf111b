package roster

import "time"

// Enrolled is one person of a baseline.
type Enrolled struct {
	Member Member    // the last record that Vitable accepted for them
	PlanID string    // the plan that they were subscribed under; Member.PlanID may be newer
	Source string    // the source that they were last seen in
	Since  time.Time // when the request that added them was completed
	// Maybe marks people of a request whose fate is unknown, or whose outcome
	// contradicts itself: they may be subscribed, so they can be removed only
	// like anybody who is.
	Maybe bool
}

// Baseline is our best knowledge of who is subscribed in one group, built from
// accepted and completed requests only.
type Baseline struct {
	Members []Enrolled // sorted by reference_id
}

// Digest names the baseline where the payload of the same members would change
// nothing and raise no question: it is that payload's digest. It is "" where
// somebody is doubtful, or was subscribed under another plan than their record has.
func (b Baseline) Digest() string {
	d := NewDigester()
	for i := range b.Members {
		e := &b.Members[i]
		if e.Maybe || e.PlanID != e.Member.PlanID {
			return ""
		}
		d.Member(&e.Member)
	}
	return d.Sum()
}

// Group is a group as Vitable knows it.
type Group struct {
	ID                  string
	ExternalReferenceID string
	Name                string
}

// Plan is a plan that Vitable offers to this organisation.
type Plan struct {
	ID   string
	Name string
}

// GroupState is what rosterd remembers of one group beside its baseline.
type GroupState struct {
	ExternalReferenceID string
	GroupID             string // Vitable's id; "" before it is known
	Name                string
	// Created says that rosterd created this group and has never sent a roster
	// to it: it is empty, whoever else is missing from the baseline.
	Created     bool
	HasBaseline bool
	// RestoredAfter is in doubt of the baseline: the database was restored from
	// a copy when attempts had come to this number, and no roster that was sent
	// later has been completed. Whoever was added between the copy and the
	// restoration is unknown. 0: nothing is in doubt.
	RestoredAfter int64
	Members       int    // size of the baseline
	Digest        string // Baseline.Digest
	ConfigHash    string // of the configuration that the baseline was built under
	Delivered     Delivery
	Absences      map[string]int // reference_id -> complete pulls in a row without them
	// Contested are those whose rows contradicted each other when they were last seen:
	// reference_id -> complete pulls in a row since with nothing but a row that ends
	// their coverage.
	Contested   map[string]int
	Took        time.Duration // how long Vitable took for this group, smoothed; 0: not known
	TookMembers int           // the payload size that Took belongs to
}

// Delivery is the last roster of a group that was completed.
type Delivery struct {
	Digest   string    // of its payload; "" when none was, or when a later attempt has an unknown fate
	At       time.Time // when it was completed
	Failures int       // members that Vitable refused in it
	Retries  int       // deliveries in a row of one payload that had failures
}
