package mapping

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// Vocabulary translates the HR system's words for plans and groups. Words are
// compared trimmed and ignoring case; one that is no key passes as it is, since
// it may be a plan_id or an external_reference_id already.
type Vocabulary struct {
	Plans  map[string]string // plan code -> plan_id
	Groups map[string]string // group key -> external_reference_id
}

// Mapper is one source's configuration, compiled. It may be used by several
// goroutines.
type Mapper struct {
	source      string
	fields      [targetCount]origin
	include     rule
	terminated  rule
	eligibility Eligibility
	plans       map[string]string // keys folded
	groups      map[string]string // keys folded
}

// origin is where the text of a field comes from; the zero origin is always
// blank.
type origin struct {
	column     string // as configured; "" for the other two
	constant   string
	expression *expression
	dates      dateFormat // how it writes dates, for the fields that are one
}

// rule is a Rule, compiled: every clause accepts, and the expression holds.
type rule struct {
	clauses    []clause // sorted by name
	expression *expression
}

// clause is one list of accepted values.
type clause struct {
	name     string // target or column, as configured
	origin   origin
	accepted []string // clean
}

// New compiles the configuration of the named source. Its error joins all that
// Config.Faults and Eligibility.Faults report.
func New(source string, cfg Config, e Eligibility, v Vocabulary) (*Mapper, error) {
	m, faults := compile(cfg, e)
	faults = append(faults, e.Faults()...)
	var errs []error
	for _, fault := range faults {
		errs = append(errs, fmt.Errorf("%s: %s", fault.Key, fault.Detail))
	}
	m.source = source
	m.plans, errs = foldKeys("plans", v.Plans, errs)
	m.groups, errs = foldKeys("groups.map", v.Groups, errs)
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("compile mapping of source %s: %w", source, err)
	}
	return m, nil
}

// foldKeys returns words under the form in which they are looked up.
func foldKeys(section string, words map[string]string, errs []error) (map[string]string, []error) {
	folded := make(map[string]string, len(words))
	for key, value := range maps.All(words) {
		key = fold(key)
		if other, twice := folded[key]; twice && other != value {
			errs = append(errs, fmt.Errorf("%s: two keys differ in case or blanks only and mean different things", section))
		}
		folded[key] = value
	}
	return folded, errs
}

// fold is how words of the HR system are compared.
func fold(word string) string { return strings.ToLower(roster.Clean(word)) }
