package mapping

// Config is one source's part of the YAML file: which column becomes which
// field, and what the rows say about employment. Faults lists what is wrong
// with it.
type Config struct {
	Fields     map[string]Field `yaml:"fields"`     // target, one of Targets -> where it comes from
	Include    Rule             `yaml:"include"`    // who is covered at all; empty: everybody
	Terminated Rule             `yaml:"terminated"` // what an explicit termination looks like; empty: only its date
}

// Field says where one target comes from: exactly one of Column, Value and CEL
// is set. In YAML a plain word is a column.
type Field struct {
	Column string `yaml:"column"` // compared as source.Canonical sees it
	Format string `yaml:"format"` // of a date in a column or of an expression, such as MM/DD/YYYY or excel; "": YYYY-MM-DD
	Value  string `yaml:"value"`  // the same for every row
	CEL    string `yaml:"cel"`    // an expression over row that gives a string
}

// Rule is a question that a row answers with yes or no: either lists of
// accepted values, all of which must hold, or an expression. The zero Rule asks
// nothing. In YAML the lists stand directly under the rule's key, as in
// `{status: [active, leave]}`; Values is no key of its own.
type Rule struct {
	Values map[string][]string `yaml:"-"`   // target that fields maps, or else a column -> accepted values
	CEL    string              `yaml:"cel"` // an expression over row that gives true or false
}

// IsZero reports whether the rule asks nothing.
func (r Rule) IsZero() bool { return len(r.Values) == 0 && r.CEL == "" }

// Eligibility says when coverage starts and ends for everybody.
type Eligibility struct {
	TimeZone     string  `yaml:"time_zone"`      // IANA name; whose calendar today is read from is the caller's matter
	Waiting      Waiting `yaml:"waiting_period"` // between hire and coverage
	CoverageEnds string  `yaml:"coverage_ends"`  // EndsOnTermination, the default when "", or EndsWithMonth
}

// What Eligibility.CoverageEnds can be.
const (
	EndsOnTermination = "termination_date" // out on the termination date itself
	EndsWithMonth     = "end_of_month"     // covered through the last day of its month
)

// Waiting is the time between hire and coverage: so many days or months after
// the hire date and then, with FirstOfMonth, from the next first of a month on
// (a first itself counts). The zero Waiting is none.
type Waiting struct {
	Days         int
	Months       int
	FirstOfMonth bool
}

// IsZero reports whether coverage starts with the hire date, or at once where
// there is none.
func (w Waiting) IsZero() bool { return w == Waiting{} }

// Fault is one wrong setting.
type Fault struct {
	Key    string // path below the source or the eligibility section, such as fields.phone.format
	Detail string // what is wrong and what to do
}
