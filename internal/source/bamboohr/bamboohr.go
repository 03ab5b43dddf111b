package bamboohr

import (
	"context"
	_ "embed" // the preset is a file of its own
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// The ways to read.
const (
	readReport  = "report"
	readDataset = "dataset"
)

// Type is the row for bamboohr in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "bamboohr", About: "BambooHR, by its API",
		Presets: map[string]string{"bamboohr": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: remote.DefaultTimeout}, Read: readReport, Dataset: employees}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	Company string        `yaml:"company" required:"true" pattern:"^[A-Za-z0-9-]{1,63}$" expect:"the name before .bamboohr.com" doc:"The company's name before .bamboohr.com."`
	APIKey  source.Secret `yaml:"api_key" doc:"An API key, {env: NAME} or {file: PATH}; it sees what its user sees."`
	Read    string        `yaml:"read" enum:"report,dataset" doc:"A custom report, or a dataset (v2)."`
	Dataset string        `yaml:"dataset" min:"1" doc:"Name of the dataset."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.located().Faults()
	if fault := c.APIKey.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "api_key", Detail: fault})
	}
	return faults
}

// located is where the company is, unless the file says otherwise.
func (c *Config) located() remote.Config {
	at := c.Config
	if at.BaseURL == "" {
		at.BaseURL = "https://" + c.Company + ".bamboohr.com"
	}
	return at
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	client, err := c.located().Client(remote.BasicKey(c.APIKey, "x", o.Getenv), o)
	if err != nil {
		return nil, err
	}
	return &company{*c, client, o.Columns}, nil
}

// company is everybody of one company.
type company struct {
	config  Config
	client  *remote.Client
	columns []string
}

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.client.Close()
	listing := remote.Listing{Columns: c.columns, Cells: fill}
	if c.config.Read == readDataset {
		page, read := 0, 0
		listing.Next = func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			page++
			found, err := c.page(ctx, page)
			read += len(found.Records)
			found.Last = len(found.Records) == 0 || read >= found.Total
			return found, err
		}
	} else {
		listing.Next = func(ctx context.Context, _ *remote.Page) (remote.Page, error) { return c.report(ctx) }
	}
	for _, key := range []string{reportKey, datasetKey} {
		if slices.Contains(c.columns, key) {
			listing.Key = key
		}
	}
	return listing.Pull(ctx, sink)
}

// BambooHR's own id of an employee, in a report and in the dataset of employees.
const (
	reportKey  = "id"
	datasetKey = "eeid"
	employees  = "employee"
)

// report asks for a custom report, which is everybody in one answer.
func (c *company) report(ctx context.Context) (remote.Page, error) {
	whole, err := c.post(ctx, "/api/v1/reports/custom", url.Values{"format": {"JSON"}, "onlyCurrent": {"false"}},
		map[string]any{"title": "rosterd", "fields": c.columns, "filterDuplicates": "no"})
	if err != nil {
		return remote.Page{}, err
	}
	people, err := whole.List("employees")
	return remote.Page{Records: people, Total: -1, Last: true}, err
}

// perPage is the most that a page of a dataset holds.
const perPage = 1000

// page asks for the n-th page of a dataset, from 1. Rows come in no particular order
// unless they are asked to, so one could be on two pages and another on none; they may
// be ordered only by what is asked for, and only an id is what everybody has and
// everybody may see.
func (c *company) page(ctx context.Context, n int) (remote.Page, error) {
	asked := map[string]any{"fields": c.columns, "page": n, "pageSize": perPage}
	if has := slices.Contains(c.columns, datasetKey); has || c.config.Dataset == employees {
		asked["orderBy"] = datasetKey + " asc"
		if !has {
			asked["fields"] = append(slices.Clone(c.columns), datasetKey)
		}
	}
	whole, err := c.post(ctx, "/api/v2/datasets/"+url.PathEscape(c.config.Dataset)+"/data", nil, asked)
	if err != nil {
		return remote.Page{}, err
	}
	rows, err := whole.List("data")
	if err != nil {
		return remote.Page{}, err
	}
	text, _ := whole.Lookup("meta.totalItems")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return remote.Page{}, source.Faultf(source.WordFormat, "page %d does not say how many rows there are (meta.totalItems)", n)
	}
	for i, row := range rows {
		if hidden := c.hidden(row); hidden != "" {
			return remote.Page{}, source.Faultf(source.WordWithheld, "record %d of page %d: BambooHR hides %s; let the API key's user see it of everybody", i+1, n, hidden)
		}
		if rows[i], err = row.Object("fields"); err != nil {
			return remote.Page{}, err
		}
	}
	return remote.Page{Records: rows, Total: total}, nil
}

// hidden names a field of a dataset's row that the key may not see, "" where it sees
// all of them. What is hidden is blank, and only a list beside it tells it from what is.
func (c *company) hidden(row remote.Record) string {
	for _, path := range []string{"_restrictedFields", "fields._restrictedFields"} {
		names, _ := row.Lookup(path)
		if names == "" {
			continue
		}
		for name := range strings.SplitSeq(names, ", ") {
			if name = strings.TrimPrefix(name, c.config.Dataset+"_"); slices.Contains(c.columns, name) {
				return name
			}
		}
		return "a field that is asked for"
	}
	return ""
}

func (c *company) post(ctx context.Context, path string, query url.Values, body any) (remote.Record, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return remote.Record{}, fmt.Errorf("encode request: %w", err)
	}
	answer, err := c.client.Ask(ctx, remote.Request{
		Method: http.MethodPost, Path: path, Query: query, Body: text, Header: http.Header{"Content-Type": {"application/json"}},
	})
	if err != nil {
		return remote.Record{}, err
	}
	return answer.Object()
}

// noDate is how BambooHR writes that there is none.
const noDate = "0000-00-00"

func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		if cells[i], known[i] = r.Lookup(column); cells[i] == noDate {
			cells[i] = ""
		}
	}
	return known, true
}
