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

	CompanyID    string        `yaml:"company_id" required:"true" min:"1" doc:"The company's uuid."`
	Token        source.Secret `yaml:"token" doc:"An access token with employees:read, {env: NAME} or {file: PATH}, that something else renews; it is read anew for each request."`
	ClientID     string        `yaml:"client_id" doc:"Instead of token: the id of your application at Gusto."`
	ClientSecret source.Secret `yaml:"client_secret" doc:"With client_id: its secret, {env: NAME} or {file: PATH}."`
	RefreshToken string        `yaml:"refresh_token_file" doc:"With client_id: a file with the refresh token of the company, which rosterd replaces whenever Gusto grants a new one. It has to be on a volume that can be written."`
	RedirectURI  string        `yaml:"redirect_uri" doc:"With client_id: the redirect URI of the application."`
	APIVersion   string        `yaml:"api_version" doc:"X-Gusto-API-Version."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	wrong := func(key, detail string) {
		if detail != "" {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	switch {
	case !c.renews():
		wrong("token", c.Token.Fault())
	case !c.Token.IsZero():
		wrong("token", "it stands beside client_id; give one of them: an access token, or what renews one")
	default:
		wrong("client_secret", c.ClientSecret.Fault())
		if c.ClientID == "" {
			wrong("client_id", "expected the id of your application at Gusto")
		}
		if c.RefreshToken == "" {
			wrong("refresh_token_file", "expected the path of a file with a refresh token")
		}
	}
	return faults
}

// renews reports whether rosterd gets access tokens itself.
func (c *Config) renews() bool {
	return c.ClientID != "" || !c.ClientSecret.IsZero() || c.RefreshToken != "" || c.RedirectURI != ""
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	tokens, err := c.Client(remote.NoAuth{}, o)
	if err != nil {
		return nil, err
	}
	auth := remote.Bearer(c.Token, o.Getenv)
	if c.renews() {
		at, err := url.JoinPath(c.BaseURL, "/oauth/token")
		if err != nil {
			return nil, err
		}
		auth = &remote.Credentials{
			TokenURL: at, ID: c.ClientID, Secret: c.ClientSecret, InBody: true, Refresh: remote.RefreshFile(c.RefreshToken), RedirectURI: c.RedirectURI,
			Getenv: o.Getenv, Client: tokens,
		}
	}
	client, err := c.Client(auth, o)
	if err != nil {
		return nil, err
	}
	return &company{*c, client, tokens, o.Columns}, nil
}

// company is the list of one company's employees.
type company struct {
	config  Config
	client  *remote.Client
	tokens  *remote.Client
	columns []string
}

// perPage is what a page is asked to hold.
const perPage = 100

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.tokens.Close()
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
