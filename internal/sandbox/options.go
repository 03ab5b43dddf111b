package sandbox

import "time"

// Options say what a Server starts with. The zero value is an organisation
// without groups and plans that accepts any key.
type Options struct {
	Groups []Group
	Plans  []Plan
	// Key is the bearer token to ask for; "" accepts any that is not empty.
	Key string
	// Processing says how long a sync of that many members takes; nil is
	// DefaultProcessing.
	Processing func(members int) time.Duration
	Rules      []Rule
	Faults     []Fault
	// OldErrors answers every error in the older shape, {"error": {...}}.
	OldErrors bool
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Group is a group to start with.
type Group struct {
	Name                string
	ExternalReferenceID string
	Members             []Member // subscribed from the start
}

// Plan is a plan of the organisation.
type Plan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Rule refuses one operation on one person, in every sync until it is lifted.
type Rule struct {
	ReferenceID string `json:"reference_id"`
	// Operation is "add" or "remove"; "" is both. "update", which only newer
	// versions of the API know, refuses a changed row of somebody subscribed.
	Operation string `json:"operation,omitempty"`
	Reason    string `json:"reason"`
}

// The operations of a sync on one person.
const (
	opAdd    = "add"
	opRemove = "remove"
	opUpdate = "update"
)

func (r Rule) covers(operation string) bool {
	return r.Operation == operation || r.Operation == "" && operation != opUpdate
}

// Default is a small organisation: three groups, three plans, nobody
// subscribed.
func Default() Options {
	return Options{
		Groups: []Group{
			{Name: "Engineering", ExternalReferenceID: "engineering"},
			{Name: "Operations", ExternalReferenceID: "operations"},
			{Name: "Sales", ExternalReferenceID: "sales"},
		},
		Plans: []Plan{
			{ID: "pln_gold", Name: "Gold"},
			{ID: "pln_silver", Name: "Silver"},
			{ID: "pln_bronze", Name: "Bronze"},
		},
	}
}

// DefaultProcessing is quick enough for a demo and slow enough to be noticed:
// 20 ms and 10 µs for each member.
func DefaultProcessing(members int) time.Duration {
	return 20*time.Millisecond + time.Duration(members)*10*time.Microsecond
}
