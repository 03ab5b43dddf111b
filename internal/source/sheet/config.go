package sheet

import (
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// Config is how the rows of a table are read: the keys that every source of tables
// has.
type Config struct {
	// Trailer describes the last row, where it declares the number of records.
	Trailer Trailer `yaml:"trailer" doc:"The last row, where it declares the number of records."`
	// Relationship tells employees from dependents, where the table lists both.
	Relationship Relationship `yaml:"relationship" doc:"Which rows are dependents, where the file lists them among employees."`
}

// Defaults are the words that files use.
func Defaults() Config {
	return Config{Relationship: Relationship{
		Employees:  []string{"employee", "self", "ee", "subscriber", "primary", "18"},
		Dependents: []string{"spouse", "child", "domestic partner", "partner", "dependent", "son", "daughter", "sp", "ch", "dp"},
	}}
}

// Faults lists every setting that cannot be used.
func (c Config) Faults() []source.KeyFault {
	var faults []source.KeyFault
	check := func(fine bool, key, detail string) {
		if !fine {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	check(!c.Relationship.declared() || len(c.Relationship.Employees) > 0, "relationship.employees", "say what the column says of employees")
	check(!c.Trailer.Declared() || strings.TrimSpace(c.Trailer.Prefix) != "", "trailer.prefix", "say what the first cell of the trailer row holds")
	check(!c.Trailer.Declared() || c.Trailer.CountColumn >= 1, "trailer.count_column", "say which column of the trailer row holds the number of records, from 1")
	return faults
}

// Trailer describes a last row such as TRAILER,1234. The zero value means that
// the file has none.
type Trailer struct {
	Prefix      string `yaml:"prefix" doc:"The whole first cell of the trailer row."`          // the whole first cell of the trailer row
	CountColumn int    `yaml:"count_column" doc:"Where the number of records stands, from 1."` // where the number of records stands, from 1
}

// Declared reports whether the file must have a trailer.
func (t Trailer) Declared() bool { return t != Trailer{} }
