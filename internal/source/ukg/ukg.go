package ukg

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/url"
	"strconv"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for ukg in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "ukg", About: "UKG Pro, by its API",
		Presets: map[string]string{"ukg": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: remote.DefaultTimeout}}
		},
	}
}

// Config is the settings of one tenant.
type Config struct {
	remote.Config `yaml:",inline"`

	User     string        `yaml:"user" required:"true" min:"1" doc:"A service account that may view Personnel Integration."`
	Password source.Secret `yaml:"password" doc:"That account's password, {env: NAME} or {file: PATH}."`
	APIKey   source.Secret `yaml:"api_key" doc:"The customer API key, {env: NAME} or {file: PATH}."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	if fault := c.Password.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "password", Detail: fault})
	}
	if fault := c.APIKey.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "api_key", Detail: fault})
	}
	return faults
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	client, err := c.Client(remote.Together{
		remote.Basic(c.User, c.Password, o.Getenv), remote.Header("US-Customer-Api-Key", "", c.APIKey, o.Getenv),
	}, o)
	if err != nil {
		return nil, err
	}
	return &tenant{client, o.Columns}, nil
}

// tenant is everybody of one tenant.
type tenant struct {
	client  *remote.Client
	columns []string
}

// Pull implements source.Source. The sink has to be a source.Doubter.
func (t *tenant) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer t.client.Close()
	doubter, err := source.Doubting(sink)
	if err != nil {
		return source.Report{}, err
	}
	jobs, err := t.employments(ctx)
	if err != nil {
		return source.Report{}, err
	}
	report, err := remote.Listing{
		Columns: t.columns, Key: key, Next: t.list("/personnel/v1/person-details"),
		Cells: func(r remote.Record, columns, cells []string) (known []bool, ok bool) {
			known = make([]bool, len(columns))
			for i, column := range columns {
				cells[i], known[i] = r.Lookup(column)
				cells[i] = remote.Day(cells[i])
			}
			if doubt := jobs.fill(r, cells, known); doubt != "" {
				doubter.Doubt("employment", doubt)
			}
			return known, true
		},
	}.Pull(ctx, sink)
	if err != nil {
		return source.Report{}, err
	}
	if n := jobs.unclaimed(); n > 0 && report.Seen > 0 {
		return source.Report{}, source.Faultf(source.WordCount, "%d people have an employment that runs and are not in person-details: the service account does not see them, or the list changed while it was read", n)
	}
	report.Withheld = append(report.Withheld, jobs.withheld...)
	return report, nil
}

const (
	// key is added to each record of a list: what tells it apart.
	key = "rosterd key"
	// perPage is the most that is known to be let through.
	perPage = 200
)

// list returns what reads a list page by page, until one has nobody.
func (t *tenant) list(path string) func(context.Context, *remote.Page) (remote.Page, error) {
	n := 0
	return func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
		n++
		answer, err := t.client.Ask(ctx, remote.Request{Path: path, Query: url.Values{"page": {strconv.Itoa(n)}, "per_page": {strconv.Itoa(perPage)}}})
		if err != nil {
			return remote.Page{}, err
		}
		records, err := answer.Array()
		if err != nil {
			return remote.Page{}, err
		}
		for i, r := range records {
			id, _ := r.Lookup("employeeId")
			company, _ := r.Lookup("companyId")
			if id == "" {
				return remote.Page{}, source.Faultf(source.WordFormat, "record %d of page %d of %s has no employeeId", i+1, n, path)
			}
			records[i] = r.With(key, remote.NewRecord(map[string]any{"value": id + " in " + company}))
		}
		return remote.Page{Records: records, Total: -1, Last: len(records) == 0}, nil
	}
}
