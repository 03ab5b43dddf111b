package sql

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Config is the settings of one source of this type.
type Config struct {
	// Driver is the kind of database; mysql is MariaDB's too.
	Driver string `yaml:"driver" required:"true" enum:"postgres,mysql,sqlserver,sqlite" doc:"The kind of database; mysql is for MariaDB too."`
	// DSN is where the database is and who asks, as its driver writes it.
	DSN source.Secret `yaml:"dsn" required:"true" doc:"Where the data source name is read, {env: NAME} or {file: PATH}: postgres://user:password@host/db?sslmode=verify-full, user:password@tcp(host:3306)/db?tls=true, sqlserver://user:password@host?database=db&encrypt=true, or the path of an SQLite file."`
	// Query has the records.
	Query string `yaml:"query" required:"true" min:"1" doc:"One SELECT; its columns are the source's columns."`
	// CountQuery has the number of records that Query should have.
	CountQuery string `yaml:"count_query" doc:"One number: how many rows query has to have. Best counted otherwise than query finds them."`
	// AsOfQuery has the time of the data.
	AsOfQuery string `yaml:"as_of_query" doc:"One instant: how old the data is, with its zone or as seconds since 1970."`
	// Timeout is for the whole pull.
	Timeout time.Duration `yaml:"timeout" min:"1s" max:"24h" doc:"For the whole pull, from the connection to the last row."`
	// Plaintext lets people's data cross a network unencrypted.
	Plaintext bool `yaml:"plaintext" doc:"Whether the connection to another machine may be unencrypted."`
}

// defaultTimeout is long enough for everybody of a large employer.
const defaultTimeout = 10 * time.Minute

// Type is the row for sql in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "sql", About: "a query on PostgreSQL, MySQL, MariaDB, SQL Server or SQLite",
		New: func() source.Settings { return &Config{Timeout: defaultTimeout} },
	}
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	var faults []source.KeyFault
	wrong := func(bad bool, key, detail string) {
		if bad {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	_, known := dialects()[c.Driver]
	wrong(!known, "driver", "use postgres, mysql, sqlserver or sqlite")
	wrong(c.DSN.Fault() != "", "dsn", c.DSN.Fault())
	wrong(strings.TrimSpace(c.Query) == "", "query", "write one SELECT")
	for key, query := range map[string]string{"query": c.Query, "count_query": c.CountQuery} {
		wrong(passesOver(query), key, "NOLOCK, READUNCOMMITTED, READPAST and SKIP LOCKED pass over rows: people would be missing")
	}
	return faults
}

// passesOver reports a query that asks to be spared the rows that others write.
func passesOver(query string) bool {
	return regexp.MustCompile(`(?i)\b(nolock|readuncommitted|readpast|skip\s+locked|read\s+uncommitted)\b`).MatchString(query)
}

// Open implements source.Settings. Nothing is connected to yet; the dsn is read
// anew at each pull.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	var wrong []error
	for _, fault := range c.Faults() {
		wrong = append(wrong, errors.New(fault.Key+": "+fault.Detail))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return &queried{config: *c, dialect: dialects()[c.Driver], opening: o}, nil
}
