package merge

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for merge in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "merge", About: "Merge, one API for many HR systems",
		Presets: map[string]string{"merge": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: remote.DefaultTimeout, RequestsPerMinute: 90}, Region: "us"}
		},
	}
}

// Config is the settings of one linked account.
type Config struct {
	remote.Config `yaml:",inline"`

	Region       string        `yaml:"region" enum:"us,eu,ap" doc:"Where Merge keeps the account, unless base_url says it."`
	APIKey       source.Secret `yaml:"api_key" doc:"The API key of your organization, {env: NAME} or {file: PATH}."`
	AccountToken source.Secret `yaml:"account_token" doc:"The token of the linked account, {env: NAME} or {file: PATH}."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.located().Faults()
	if fault := c.APIKey.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "api_key", Detail: fault})
	}
	if fault := c.AccountToken.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "account_token", Detail: fault})
	}
	return faults
}

// located is where the account is, unless the file says otherwise.
func (c *Config) located() remote.Config {
	at := c.Config
	if at.BaseURL != "" {
		return at
	}
	host := "api"
	if c.Region != "us" {
		host = "api-" + c.Region
	}
	at.BaseURL = "https://" + host + ".merge.dev/api/hris/v1"
	return at
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	client, err := c.located().Client(remote.Together{
		remote.Bearer(c.APIKey, o.Getenv), remote.Header("X-Account-Token", "", c.AccountToken, o.Getenv),
	}, o)
	if err != nil {
		return nil, err
	}
	return &account{client, o.Columns, relationsOf(o.Columns), o.Day}, nil
}

// account is everybody of one linked account.
type account struct {
	client    *remote.Client
	columns   []string
	relations []relation
	day       func() roster.Date // the employer's
}

// relation is what an employee refers to by an id unless it is expanded.
type relation struct {
	column string // the first segment of the columns that lead into it
	field  string // of an employee
	model  string // what it is at Merge
}

// relationsOf are those that columns lead into.
func relationsOf(columns []string) []relation {
	var all []relation
	for _, r := range []relation{
		{"home_location", "home_location", "Location"},
		{"work_location", "work_location", "Location"},
		{"employment", "employments", "Employment"},
		{"employments", "employments", "Employment"},
		{"company", "company", "Company"},
		{"groups", "groups", "Group"},
		{"team", "team", "Team"},
		{"pay_group", "pay_group", "PayGroup"},
		{"manager", "manager", "Employee"},
	} {
		if slices.ContainsFunc(columns, func(column string) bool { return strings.HasPrefix(strings.ToLower(column), r.column+".") }) {
			all = append(all, r)
		}
	}
	return all
}

// Pull implements source.Source.
func (a *account) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer a.client.Close()
	synced, err := a.synced(ctx)
	if err != nil {
		return source.Report{}, err
	}
	query := url.Values{}
	if fields := a.expanded(); len(fields) > 0 {
		query.Set("expand", strings.Join(fields, ","))
	}
	today := a.day().String()
	return remote.Listing{
		Columns: a.columns, Key: "id", AsOf: synced,
		Next: func(ctx context.Context, before *remote.Page) (remote.Page, error) {
			page, err := a.page(ctx, "/employees", query, before)
			if err != nil {
				return remote.Page{}, err
			}
			for i, employee := range page.Records {
				if page.Records[i], err = a.complete(employee, today); err != nil {
					return remote.Page{}, err
				}
			}
			return page, nil
		},
		Cells: fill,
	}.Pull(ctx, sink)
}

// expanded are the fields that are asked for whole, each once.
func (a *account) expanded() []string {
	var fields []string
	for _, r := range a.relations {
		if !slices.Contains(fields, r.field) {
			fields = append(fields, r.field)
		}
	}
	return fields
}

// perPage is the most that a page holds.
const perPage = 100

// page asks for the page of a list that follows another, or for the first.
func (a *account) page(ctx context.Context, path string, query url.Values, before *remote.Page) (remote.Page, error) {
	asked := url.Values{"page_size": {strconv.Itoa(perPage)}}
	for name, values := range query {
		asked[name] = values
	}
	if before != nil {
		asked.Set("cursor", before.Cursor)
	}
	answer, err := a.client.Ask(ctx, remote.Request{Path: path, Query: asked})
	if err != nil {
		return remote.Page{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	records, err := whole.List("results")
	if err != nil {
		return remote.Page{}, err
	}
	next, known := whole.Lookup("next")
	if !known {
		return remote.Page{}, source.Faultf(source.WordFormat, "an answer does not say whether a page follows (next)")
	}
	return remote.Page{Records: records, Total: -1, Cursor: next, Last: next == ""}, nil
}

// complete judges what was expanded, and adds the present employment.
func (a *account) complete(employee remote.Record, today string) (remote.Record, error) {
	for _, r := range a.relations {
		if text, _ := employee.Lookup(r.field); text != "" {
			if _, err := employee.List(r.field); err != nil {
				return employee, source.Faultf(source.WordWithheld, "%s came as an id, though it was asked for whole", r.field)
			}
		}
		if r.column == "employment" {
			history, _ := employee.List(r.field) // none where it is null
			employee = employee.With(r.column, present(history, today))
		}
	}
	return employee, nil
}

// present is the employment that began last, of those that have begun; where none
// has, the one that begins last.
func present(history []remote.Record, today string) remote.Record {
	var found remote.Record
	var last string
	for _, employment := range history {
		effective, _ := employment.Lookup("effective_date")
		id, _ := employment.Lookup("id")
		rank := "begun " + remote.Day(effective) + " " + id
		if remote.Day(effective) > today {
			rank = "ahead " + remote.Day(effective) + " " + id // before any that has begun
		}
		if rank > last {
			found, last = employment, rank
		}
	}
	return found
}

// fill reads one employee's cells; date-times are their dates.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		cells[i], known[i] = r.Lookup(column)
		cells[i] = remote.Day(cells[i])
	}
	return known, true
}
