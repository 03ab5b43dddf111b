package gusto

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for gusto in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "gusto", About: "Gusto, by its API",
		Presets: map[string]string{"gusto": preset},
		New: func() source.Settings {
			return &Config{
				Config:     remote.Config{BaseURL: "https://api.gusto.com", Timeout: remote.DefaultTimeout, RequestsPerMinute: 180},
				APIVersion: "2025-06-15",
			}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	CompanyID  string        `yaml:"company_id" required:"true" min:"1" doc:"The company's uuid."`
	Token      source.Secret `yaml:"token" doc:"An access token with employees:read, {env: NAME} or {file: PATH}; it is read anew for each request."`
	APIVersion string        `yaml:"api_version" doc:"X-Gusto-API-Version."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	if fault := c.Token.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "token", Detail: fault})
	}
	return faults
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	client, err := c.Client(remote.Bearer(c.Token, o.Getenv), o)
	if err != nil {
		return nil, err
	}
	return &company{*c, client, o.Columns}, nil
}

// company is the list of one company's employees.
type company struct {
	config  Config
	client  *remote.Client
	columns []string
}

// perPage is what a page is asked to hold.
const perPage = 100

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.client.Close()
	page, read := 0, 0
	today := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly) // a day early anywhere on earth
	return remote.Listing{
		Columns: c.columns, Key: "uuid",
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			page++
			found, err := c.page(ctx, page)
			read += len(found.Records)
			found.Last = read >= found.Total || len(found.Records) == 0
			return found, err
		},
		Cells: func(r remote.Record, columns, cells []string) (known []bool, ok bool) {
			return fill(r, today, columns, cells), true
		},
	}.Pull(ctx, sink)
}

// page asks for the n-th page, from 1.
func (c *company) page(ctx context.Context, n int) (remote.Page, error) {
	answer, err := c.client.Ask(ctx, remote.Request{
		Path: "/v1/companies/" + url.PathEscape(c.config.CompanyID) + "/employees",
		Query: url.Values{
			"include": {"current_home_address,custom_fields"}, "page": {strconv.Itoa(n)}, "per": {strconv.Itoa(perPage)}, "sort_by": {"created_at:asc"},
		},
		Header: http.Header{"X-Gusto-API-Version": {c.config.APIVersion}},
	})
	if err != nil {
		return remote.Page{}, err
	}
	records, err := answer.Array()
	if err != nil {
		return remote.Page{}, err
	}
	total, err := strconv.Atoi(answer.Header.Get("X-Total-Count"))
	if err != nil || total < 0 {
		return remote.Page{}, source.Faultf(source.WordFormat, "page %d does not say how many employees there are (X-Total-Count)", n)
	}
	return remote.Page{Records: records, Total: total}, nil
}

// fill reads one employee's cells.
func fill(r remote.Record, today string, columns, cells []string) (known []bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		switch column {
		case "hire_date":
			cells[i], known[i] = hired(r)
		case "termination_date":
			cells[i], known[i] = left(r, today)
		default:
			cells[i], known[i] = r.Lookup(column)
		}
	}
	return known
}

// hired is when the primary job began.
func hired(r remote.Record) (day string, known bool) {
	if day, known = r.Lookup("jobs.primary.hire_date"); day != "" {
		return day, true
	}
	if day, also := r.Lookup("hired_at"); also {
		return day, true
	}
	return "", known
}

// left is when somebody left or will leave, "" where they did not.
func left(r remote.Record, today string) (day string, known bool) {
	terminations, err := r.List("terminations")
	if err != nil {
		return "", false
	}
	terminated, _ := r.Lookup("terminated")
	for _, t := range terminations {
		on, _ := t.Lookup("effective_date")
		if (terminated == "true" || on >= today) && on > day {
			day = on
		}
	}
	return day, true
}
