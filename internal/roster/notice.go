package roster

import "time"

// Incident is what people are told of as one thing: everything of a kind that
// is wrong in a group or with a source. It names nobody.
type Incident struct {
	Kind   Kind   // of a failure, APIUnavailable or RunFailed
	Group  string // external_reference_id; "" when it is about no group that Vitable has
	Source string // "" when it is about no source
}

// The incidents that are about a run and not a failure.
const (
	APIUnavailable Kind = "api_unavailable" // the last run could not reach Vitable, or its key was refused
	RunFailed      Kind = "run_failed"      // the last run ended with an internal error
)

// What says what has become of an incident.
type What string

// What people are told of an incident.
const (
	Opened   What = "opened"
	Reminder What = "reminder" // it is still open, and nobody said that they know
	Resolved What = "resolved"
	Trial    What = "test" // somebody wants to see whether a sender works
)

// Notice is one word about an incident. It has no person's data and no cell.
type Notice struct {
	Incident
	What     What
	Severity Severity
	Failures int // how many are open; 0 where it is about none
	Guidance string
	RunID    string    // the last run by then
	Since    time.Time // when the incident began
	At       time.Time // when this was found out
}

// Message is what one sender sends at once: one notice, or several as a digest.
// All of them say the same What. Its ID stays the same however often it is sent.
type Message struct {
	ID          string
	Sender      string
	Notices     []Notice
	Attempts    int // that failed
	NextAttempt time.Time
}

// Told is the last word that a sender was given about an incident.
type Told struct {
	Sender  string
	Notice  Notice
	Pending bool // it is not sent yet
}
