package roster

import "time"

// Class says why somebody is removed.
type Class string

// The classes of removal, from the strongest evidence to the weakest.
const (
	Terminated Class = "terminated"  // the row says so and the date has come
	Ineligible Class = "ineligible"  // the row is there, the rules say no
	Moved      Class = "moved"       // a valid row, in another group now
	PlanChange Class = "plan_change" // out for a moment, to come back on another plan
	Replaced   Class = "rekeyed"     // the same person came under another reference_id
	Absent     Class = "absent"      // no row, and the grace is over
)

// Classes lists every class, in a fixed order.
func Classes() []Class {
	return []Class{Terminated, Ineligible, Moved, PlanChange, Replaced, Absent}
}

// Removal is one person who would be left out of a payload, and why.
type Removal struct {
	ReferenceID string `json:"reference_id"`
	Class       Class  `json:"class"`
}

// HoldState is where a hold stands.
type HoldState string

// The states of a hold. Open and rejected ones keep people carried; an
// approved one lets exactly its set through, once.
const (
	HoldOpen       HoldState = "open"
	HoldApproved   HoldState = "approved"
	HoldRejected   HoldState = "rejected"
	HoldUsed       HoldState = "used"       // its set went through
	HoldSuperseded HoldState = "superseded" // another set took its place, or nothing is left to hold
	HoldExpired    HoldState = "expired"    // approved, but not used in time
)

// Hold is a set of removals of one group that waits for a person. At most one
// hold of a group is open, approved or rejected at a time.
type Hold struct {
	ID         string
	Digest     string // of group, exact set with classes, and configuration
	Group      string
	Reason     Reason
	ConfigHash string
	Removals   []Removal // sorted by reference_id; empty for no_baseline
	// Roster are the reference_ids that a no_baseline hold would send. An
	// approval covers any later roster that still has them all.
	Roster    []string
	State     HoldState
	CreatedAt time.Time
	DecidedBy string // who approved or rejected
	DecidedAt time.Time
	Comment   string // why they did
	ExpiresAt time.Time
}
