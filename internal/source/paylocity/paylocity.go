package paylocity

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for paylocity in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "paylocity", About: "Paylocity, by its API",
		Presets: map[string]string{"paylocity": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{
				BaseURL: "https://dc1prodgwext.paylocity.com", Timeout: remote.DefaultTimeout, RequestsPerMinute: 600,
			}}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	CompanyID    string        `yaml:"company_id" required:"true" min:"1" doc:"The company's id at Paylocity."`
	ClientID     string        `yaml:"client_id" required:"true" min:"1" doc:"The client's id, of the developer portal."`
	ClientSecret source.Secret `yaml:"client_secret" doc:"Its secret, {env: NAME} or {file: PATH}; it lasts 365 days."`
	TokenURL     string        `yaml:"token_url" doc:"Where tokens are granted, unless it is /public/security/v1/token of base_url."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	if fault := c.ClientSecret.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "client_secret", Detail: fault})
	}
	for _, fault := range (remote.Config{BaseURL: c.tokenURL()}).Faults() {
		if c.TokenURL != "" {
			faults = append(faults, source.KeyFault{Key: "token_url", Detail: fault.Detail})
		}
	}
	return faults
}

// tokenURL is where tokens are granted.
func (c *Config) tokenURL() string {
	if c.TokenURL != "" {
		return c.TokenURL
	}
	return strings.TrimSuffix(c.BaseURL, "/") + "/public/security/v1/token"
}

// throttles is how Paylocity says that it is asked too often.
const throttles = http.StatusForbidden

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	at := c.Config
	at.BaseURL = c.tokenURL()
	tokens, err := at.Client(remote.NoAuth{}, o)
	if err != nil {
		return nil, err
	}
	client, err := c.Client(&remote.Credentials{
		TokenURL: c.tokenURL(), ID: c.ClientID, Secret: c.ClientSecret, InBody: true, Getenv: o.Getenv, Client: tokens,
	}, o)
	if err != nil {
		return nil, err
	}
	tokens.Throttles, client.Throttles = []int{throttles}, []int{throttles}
	return &company{*c, client, tokens, o.Columns}, nil
}

// company is everybody of one company.
type company struct {
	config  Config
	client  *remote.Client
	tokens  *remote.Client
	columns []string
}

// perPage is the most that a page holds.
const perPage = 20

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.tokens.Close()
	defer c.client.Close()
	read, declared := 0, 0
	return remote.Listing{
		Columns: c.columns, Key: "id", Cells: c.fill,
		Next: func(ctx context.Context, before *remote.Page) (remote.Page, error) {
			page, count, err := c.page(ctx, before)
			if err != nil {
				return remote.Page{}, err
			}
			read += len(page.Records)
			declared = max(declared, count)
			if page.Last && read < declared {
				return remote.Page{}, source.Faultf(source.WordCount, "the service declares %d employees and delivered %d", declared, read)
			}
			return page, nil
		},
	}.Pull(ctx, sink)
}

// page asks for the page that follows another, or for the first. count is what it
// declares, 0 where it does not: of the list or of the page, which no document says.
func (c *company) page(ctx context.Context, before *remote.Page) (page remote.Page, count int, err error) {
	query := url.Values{"limit": {strconv.Itoa(perPage)}, "include": {"info,position,status"}, "activeOnly": {"false"}}
	if before != nil {
		query.Set("nextToken", before.Cursor)
	}
	answer, err := c.client.Ask(ctx, remote.Request{Path: "/coreHr/v1/companies/" + url.PathEscape(c.config.CompanyID) + "/employees", Query: query})
	if err != nil {
		return page, 0, err
	}
	whole, err := answer.Object()
	if err != nil {
		return page, 0, err
	}
	page.Total = -1
	if page.Records, err = whole.List("employees"); err != nil {
		return page, 0, err
	}
	page.Cursor, _ = whole.Lookup("nextToken")
	page.Last = page.Cursor == ""
	if text, _ := whole.Lookup("totalCount"); text != "" {
		if count, err = strconv.Atoi(text); err != nil || count < 0 {
			return page, 0, source.Faultf(source.WordFormat, "an answer declares a length that is no number (totalCount)")
		}
	}
	return page, count, nil
}

// bothIDs is a column that is not Paylocity's own: an employee's id after that of the
// company, since two companies may have the same.
const bothIDs = "companyEmployeeId"

// fill reads one employee's cells. Timestamps are their dates.
func (c *company) fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		if strings.EqualFold(column, bothIDs) {
			id, _ := r.Lookup("id")
			cells[i], known[i] = c.config.CompanyID+"-"+id, true
			continue
		}
		cells[i], known[i] = r.Lookup(column)
		cells[i] = remote.Day(cells[i])
	}
	return known, true
}
