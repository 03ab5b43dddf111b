package hibob

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// Type is the row for hibob in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "hibob", About: "HiBob, by its API",
		New: func() source.Settings {
			return &Config{Config: remote.Config{BaseURL: "https://api.hibob.com/v1", Timeout: remote.DefaultTimeout}}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	ServiceUser string        `yaml:"service_user" required:"true" min:"1" doc:"The id of a service user that may read the mapped fields."`
	Token       source.Secret `yaml:"token" doc:"That service user's token, {env: NAME} or {file: PATH}."`
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
	client, err := c.Client(remote.Basic(c.ServiceUser, c.Token, o.Getenv), o)
	if err != nil {
		return nil, err
	}
	return &company{client, o.Columns}, nil
}

// company is everybody of one company.
type company struct {
	client  *remote.Client
	columns []string
}

// key is HiBob's own id of somebody, as a field and as it comes.
const (
	keyField = "root.id"
	key      = "id"
)

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.client.Close()
	return remote.Listing{
		Columns: c.columns, Key: key, Cells: fill,
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) { return c.search(ctx) },
	}.Pull(ctx, sink)
}

// search asks for everybody.
func (c *company) search(ctx context.Context) (remote.Page, error) {
	fields := slices.Clone(c.columns)
	if !slices.Contains(fields, keyField) {
		fields = append(fields, keyField)
	}
	text, err := json.Marshal(map[string]any{"fields": fields, "showInactive": true, "humanReadable": "REPLACE"})
	if err != nil {
		return remote.Page{}, fmt.Errorf("encode request: %w", err)
	}
	answer, err := c.client.Ask(ctx, remote.Request{
		Method: http.MethodPost, Path: "/people/search", Body: text, Header: http.Header{"Content-Type": {"application/json"}},
	})
	if err != nil {
		return remote.Page{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	people, err := whole.List("employees")
	return remote.Page{Records: people, Total: -1, Last: true}, err
}

// fill reads one employee's cells under the names that a field may come by.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		names := []string{column, strings.TrimPrefix(column, "root."), "/" + strings.ReplaceAll(column, ".", "/"), strings.ReplaceAll(column, ".", "/")}
		for _, name := range names {
			if cells[i], known[i] = r.Lookup(name); known[i] {
				break
			}
		}
	}
	return known, true
}
