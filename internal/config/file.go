package config

import (
	"time"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/source"
)

// File is the YAML file. The tags of its structs are the whole truth about it:
// yaml is the key, doc what it is for, and see tags for the rest; the decoder
// and the JSON Schema both read them.
type File struct {
	Version     int                 `yaml:"version" required:"true" min:"1" max:"1" doc:"Version of this file's format: 1."`
	Vitable     Vitable             `yaml:"vitable" doc:"How rosterd talks to Vitable."`
	Plans       map[string]string   `yaml:"plans" doc:"Plan code of the HR system -> plan_id. A value that is a plan_id already needs no row."`
	Groups      Groups              `yaml:"groups" doc:"The groups that people are mapped to."`
	Sources     []Source            `yaml:"sources" required:"true" min:"1" doc:"Where the people come from."`
	Eligibility mapping.Eligibility `yaml:"eligibility" doc:"When coverage starts and ends."`
	Safety      Safety              `yaml:"safety" doc:"How many people may lose coverage before a person has to look."`
	Notify      []Sender            `yaml:"notify" doc:"Who is told when something is wrong, reminded of it, and told when it is over."`
}

// Vitable is how rosterd talks to Vitable.
type Vitable struct {
	RequestsPerSecond float64       `yaml:"requests_per_second" min:"0" doc:"Requests per second, over all groups; 0: no limit."`
	Concurrency       int           `yaml:"concurrency" min:"1" doc:"Groups in flight at the same time."`
	MaxMembers        int           `yaml:"max_members" min:"1" doc:"Members per payload; over it the group is held as over_capacity."`
	PhoneFormat       string        `yaml:"phone_format" enum:"national,e164" doc:"How phone numbers are sent: ten digits, or +1 and ten digits."`
	Poll              Poll          `yaml:"poll" doc:"How the outcome of an accepted request is polled for."`
	Settle            time.Duration `yaml:"settle" min:"0s" doc:"How long to wait after a request of unknown fate before the current roster is sent; longer where Vitable is known to take longer."`
	ResubmitUnchanged time.Duration `yaml:"resubmit_unchanged" min:"0s" doc:"When an unchanged roster is sent again, to heal drift on the other side."`
	RetryFailures     time.Duration `yaml:"retry_failures" min:"0s" doc:"When a roster whose last outcome had failures is sent again; doubles up to 24h."`
}

// The ways to send phone numbers.
const (
	PhoneNational = "national" // ten digits
	PhoneE164     = "e164"     // +1 and ten digits
)

// Poll is how the outcome of an accepted request is polled for.
type Poll struct {
	Initial  time.Duration `yaml:"initial" min:"1ms" doc:"Before the first poll."`
	Max      time.Duration `yaml:"max" min:"1ms" doc:"Between two polls at most."`
	Deadline time.Duration `yaml:"deadline" min:"1ms" doc:"After it the request counts as stuck, and is still polled."`
}

// Groups is what rosterd may do to groups, and how a group key of the HR system
// becomes an external_reference_id.
type Groups struct {
	CreateMissing bool       `yaml:"create_missing" doc:"Create the groups of map that Vitable does not have."`
	Rename        bool       `yaml:"rename" doc:"Rename groups whose name differs from map."`
	Map           []GroupRow `yaml:"map" doc:"Rows for group keys; without a row the key is the external_reference_id itself."`
}

// GroupRow maps one group key of the HR system. Several keys may lead to one group.
type GroupRow struct {
	Key                 string `yaml:"key" required:"true" min:"1" doc:"What the HR system calls the group."`
	ExternalReferenceID string `yaml:"external_reference_id" required:"true" min:"1" max:"255" doc:"The group's external_reference_id at Vitable."`
	Name                string `yaml:"name" max:"255" doc:"The group's name at Vitable, for create_missing and rename."`
}

// Source is one source of people. In YAML its keys, those of Mapping and those
// of its type stand side by side.
type Source struct {
	Name     string          `yaml:"name" required:"true" pattern:"^[a-z0-9-]{1,63}$" expect:"1 to 63 small letters, digits and dashes" doc:"Its name in logs, metrics and reports."`
	Type     string          `yaml:"type" required:"true" doc:"What kind of source it is."`
	MaxAge   time.Duration   `yaml:"max_age" min:"1ms" none:"true" doc:"Older data is a stale source; none: any age will do."` // 0: none
	Preset   string          `yaml:"preset" doc:"Ready-made fields and rules of a well-known layout; what is written beside it counts instead."`
	Join     Join            `yaml:"join" doc:"This source completes another one, and says of nobody that they exist."`
	Mapping  mapping.Config  `yaml:"-"` // with what the preset brings
	Settings source.Settings `yaml:"-"` // the keys of its type
}

// Join is how a source completes another one. The other's mapping reads its columns
// under its name: directory.phone.
type Join struct {
	To  string `yaml:"to" required:"true" doc:"Name of the source that it completes."`
	On  string `yaml:"on" required:"true" min:"1" doc:"Column of that source with the key."`
	Key string `yaml:"key" doc:"Column of this source with the key, where it has another name."`
}

// Sender is one way to tell people. In YAML its keys and those of its type stand
// side by side.
type Sender struct {
	Name     string         `yaml:"name" required:"true" pattern:"^[a-z0-9-]{1,63}$" expect:"1 to 63 small letters, digits and dashes" doc:"Its name in logs and metrics, and for rosterd notify test."`
	Type     string         `yaml:"type" required:"true" doc:"What kind of sender it is."`
	Instance string         `yaml:"instance" min:"1" max:"63" doc:"What this rosterd is called in what it sends."`
	Renotify time.Duration  `yaml:"renotify" min:"1m" none:"true" doc:"Between two words about what is open and nobody has acknowledged; none: it is told once."` // 0: none
	Settings alert.Settings `yaml:"-"`                                                                                                                            // the keys of its type
}

// newSender has the defaults.
func newSender() Sender { return Sender{Instance: "rosterd", Renotify: 24 * time.Hour} }

// defaultMaxAge forgives a nightly export that was missed once.
const defaultMaxAge = 48 * time.Hour

// Defaults returns the file that results when nothing but the version and the
// sources is written. It has no sources.
func Defaults() File {
	return File{
		Version: 1,
		Vitable: Vitable{
			RequestsPerSecond: 10,
			Concurrency:       8,
			MaxMembers:        5000, // what the vendor documents for its sister census sync; see api/vitable.md
			PhoneFormat:       PhoneNational,
			Poll:              Poll{Initial: time.Second, Max: 30 * time.Second, Deadline: 2 * time.Hour},
			Settle:            2 * time.Minute,
			ResubmitUnchanged: 24 * time.Hour,
			RetryFailures:     6 * time.Hour,
		},
		Eligibility: mapping.Eligibility{TimeZone: "America/New_York", CoverageEnds: mapping.EndsOnTermination},
		Safety: Safety{
			MaxRemovals:      Bound{Count: 25, Percent: 10},
			MaxRunPercent:    10,
			SmallGroup:       SmallGroup{Below: 20, Count: 2},
			MaxAbsent:        Bound{Count: 5, Percent: 5},
			Rolling:          Rolling{Days: 7, Percent: 20},
			AbsenceGrace:     AbsenceGrace{Pulls: 2},
			MaxShrinkPercent: 20,
			OnExcess:         plan.ExcessCarry,
			FirstSync:        plan.FirstHold,
			PlanChange:       plan.PlanReport,
			ApprovalTTL:      24 * time.Hour,
		},
	}
}

// Vocabulary returns how plan codes and group keys of the HR systems translate.
func (f File) Vocabulary() mapping.Vocabulary {
	groups := make(map[string]string, len(f.Groups.Map))
	for _, row := range f.Groups.Map {
		groups[row.Key] = row.ExternalReferenceID
	}
	return mapping.Vocabulary{Plans: f.Plans, Groups: groups}
}
