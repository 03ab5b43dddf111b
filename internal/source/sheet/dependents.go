package sheet

import (
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// Relationship tells employees from the dependents whom a census lists among
// them. The zero value means that it lists none.
type Relationship struct {
	Column     string   `yaml:"column" doc:"The column that says whether a row is an employee or somebody's dependent."`
	Employees  []string `yaml:"employees" doc:"What it says of employees; case does not count."`
	Dependents []string `yaml:"dependents" doc:"What it says of dependents, whose rows are passed over. Anything else fails the pull."`
}

// declared reports whether the file lists dependents.
func (r Relationship) declared() bool { return r.Column != "" }

// telltales are columns that a file has when it lists dependents.
func telltales() []string {
	return []string{"relationship", "relationship to employee", "relationship to subscriber", "relationship code", "dependent relationship"}
}

// kin says which rows are dependents.
type kin struct {
	relationship Relationship
	at           int // of the column; -1 where there is none
}

// newKin finds the column. A file that looks as if it listed dependents, and of
// which nobody says what its rows are, is refused: their rows have the employee's
// id, and would contradict the employee's.
func newKin(r Relationship, names, read []string) (kin, error) {
	position := func(name string) int {
		return slices.IndexFunc(names, func(other string) bool { return source.Canonical(other) == source.Canonical(name) })
	}
	if r.declared() {
		at := position(r.Column)
		if at < 0 {
			return kin{}, source.Faultf(source.WordColumn, "relationship.column is not among the columns: %s", r.Column)
		}
		return kin{r, at}, nil
	}
	for _, name := range telltales() {
		mapped := slices.ContainsFunc(read, func(column string) bool { return source.Canonical(column) == name })
		if at := position(name); at >= 0 && !mapped {
			return kin{}, source.Faultf(source.WordHeader, "column %d is called %s, so the file may list dependents among employees; set relationship to say which rows are which", at+1, name)
		}
	}
	return kin{at: -1}, nil
}

// dependent reports whether a row is about a dependent; ok is false where it says
// neither.
func (k kin) dependent(row []string) (yes, ok bool) {
	if k.at < 0 {
		return false, true
	}
	says := func(words []string) bool {
		return slices.ContainsFunc(words, func(word string) bool {
			return strings.EqualFold(strings.TrimSpace(word), strings.TrimSpace(row[k.at]))
		})
	}
	if says(k.relationship.Employees) {
		return false, true
	}
	return true, says(k.relationship.Dependents)
}
