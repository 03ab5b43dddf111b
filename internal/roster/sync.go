package roster

import (
	"errors"
	"time"
)

// SyncState is how far one attempt to submit a roster has come.
//
//	intended -> submitted -> completed | abandoned
//	intended -> refused   (certainly not accepted)
//	intended -> unknown   (no answer: it may have been accepted)
type SyncState string

// The states of a sync.
const (
	SyncIntended  SyncState = "intended"
	SyncSubmitted SyncState = "submitted"
	SyncCompleted SyncState = "completed"
	SyncAbandoned SyncState = "abandoned"
	SyncRefusedBy SyncState = "refused"
	SyncNoAnswer  SyncState = "unknown"
)

// Sync is one attempt to submit one group's roster.
type Sync struct {
	ID          int64
	RunID       string
	Group       string // external_reference_id
	GroupID     string
	State       SyncState
	Digest      string // of the payload
	Size        int    // members in the payload
	ConfigHash  string // of the configuration it was planned under
	RequestID   string // "" before it is known
	IntendedAt  time.Time
	SubmittedAt time.Time
	EndedAt     time.Time
	Reason      string // why it was refused, unknown or abandoned
	HoldID      string // the approval that it uses; "" for none
	// Entries is the payload, each member with what the baseline will say of
	// them; Removals are those left out on purpose. Both are kept, encrypted,
	// until the sync has settled.
	Entries  []Enrolled
	Removals []Removal
	Approved int // how many of Removals a person approved
	// Added, Removed and Failed are what Vitable counted; of a completed sync.
	Added, Removed, Failed int
	// AdoptConfig says that completing it makes ConfigHash the baseline's:
	// nothing is held because of a changed configuration.
	AdoptConfig bool
}

// ErrStale says that what a call was about has moved on: another digest, or a
// state that does not allow it any more.
var ErrStale = errors.New("out of date")

// Receipt is Vitable's answer to a submission: accepted, not yet processed.
type Receipt struct {
	RequestID  string
	AcceptedAt time.Time
}

// Outcome is what Vitable says of a request. Done is false while it is in flight.
type Outcome struct {
	Done        bool
	CompletedAt time.Time
	Added       int
	Removed     int
	Failures    []MemberFailure
}

// MemberFailure is one member that Vitable did not add or remove.
type MemberFailure struct {
	ReferenceID string
	Operation   string // add, remove, or a word that newer servers use
	Reason      string // free text of the server
}

// Fate says what is known of a request that did not succeed.
type Fate string

// The fates. Only Unknown may have changed anything.
const (
	// FateUnknown: it may have been accepted.
	FateUnknown Fate = "unknown"
	// FateUnreached: certainly not accepted, and for no fault of the request:
	// nothing listened, or the server asked to come back later.
	FateUnreached Fate = "unreached"
	// FateDenied: the key was refused; no other request will fare better.
	FateDenied Fate = "denied"
	// FateRefused: this request was refused; others may pass.
	FateRefused Fate = "refused"
)
