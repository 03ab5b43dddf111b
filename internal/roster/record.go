package roster

import "time"

// The records say what is written together: each is one transaction.

// Sweep brings the failures up to date with what was just seen.
//
//	| stored              | found | evaluated | becomes                                    |
//	| ------------------- | ----- | --------- | ------------------------------------------ |
//	| –                   | yes   |           | open, count 1                              |
//	| open, acknowledged, | yes   |           | as it was, count + 1, with the new reason  |
//	| snoozed             |       |           |                                            |
//	| resolved            | yes   |           | open, count 1, first seen now              |
//	| not resolved        | no    | yes       | resolved                                   |
//	| not resolved        | no    | no        | as it was: nobody looked                   |
type Sweep struct {
	Found []Failure // of which ID, times, Count and State are not read
	// Evaluated says whether this failure would have been found if it were
	// still there. nil: nothing was looked at.
	Evaluated func(Failure) bool
}

// PlanRecord is what a run knows before the world changes.
type PlanRecord struct {
	Run   Run
	Pulls []Pull
	Good  []string // sources whose pull later ones are judged against
	// Groups are stored with their ids, name, absences and Created. What only
	// an outcome knows stays as it is, except that the groups of AdoptConfig
	// take their ConfigHash.
	Groups      []GroupState
	AdoptConfig []string
	// Holds are what is held now, one of a group at most. The same set keeps
	// its id and state; another set supersedes the one before.
	Holds []Hold
	// LiftHolds are the groups with nothing to hold any more. A group whose
	// approval is about to be used is not one of them.
	LiftHolds []string
	Sweep     Sweep
}

// NonDelivery is an intent that came to nothing, or to nothing that is known.
type NonDelivery struct {
	SyncID int64
	State  SyncState // SyncRefusedBy: certainly not accepted; SyncNoAnswer: perhaps
	Reason string    // never a person's data
	At     time.Time
	Sweep  Sweep // of failures of this group only
}

// Completion is all that the outcome of one request changes.
type Completion struct {
	SyncID   int64
	Outcome  Outcome
	Baseline Baseline // of the group, from now on
	// State is the group's from now on. What an outcome knows is stored:
	// ConfigHash, Delivered, Took, TookMembers, RestoredAfter, Digest; and that the group has a
	// baseline and is not Created any more. The rest is the plan's.
	State    GroupState
	Sweep    Sweep // of failures of this group only
	Events   []Event
	UsedHold string // the approval that it used up; "" for none
	// RemovedUnapproved counts the people removed without an approval.
	RemovedUnapproved int
}
