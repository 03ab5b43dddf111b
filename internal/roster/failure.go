package roster

import "time"

// Kind says what sort of thing went wrong.
type Kind string

// The kinds of failure. Kind.Guidance says what to do about each.
const (
	RemoteAdd             Kind = "remote_add"
	RemoteRemove          Kind = "remote_remove"
	InvalidRow            Kind = "invalid_row"
	UnmappedGroup         Kind = "unmapped_group"
	UnmappedPlan          Kind = "unmapped_plan"
	Duplicate             Kind = "duplicate"
	RuleError             Kind = "rule_error"
	Rekeyed               Kind = "rekeyed"
	PlanChangeUnconfirmed Kind = "plan_change_unconfirmed"
	RemovalsHeld          Kind = "removals_held"
	NoBaseline            Kind = "no_baseline"
	SourceFailed          Kind = "source_failed"
	SourceStale           Kind = "source_stale"
	SourceShrank          Kind = "source_shrank"
	GroupMissing          Kind = "group_missing"
	OverCapacity          Kind = "over_capacity"
	SyncRefused           Kind = "sync_refused"
	SyncStuck             Kind = "sync_stuck"
	SyncUnknown           Kind = "sync_unknown"
	StateLost             Kind = "state_lost"
)

// The words that Vitable is known to use for an operation.
const (
	OperationAdd    = "add"
	OperationRemove = "remove"
)

// Severity says how soon somebody has to look.
type Severity string

// The severities. Critical: coverage may be wrong now. Warning: somebody waits
// or is kept by carrying. Info: a fact worth knowing.
const (
	Critical Severity = "critical"
	Warning  Severity = "warning"
	Info     Severity = "info"
)

// Concern is what `run --fail-on` chooses between: which part of the outside
// world a failure is about.
type Concern string

// The concerns, in the order of the exit codes 8, 5, 4 and 3.
const (
	ConcernAPI      Concern = "api"
	ConcernSource   Concern = "source"
	ConcernHeld     Concern = "held"
	ConcernFailures Concern = "failures"
)

type kindFacts struct {
	kind     Kind
	severity Severity
	concern  Concern
	guidance string
}

// kinds is the one table of what is known about each kind of failure.
func kinds() []kindFacts {
	return []kindFacts{
		{RemoteAdd, Warning, ConcernFailures, "Vitable did not add this person. Correct the row that the reason names; the next run tries again. If the person is covered under another employer, Vitable support has to settle it."},
		{RemoteRemove, Warning, ConcernFailures, "Vitable did not remove this person. The next run tries again; if it repeats, contact Vitable support."},
		{InvalidRow, Warning, ConcernFailures, "Correct the field that the reason names in the HR system. Until then a covered person stays covered with the last accepted record, and a new one waits."},
		{UnmappedGroup, Warning, ConcernFailures, "The row names a group that Vitable does not have. Correct the row, add a row to groups.map, create the group, or set groups.create_missing."},
		{UnmappedPlan, Warning, ConcernFailures, "The row names a plan that Vitable does not offer. Correct the row or add its code to plans."},
		{Duplicate, Warning, ConcernFailures, "Several rows with this reference_id contradict each other. Remove all but one in the HR system."},
		{RuleError, Warning, ConcernFailures, "An expression of the mapping could not be computed for this row. Correct the row or the expression."},
		{Rekeyed, Warning, ConcernHeld, "The same name and birth date came under another reference_id, or the row of a reference_id names another person. If that is right, approve the hold; if not, correct the HR system."},
		{PlanChangeUnconfirmed, Warning, ConcernFailures, "The plan of a covered person changed, and Vitable seems to ignore that. Ask Vitable to change it, or set safety.plan_change to readd."},
		{RemovalsHeld, Critical, ConcernHeld, "More people would lose coverage than the limits allow. Look at the hold: approve it when it is right, reject it or correct the source when it is not."},
		{NoBaseline, Critical, ConcernHeld, "The group existed before rosterd knew it, so whoever is missing from this roster would lose coverage unseen. Compare the roster with Vitable's list and approve the hold."},
		{SourceFailed, Critical, ConcernSource, "The source could not be read completely, so the groups that it feeds were not touched. Repair the export and run again."},
		{SourceStale, Critical, ConcernSource, "The source delivers old data, so the groups that it feeds were not touched. Find out why the export no longer arrives."},
		{SourceShrank, Warning, ConcernSource, "The source lost many of its people at once. Those who are missing keep their coverage until the hold is approved or they come back."},
		{GroupMissing, Critical, ConcernFailures, "Vitable no longer lists this group. Restore it there, or correct groups.map."},
		{OverCapacity, Critical, ConcernHeld, "The roster is larger than vitable.max_members. Split the group, or raise the limit when Vitable agreed to it."},
		{SyncRefused, Critical, ConcernFailures, "Vitable refused the whole roster of this group. The next run sends the current one; if it repeats, give Vitable support the trace id."},
		{SyncStuck, Critical, ConcernFailures, "Vitable has not finished a request within vitable.poll.deadline. It is still polled and nothing else is sent for this group. Ask Vitable support; `rosterd abandon` gives it up."},
		{SyncUnknown, Warning, ConcernFailures, "No answer came to a request, so it may have been accepted. After vitable.settle the next run sends the current roster, which settles it."},
		{StateLost, Critical, ConcernFailures, "Vitable may cover, or have dropped, people whom this database does not know: it was restored from a copy, or somebody changed the roster there. Compare the groups with Vitable's lists, and each held roster before you approve it. If a newer backup exists, restore that one instead."},
	}
}

// Kinds lists every kind, in a fixed order.
func Kinds() []Kind {
	var all []Kind
	for _, facts := range kinds() {
		all = append(all, facts.kind)
	}
	return all
}

func (k Kind) facts() kindFacts {
	for _, facts := range kinds() {
		if facts.kind == k {
			return facts
		}
	}
	return kindFacts{kind: k, severity: Warning, concern: ConcernFailures}
}

// Severity of this kind.
func (k Kind) Severity() Severity { return k.facts().severity }

// Concern of this kind.
func (k Kind) Concern() Concern { return k.facts().concern }

// Guidance says in plain words what to do.
func (k Kind) Guidance() string { return k.facts().guidance }

// Severity of this failure: that of its kind, but that Vitable covers more
// people than rosterd knew costs nobody their coverage.
func (f Failure) Severity() Severity {
	if f.Kind == StateLost && f.Operation == OperationAdd {
		return Warning
	}
	return f.Kind.Severity()
}

// FailureState is where a failure stands.
type FailureState string

// The states of a failure; all but resolved are open ones.
const (
	FailureOpen         FailureState = "open"
	FailureAcknowledged FailureState = "acknowledged"
	FailureSnoozed      FailureState = "snoozed"
	FailureResolved     FailureState = "resolved"
)

// Failure is something that a person has to know about. Group, ReferenceID,
// Kind and Operation are its identity: seen again, it is counted, not doubled.
type Failure struct {
	ID          string
	Group       string // external_reference_id; "" when it is about no group
	ReferenceID string // "" when it is about no person
	Source      string // "" when it is about no source
	Kind        Kind
	Operation   string // what Vitable called it, where an outcome showed it; else ""
	Reason      string // never a person's data
	FirstSeen   time.Time
	LastSeen    time.Time
	Count       int
	State       FailureState
}
