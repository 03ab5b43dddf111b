package adp

import (
	"context"
	_ "embed" // the preset is a file of its own
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for adp in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "adp", About: "ADP Workforce Now and RUN, by the Workers API",
		Presets: map[string]string{"adp": preset},
		New: func() source.Settings {
			return &Config{
				Config:   remote.Config{BaseURL: "https://api.adp.com", Timeout: remote.DefaultTimeout},
				TokenURL: "https://accounts.adp.com/auth/oauth/v2/token",
				Unmasked: true,
			}
		},
	}
}

// Config is the settings of one client of ADP's.
type Config struct {
	remote.Config `yaml:",inline"`

	TokenURL     string        `yaml:"token_url" min:"1" doc:"Where tokens are granted."`
	ClientID     string        `yaml:"client_id" required:"true" min:"1" doc:"The id of an API client that may read workers."`
	ClientSecret source.Secret `yaml:"client_secret" doc:"That client's secret, {env: NAME} or {file: PATH}."`
	Unmasked     bool          `yaml:"unmasked" doc:"Whether to ask for birth dates as they are, which ADP has to have agreed to."`
	Optional     []string      `yaml:"optional" doc:"Columns that need not come back, because they are blank for everybody."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	wrong := func(key, detail string) {
		faults = append(faults, source.KeyFault{Key: key, Detail: detail})
	}
	for _, fault := range c.tokens().Faults() {
		if fault.Key == "base_url" {
			wrong("token_url", fault.Detail)
		}
	}
	if c.ClientCertFile == "" {
		wrong("client_cert_file", "ADP talks to the holder of a certificate only: name its PEM file, and its key in client_key_file")
	}
	if fault := c.ClientSecret.Fault(); fault != "" {
		wrong("client_secret", fault)
	}
	return faults
}

// tokens is where tokens are granted. The certificate is shown there too.
func (c *Config) tokens() remote.Config {
	at := c.Config
	at.BaseURL = c.TokenURL
	return at
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	tokens, err := c.tokens().Client(remote.NoAuth{}, o)
	if err != nil {
		return nil, fmt.Errorf("token_url: %w", err)
	}
	client, err := c.Client(&remote.Credentials{TokenURL: c.TokenURL, ID: c.ClientID, Secret: c.ClientSecret, Getenv: o.Getenv, Client: tokens}, o)
	if err != nil {
		return nil, err
	}
	optional := map[string]bool{}
	for _, column := range c.Optional {
		optional[column] = true
	}
	return &employer{*c, client, tokens, o.Columns, optional}, nil
}

// employer is everybody of one client of ADP's.
type employer struct {
	config   Config
	client   *remote.Client
	tokens   *remote.Client
	columns  []string
	optional map[string]bool
}

// Pull implements source.Source. The sink has to be a source.Doubter.
func (e *employer) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer e.tokens.Close()
	defer e.client.Close()
	doubter, err := source.Doubting(sink)
	if err != nil {
		return source.Report{}, err
	}
	page, read := 0, 0
	return remote.Listing{
		Columns: e.columns, Key: "associateOID", Optional: e.optional,
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			page++
			found, err := e.page(ctx, page, read)
			read += len(found.Records)
			return found, err
		},
		Cells: func(r remote.Record, columns, cells []string) (known []bool, ok bool) {
			known = fill(r, columns, cells)
			if ambiguous(r, columns) {
				doubter.Doubt("assignment", "more than one work assignment could be meant, and they differ in what is mapped; mark one as primary")
			}
			return known, true
		},
	}.Pull(ctx, sink)
}

// perPage is the most that a page holds.
const perPage = 100

// page asks for the n-th page, from 1, which begins after as many workers as have
// been read. Only an answer without any is the last.
func (e *employer) page(ctx context.Context, n, read int) (remote.Page, error) {
	answer, err := e.client.Ask(ctx, remote.Request{
		Path:   "/hr/v2/workers",
		Query:  url.Values{"$top": {strconv.Itoa(perPage)}, "$skip": {strconv.Itoa(read)}, "count": {"true"}},
		Header: http.Header{"Accept": {e.accept()}},
	})
	switch {
	case err != nil:
		return remote.Page{}, err
	case answer.Status == http.StatusNoContent:
		return remote.Page{Total: -1, Last: true}, nil
	case answer.Status != http.StatusOK:
		return remote.Page{}, source.Faultf(source.WordNotReady, "page %d: ADP answers %d, and has not collected the list yet", n, answer.Status)
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	workers, err := whole.List("workers")
	if err != nil {
		return remote.Page{}, err
	}
	total, err := declared(whole)
	if err != nil {
		return remote.Page{}, err
	}
	for i, worker := range workers {
		workers[i] = complete(worker)
		if column := masked(workers[i], e.columns); column != "" {
			return remote.Page{}, source.Faultf(source.WordWithheld, "record %d of page %d: ADP masks %s; let ADP grant the API client personal data unmasked, and leave unmasked on", i+1, n, column)
		}
	}
	return remote.Page{Records: workers, Total: total, Last: len(workers) == 0}, nil
}

// accept is the type of the answer, and whether masks are to be lifted.
func (e *employer) accept() string {
	if e.config.Unmasked {
		return "application/json;masked=false"
	}
	return "application/json"
}

// declared is how many workers an answer says that there are; -1 where it does not.
func declared(whole remote.Record) (int, error) {
	text, _ := whole.Lookup("meta.totalNumber")
	if text == "" {
		return -1, nil
	}
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return 0, source.Faultf(source.WordFormat, "an answer declares a length that is no number (meta.totalNumber)")
	}
	return total, nil
}
