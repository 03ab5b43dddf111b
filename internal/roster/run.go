package roster

import "time"

// Decision is what a run does with one group.
type Decision string

// The decisions. Each comes with a Reason.
const (
	Submit  Decision = "submit"
	Skip    Decision = "skip"
	Held    Decision = "hold"
	Blocked Decision = "blocked"
)

// Decisions lists every decision, in a fixed order.
func Decisions() []Decision { return []Decision{Submit, Skip, Held, Blocked} }

// Why says why somebody is carried forward with the last accepted record.
type Why string

// Why people are carried.
const (
	CarriedInvalid Why = "invalid"
	CarriedAbsent  Why = "absent"
	CarriedHeld    Why = "held"
	CarriedPinned  Why = "pinned"
	// CarriedMoving: they move to a group that cannot take them in this step.
	CarriedMoving Why = "moving"
)

// Whys lists every Why, in a fixed order.
func Whys() []Why {
	return []Why{CarriedInvalid, CarriedAbsent, CarriedHeld, CarriedPinned, CarriedMoving}
}

// Reason is the named reason of a decision or a hold. The same word reaches
// log, metric, database and page.
type Reason string

// The reasons of decisions.
const (
	ReasonChanged       Reason = "changed"         // submit: the roster differs from the delivered one
	ReasonFirst         Reason = "first_sync"      // submit: the first roster of this group
	ReasonNotDelivered  Reason = "not_delivered"   // submit: the last attempt was refused, or its fate is unknown
	ReasonRetry         Reason = "retry_failures"  // submit: the last outcome had failures
	ReasonResubmit      Reason = "resubmit"        // submit: unchanged, sent again to heal drift
	ReasonUnchanged     Reason = "unchanged"       // skip
	ReasonNobody        Reason = "nobody"          // skip: nobody to cover, and nobody known to be covered
	ReasonNotSelected   Reason = "not_selected"    // skip: this run is about other groups
	ReasonSource        Reason = "source_failed"   // blocked: a source that feeds it is in doubt
	ReasonGroupMissing  Reason = "group_missing"   // blocked: Vitable does not list it
	ReasonInFlight      Reason = "in_flight"       // blocked: an earlier request is not finished
	ReasonSettling      Reason = "settling"        // blocked: an earlier request has an unknown fate
	ReasonAPI           Reason = "api_unavailable" // blocked: plans or groups could not be listed
	ReasonOverCapacity  Reason = "over_capacity"   // hold
	ReasonNoBaseline    Reason = "no_baseline"     // hold
	ReasonWouldEmpty    Reason = "would_empty"     // hold: nobody would be left
	ReasonConfigChanged Reason = "config_changed"  // hold: mapping, rules or layout changed
	ReasonSourceShrank  Reason = "source_shrank"   // hold: absences from a doubtful source
	ReasonRekeyed       Reason = "rekeyed"         // hold: a known person under another id
	ReasonAbsentLimit   Reason = "absent_limit"    // hold
	ReasonGroupLimit    Reason = "group_limit"     // hold
	ReasonRollingLimit  Reason = "rolling_limit"   // hold
	ReasonRunLimit      Reason = "run_limit"       // hold
)

// HoldReasons lists every reason that a hold can have, the gravest first.
func HoldReasons() []Reason {
	return []Reason{
		ReasonNoBaseline, ReasonWouldEmpty, ReasonConfigChanged, ReasonSourceShrank, ReasonRekeyed,
		ReasonGroupLimit, ReasonAbsentLimit, ReasonRollingLimit, ReasonRunLimit,
	}
}

// RunOutcome says in one word how a run ended; the gravest thing wins.
type RunOutcome string

// The outcomes of a run, with the exit code that each has.
const (
	RunDone         RunOutcome = "done"            // 0
	RunError        RunOutcome = "error"           // 1
	RunFailures     RunOutcome = "failures"        // 3
	RunHeld         RunOutcome = "held"            // 4
	RunSourceFailed RunOutcome = "source_failed"   // 5
	RunAPI          RunOutcome = "api_unavailable" // 8
	RunInterrupted  RunOutcome = "interrupted"     // 1: stopped before it was through
	RunRunning      RunOutcome = "running"         // not ended, or killed
)

// RunOutcomes lists the outcomes that an ended run can have.
func RunOutcomes() []RunOutcome {
	return []RunOutcome{RunDone, RunError, RunFailures, RunHeld, RunSourceFailed, RunAPI, RunInterrupted}
}

// Run is one pass from the sources to the outcomes.
type Run struct {
	ID         string
	StartedAt  time.Time
	EndedAt    time.Time
	Trigger    string // schedule, start, manual, api, catch_up
	Partial    bool   // it was about some groups only
	Outcome    RunOutcome
	ExitCode   int
	Sources    []SourceResult
	Groups     GroupCounts
	Added      int
	Removed    int
	Changed    int
	Carried    int
	Failures   int // open at its end
	Holds      int // open at its end
	ConfigHash string
	Waiting    bool // somebody waits for a run of another shard; not stored
	Members    int  // believed to be covered when it was stored; the store counts them
}

// GroupCounts says what happened to how many groups.
type GroupCounts struct {
	Submitted int `json:"submitted"`
	Skipped   int `json:"skipped"`
	Held      int `json:"held"`
	Blocked   int `json:"blocked"`
	Failed    int `json:"failed"`
}

// SourceState is what a pull came to.
type SourceState string

// The states of a source after a pull. Only ok and shrank ones feed groups.
const (
	SourceOK     SourceState = "ok"
	SourceShrunk SourceState = "shrank"
	SourceOld    SourceState = "stale"
	SourceBroken SourceState = "failed"
)

// SourceResult is one source's part in a run.
type SourceResult struct {
	Name    string      `json:"name"`
	State   SourceState `json:"state"`
	Records int         `json:"records"`
	Reason  string      `json:"reason"` // "" when it is ok; a word first, then details, never a value
}

// Pull is what is remembered of a pull.
type Pull struct {
	RunID   string
	Source  string
	At      time.Time
	State   SourceState
	Reason  string
	Records int
	AsOf    time.Time // zero: the source does not say
	Layout  string    // names the columns and their order
	Ending  string    // how the data ended, see source.Report
	Groups  []string  // external_reference_ids that it fed, sorted
}

// Pin keeps one person covered whatever the sources say.
type Pin struct {
	ReferenceID string
	By          string
	Comment     string
	At          time.Time
}

// Event is something that happened to one person or one hold, kept for `explain`.
type Event struct {
	At          time.Time
	RunID       string
	Group       string
	ReferenceID string
	What        string // a word: removed, approved, rejected, pinned, unpinned, abandoned
	Detail      string // never a person's data
}
