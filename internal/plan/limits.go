package plan

import "time"

// Limits say how many people may lose coverage before a person has to look.
// Percentages are of the baseline, 0 to 100.
type Limits struct {
	MaxRemovals   Bound   // per group
	MaxRunPercent float64 // over all groups
	SmallGroup    SmallGroup
	MaxAbsent     Bound // absences, the weakest evidence, per group
	Rolling       Rolling
	AbsencePulls  int // complete pulls without somebody before they count as absent
	OnExcess      OnExcess
	FirstSync     FirstSync
	PlanChange    ChangePolicy
}

// Bound trips when either number is passed.
type Bound struct {
	Count   int
	Percent float64
}

// SmallGroup replaces percentages where they mean nothing.
type SmallGroup struct {
	Below int // groups with fewer people than this
	Count int // may lose this many
}

// Rolling catches drips: removals over several days.
type Rolling struct {
	Days    int
	Percent float64
}

// Window is how far back removals count.
func (r Rolling) Window() time.Duration { return time.Duration(r.Days) * 24 * time.Hour }

// OnExcess says what becomes of a group with held removals.
type OnExcess string

// Carry delivers adds and changes and carries the held people forward; hold
// sends nothing.
const (
	ExcessCarry OnExcess = "carry"
	ExcessHold  OnExcess = "hold"
)

// FirstSync says what becomes of a group that stood there before rosterd.
type FirstSync string

// Hold waits for an approval; allow is for those who know it is right.
const (
	FirstHold  FirstSync = "hold"
	FirstAllow FirstSync = "allow"
)

// ChangePolicy says what becomes of a covered person with another plan.
type ChangePolicy string

// Report sends the row and says that it may have no effect; readd ends the
// subscription and starts another, in two confirmed steps.
const (
	PlanReport ChangePolicy = "report"
	PlanReadd  ChangePolicy = "readd"
)
