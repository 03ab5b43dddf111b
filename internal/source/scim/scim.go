package scim

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// Type is the row for scim in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "scim", About: "a directory by SCIM 2.0, which completes another source", Completes: true,
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: remote.DefaultTimeout}}
		},
	}
}

// Config is the settings of one directory.
type Config struct {
	remote.Config `yaml:",inline"`

	Token    source.Secret `yaml:"token" doc:"A bearer token that may read users, {env: NAME} or {file: PATH}."`
	Optional []string      `yaml:"optional" doc:"Columns that need not come, because nobody may have a value there."`
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
	optional := map[string]bool{}
	for _, column := range c.Optional {
		optional[column] = true
	}
	return &directory{client, o.Columns, optional}, nil
}

// directory is everybody of one directory.
type directory struct {
	client   *remote.Client
	columns  []string
	optional map[string]bool
}

// perPage is what a page is asked to hold; the service may hold to less.
const perPage = 100

// Pull implements source.Source.
func (d *directory) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer d.client.Close()
	read := 0
	return remote.Listing{
		Columns: d.columns, Key: "id", Optional: d.optional,
		Next: func(ctx context.Context, before *remote.Page) (remote.Page, error) {
			query := url.Values{"count": {strconv.Itoa(perPage)}}
			if before != nil && before.Cursor != "" {
				query.Set("cursor", before.Cursor)
			} else {
				query.Set("startIndex", strconv.Itoa(read+1))
			}
			page, err := d.page(ctx, query)
			read += len(page.Records)
			page.Last = len(page.Records) == 0 || read >= page.Total
			return page, err
		},
	}.Pull(ctx, sink)
}

func (d *directory) page(ctx context.Context, query url.Values) (remote.Page, error) {
	answer, err := d.client.Ask(ctx, remote.Request{Path: "/Users", Query: query, Header: http.Header{"Accept": {"application/scim+json"}}})
	if err != nil {
		return remote.Page{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	text, _ := whole.Lookup("totalResults")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return remote.Page{}, source.Faultf(source.WordFormat, "an answer does not say how many users there are (totalResults)")
	}
	users, err := whole.List("Resources")
	if err != nil && total > 0 {
		return remote.Page{}, err
	}
	next, _ := whole.Lookup("nextCursor")
	return remote.Page{Records: users, Total: total, Cursor: next}, nil
}
