package plan

import (
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// Input is all that a plan depends on.
type Input struct {
	Now       time.Time
	People    []roster.Person               // of every source that may be believed, in any order
	Sources   map[string]roster.SourceState // every configured source
	Fed       map[string][]string           // source -> groups of its last good pull; no entry: never pulled
	Known     map[string]roster.Group       // Vitable's groups by external_reference_id
	Plans     map[string]bool               // ids of Vitable's plans
	Baselines map[string]roster.Baseline    // by group, doubtful people included, see Doubt
	States    map[string]roster.GroupState  // by group
	Managed   map[string]bool               // groups that the configuration names
	Busy      map[string]roster.Reason      // groups that cannot be sent now, and why
	Holds     map[string]roster.Hold        // the active hold of each group
	Pins      map[string]bool               // reference_ids that are never removed
	Recent    map[string]int                // unapproved removals within the rolling window, by group
	// LeftOut are, by group, those whom a request of unknown fate left out: they may
	// be without coverage since, whatever the baseline says.
	LeftOut    map[string]map[string]bool
	RemovedNow map[string]Gone // unapproved removals in earlier rounds of this run, by group
	Nameless   map[string]int  // rows without a reference_id that are not among People, by source
	CountPull  bool            // whether this plan is the one that counts absences of this pull
	Selected   map[string]bool // only these groups; nil: all
	ConfigHash string          // of mapping, rules and layout
	Neighbours *Neighbours     // nil: every group is ours
	Limits     Limits
	Delivery   DeliveryRules
}

// Gone counts the people of a group whom earlier rounds of a run removed without
// a person's approval.
type Gone struct {
	People int
	Absent int // of them, those who were merely absent
}

// DeliveryRules say when a roster that did not change is sent again, and how
// large one may be.
type DeliveryRules struct {
	MaxMembers        int
	ResubmitUnchanged time.Duration
	RetryFailures     time.Duration
}

// Plan is what a run would do.
type Plan struct {
	ConfigHash string
	Groups     []Group          // sorted by external_reference_id
	Failures   []roster.Failure // of people and groups, in a fixed order; without times
}

// Group is what a run would do with one group. Lists are sorted by reference_id.
type Group struct {
	ExternalReferenceID string
	GroupID             string
	Name                string
	Decision            roster.Decision
	Reason              roster.Reason
	Digest              string            // of the payload
	Baseline            int               // people believed to be subscribed
	Payload             int               // people in the payload
	Entries             []roster.Enrolled // the payload, each row with what the baseline would say of it; see Assembly
	Adds                []string
	Changes             []string
	Removals            []roster.Removal
	Carried             []Carried
	LeftOut             []LeftOut
	Hold                *roster.Hold   // what waits for a person, or an approval that waits for moves; nil beside Uses
	Uses                string         // id of the approved hold that lets removals through
	Approved            int            // removals that it lets through
	After               []string       // groups that have to be finished before this one is sent
	Arrivals            []Arrival      // people who may be sent only when their old group let them go
	Absences            map[string]int // complete pulls in a row without them
	Contested           map[string]int // see roster.GroupState
	Offered             []Offer        // people who go as soon as another shard awaits them
	Awaited             []string       // people who are sent as soon as another shard lets them go
	AdoptConfig         bool           // nothing is in doubt because of a changed configuration
	Unfinished          bool           // another round of the same pull would do more
}

// Carried is somebody who stays in with the last accepted record.
type Carried struct {
	ReferenceID string     `json:"reference_id"`
	Why         roster.Why `json:"why"`
}

// LeftOut is a new person who cannot be sent. Kind is that of the failure that
// explains it, or WaitsForMove.
type LeftOut struct {
	ReferenceID string      `json:"reference_id"`
	Kind        roster.Kind `json:"kind"`
}

// Offer is somebody who stays until the shard of another group awaits them.
type Offer struct{ ReferenceID, To string }

// WaitsForMove marks people who are left out until their old group let them go.
// It is no failure.
const WaitsForMove roster.Kind = "waits_for_move"

// Arrival is somebody who leaves another group to be added here.
type Arrival struct {
	ReferenceID string
	From        string // the group that has to lose Leaver first
	Leaver      string // the reference_id that From loses: the same, unless rekeyed
}

// Members are the rows of the payload.
func (g *Group) Members() []roster.Member {
	members := make([]roster.Member, len(g.Entries))
	for i := range g.Entries {
		members[i] = g.Entries[i].Member
	}
	return members
}

// Without is a payload without some arrivals whose old group did not let them
// go.
func Without(entries []roster.Enrolled, stay map[string]bool) []roster.Enrolled {
	if len(stay) == 0 {
		return entries
	}
	var rest []roster.Enrolled
	for _, entry := range entries {
		if !stay[entry.Member.ReferenceID] {
			rest = append(rest, entry)
		}
	}
	return rest
}
