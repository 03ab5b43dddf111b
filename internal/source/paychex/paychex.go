package paychex

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for paychex in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "paychex", About: "Paychex Flex, by its API",
		Presets: map[string]string{"paychex": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{BaseURL: "https://api.paychex.com", Timeout: remote.DefaultTimeout}}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	CompanyID    string        `yaml:"company_id" required:"true" min:"1" doc:"The company's id at Paychex, not the number that people see."`
	ClientID     string        `yaml:"client_id" required:"true" min:"1" doc:"The id of an application that may read the company's workers."`
	ClientSecret source.Secret `yaml:"client_secret" doc:"That application's secret, {env: NAME} or {file: PATH}."`
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := c.Config.Faults()
	if fault := c.ClientSecret.Fault(); fault != "" {
		faults = append(faults, source.KeyFault{Key: "client_secret", Detail: fault})
	}
	return faults
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	tokens, err := c.Client(remote.NoAuth{}, o)
	if err != nil {
		return nil, err
	}
	client, err := c.Client(&remote.Credentials{
		TokenURL: strings.TrimSuffix(c.BaseURL, "/") + "/auth/oauth/v2/token", ID: c.ClientID, Secret: c.ClientSecret, InBody: true,
		Getenv: o.Getenv, Client: tokens,
	}, o)
	if err != nil {
		return nil, err
	}
	reach := slices.ContainsFunc(o.Columns, isContact)
	return &company{*c, client, tokens, o.Columns, reach}, nil
}

// company is everybody of one company.
type company struct {
	config  Config
	client  *remote.Client
	tokens  *remote.Client
	columns []string
	reach   bool // a column needs to know how somebody is reached
}

// perPage is what a page is asked to hold: the smallest of the caps that are known.
const perPage = 20

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.tokens.Close()
	defer c.client.Close()
	read := 0
	return remote.Listing{
		Columns: c.columns, Key: "workerId", Cells: fill,
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			found, err := c.list(ctx, "/companies/"+url.PathEscape(c.config.CompanyID)+"/workers", url.Values{
				"offset": {strconv.Itoa(read)}, "limit": {strconv.Itoa(perPage)},
			})
			if err != nil {
				return remote.Page{}, err
			}
			if c.reach {
				if err := c.contact(ctx, found.content); err != nil {
					return remote.Page{}, err
				}
			}
			read += len(found.content)
			return remote.Page{Records: found.content, Total: found.total, Last: !found.more}, nil
		},
	}.Pull(ctx, sink)
}

// part is what one answer has of a list.
type part struct {
	content []remote.Record
	total   int  // of the whole list; -1 where the answer does not say
	more    bool // another part follows
}

// list asks for a part of a list, and compares it with what it says of itself.
func (c *company) list(ctx context.Context, path string, query url.Values) (part, error) {
	answer, err := c.client.Ask(ctx, remote.Request{Path: path, Query: query})
	if err != nil {
		return part{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return part{}, err
	}
	found := part{total: -1}
	if found.content, err = whole.List("content"); err != nil {
		return part{}, err
	}
	text, _ := whole.Lookup("metadata.contentItemCount")
	if count, err := strconv.Atoi(text); err != nil {
		return part{}, source.Faultf(source.WordFormat, "an answer does not say how much it has (metadata.contentItemCount)")
	} else if count != len(found.content) {
		return part{}, source.Faultf(source.WordCount, "an answer declares %d items and has %d", count, len(found.content))
	}
	text, _ = whole.Lookup("metadata.pagination.total")
	if text == "" {
		text, _ = whole.Lookup("metadata.pagination.itemCount")
	}
	if text != "" {
		if found.total, err = strconv.Atoi(text); err != nil || found.total < 0 {
			return part{}, source.Faultf(source.WordFormat, "an answer declares a length that is no number (metadata.pagination)")
		}
	}
	links, _ := whole.List("links") // none where there are none
	found.more = slices.ContainsFunc(links, func(link remote.Record) bool {
		rel, _ := link.Lookup("rel")
		return strings.EqualFold(rel, "next")
	})
	return found, nil
}

// fill reads one worker's cells. Timestamps are their dates. What somebody could
// have among the communications and has not is blank.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	_, asked := r.Lookup(contacts)
	for i, column := range columns {
		cells[i], known[i] = r.Lookup(column)
		cells[i] = remote.Day(cells[i])
		known[i] = known[i] || asked && isContact(column)
	}
	return known, true
}
