package config

import (
	"time"

	"github.com/rosterd/rosterd/internal/plan"
)

// Safety is how many people may lose coverage before a person has to look.
// Percentages are of the baseline. Everything has a limit unless the word none
// is written: it stands for 100 percent, or for more people than there are.
type Safety struct {
	MaxRemovals      Bound             `yaml:"max_removals" doc:"Removals per group; the first bound to trip holds them."`
	MaxRunPercent    float64           `yaml:"max_run_percent" min:"0" max:"100" none:"true" doc:"Removals over all groups of a run, in percent."`
	SmallGroup       SmallGroup        `yaml:"small_group" doc:"Groups that are too small for percentages."`
	MaxAbsent        Bound             `yaml:"max_absent" doc:"Removals per group of people who are merely missing, the weakest evidence."`
	Rolling          Rolling           `yaml:"rolling" doc:"Removals per group over several days; catches drips."`
	AbsenceGrace     AbsenceGrace      `yaml:"absence_grace" doc:"When somebody who is missing counts as absent."`
	MaxShrinkPercent float64           `yaml:"max_shrink_percent" min:"0" max:"100" none:"true" doc:"A source that lost more of its records since the last good pull is doubtful, in percent."`
	OnExcess         plan.OnExcess     `yaml:"on_excess" enum:"carry,hold" doc:"carry: deliver adds and changes, and carry the held people; hold: send nothing for the group."`
	FirstSync        plan.FirstSync    `yaml:"first_sync" enum:"hold,allow" doc:"What becomes of a group that stood there before rosterd, or before the backup that was restored: hold until approved, or allow."`
	PlanChange       plan.ChangePolicy `yaml:"plan_change" enum:"report,readd" doc:"report: send the row and say that it may have no effect; readd: end the subscription and start another."`
	ApprovalTTL      time.Duration     `yaml:"approval_ttl" min:"1s" doc:"How long an approval is good for."`
}

// Bound trips when either number is passed.
type Bound struct {
	Count   int     `yaml:"count" min:"0" none:"true" doc:"People; 0: nobody without an approval."`
	Percent float64 `yaml:"percent" min:"0" max:"100" none:"true" doc:"Percent of the baseline."`
}

// SmallGroup replaces percentages where they mean nothing.
type SmallGroup struct {
	Below int `yaml:"below" min:"0" doc:"Groups with fewer people than this."`
	Count int `yaml:"count" min:"0" none:"true" doc:"How many people they may lose."`
}

// Rolling limits the removals of several days.
type Rolling struct {
	Days    int     `yaml:"days" min:"1" max:"365" doc:"How many days are looked back."`
	Percent float64 `yaml:"percent" min:"0" max:"100" none:"true" doc:"Percent of the baseline."`
}

// AbsenceGrace says when somebody who is missing counts as absent.
type AbsenceGrace struct {
	Pulls int `yaml:"pulls" min:"1" doc:"Complete pulls in a row without them."`
}

// Limits returns what the planner asks for.
func (s Safety) Limits() plan.Limits {
	return plan.Limits{
		MaxRemovals:   plan.Bound(s.MaxRemovals),
		MaxRunPercent: s.MaxRunPercent,
		SmallGroup:    plan.SmallGroup(s.SmallGroup),
		MaxAbsent:     plan.Bound(s.MaxAbsent),
		Rolling:       plan.Rolling(s.Rolling),
		AbsencePulls:  s.AbsenceGrace.Pulls,
		OnExcess:      s.OnExcess,
		FirstSync:     s.FirstSync,
		PlanChange:    s.PlanChange,
	}
}
