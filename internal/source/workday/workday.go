package workday

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// The ways in which a report is written.
const (
	formatJSON = "json"
	formatCSV  = "csv"
)

// longest is how long Workday works on a report.
const longest = 30 * time.Minute

// Type is the row for workday in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "workday", About: "a custom report of Workday (RaaS)",
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: longest}, Format: formatJSON}
		},
	}
}

// Config is the settings of one report.
type Config struct {
	remote.Config `yaml:",inline"`

	Tenant   string            `yaml:"tenant" required:"true" min:"1" doc:"The tenant, as in the report's URL."`
	Owner    string            `yaml:"owner" required:"true" min:"1" doc:"Whose report it is, as in the report's URL."`
	Report   string            `yaml:"report" required:"true" min:"1" doc:"The report's name, as in its URL."`
	Format   string            `yaml:"format" enum:"json,csv" doc:"How the report is written; csv is the smaller one."`
	Prompts  map[string]string `yaml:"prompts" doc:"What the report asks for, as in its URL."`
	User     string            `yaml:"user" doc:"The user of an integration system, as in ISU_rosterd@tenant; without one, a token."`
	Password source.Secret     `yaml:"password" doc:"That user's password, {env: NAME} or {file: PATH}."`
	Token    source.Secret     `yaml:"token" doc:"An access token in place of a user, {env: NAME} or {file: PATH}; it is read anew for each request."`
	Optional []string          `yaml:"optional" doc:"Columns that need not come back, because they may be blank for everybody."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	wrong := func(key, detail string) {
		faults = append(faults, source.KeyFault{Key: key, Detail: detail})
	}
	switch {
	case (c.User == "") == c.Token.IsZero():
		wrong("user", "expected either user and password or a token")
	case c.User != "":
		if fault := c.Password.Fault(); fault != "" {
			wrong("password", fault)
		}
	case !c.Password.IsZero():
		wrong("password", "a token has none")
	default:
		if fault := c.Token.Fault(); fault != "" {
			wrong("token", fault)
		}
	}
	if _, set := c.Prompts["format"]; set {
		wrong("prompts", "format is a key of its own")
	}
	return faults
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	auth := remote.Bearer(c.Token, o.Getenv)
	if c.User != "" {
		auth = remote.Basic(c.User, c.Password, o.Getenv)
	}
	client, err := c.Client(auth, o)
	if err != nil {
		return nil, err
	}
	optional := map[string]bool{}
	for _, column := range c.Optional {
		optional[column] = true
	}
	return &report{*c, client, o.Columns, optional}, nil
}

// report is everybody in one report.
type report struct {
	config   Config
	client   *remote.Client
	columns  []string
	optional map[string]bool
}

// Pull implements source.Source.
func (r *report) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer r.client.Close()
	ending := ""
	found, err := remote.Listing{
		Columns: r.columns, Optional: r.optional, Cells: fill,
		Next: func(ctx context.Context, _ *remote.Page) (page remote.Page, err error) {
			page.Records, ending, err = r.rows(ctx)
			page.Total, page.Last = -1, true
			return page, err
		},
	}.Pull(ctx, sink)
	if err == nil {
		found.Ending = ending
	}
	return found, err
}

// rows asks for the report. ending says how a text ended, where that is evidence.
func (r *report) rows(ctx context.Context) (rows []remote.Record, ending string, err error) {
	query := url.Values{"format": {r.config.Format}}
	for name, value := range r.config.Prompts {
		query.Set(name, value)
	}
	accept := "application/json"
	if r.config.Format == formatCSV {
		accept = "text/csv"
	}
	answer, err := r.client.Ask(ctx, remote.Request{
		Path:  "/ccx/service/customreport2/" + url.PathEscape(r.config.Tenant) + "/" + url.PathEscape(r.config.Owner) + "/" + url.PathEscape(r.config.Report),
		Query: query, Header: http.Header{"Accept": {accept}},
	})
	switch {
	case err != nil:
		return nil, "", err
	case answer.Status != http.StatusOK:
		return nil, "", source.Faultf(source.WordNotReady, "Workday answers %d, and has no report yet", answer.Status)
	case r.config.Format == formatCSV:
		return table(answer)
	}
	whole, err := answer.Object()
	if err != nil {
		return nil, "", err
	}
	rows, err = whole.List("Report_Entry")
	return rows, "", err
}

// fill reads one row's cells.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		cells[i], known[i] = r.Lookup(column)
		cells[i] = day(cells[i])
	}
	return known, true
}

// day is the civil date of a date with a zone's offset behind it, or of a
// timestamp, as it is written. Another text stays as it is.
func day(text string) string {
	const date = len(time.DateOnly)
	if len(text) <= date || !strings.ContainsRune("Z+-", rune(text[date])) {
		return remote.Day(text)
	}
	if _, err := time.Parse("2006-01-02Z07:00", text); err != nil {
		return text
	}
	return text[:date]
}
