package rippling

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/url"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for rippling in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "rippling", About: "Rippling, by its API (version 2)",
		Presets: map[string]string{"rippling": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{BaseURL: "https://rest.ripplingapis.com", Timeout: remote.DefaultTimeout}}
		},
	}
}

// Config is the settings of one company.
type Config struct {
	remote.Config `yaml:",inline"`

	Token source.Secret `yaml:"token" doc:"An API token that may read workers and their users, {env: NAME} or {file: PATH}."`
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
	return &company{client, o.Columns}, nil
}

// company is everybody of one company.
type company struct {
	client  *remote.Client
	columns []string
}

// Pull implements source.Source.
func (c *company) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer c.client.Close()
	return remote.Listing{
		Columns: c.columns, Key: "id", Cells: fill,
		Next: func(ctx context.Context, before *remote.Page) (remote.Page, error) {
			request := remote.Request{Path: "/workers/", Query: url.Values{"order_by": {"id"}}}
			if related := c.related(); len(related) > 0 {
				request.Query.Set("expand", strings.Join(related, ","))
			}
			if before != nil {
				request = remote.Request{URL: before.Cursor}
			}
			return c.page(ctx, request)
		},
	}.Pull(ctx, sink)
}

// home is the first segment of the columns that the user's home address becomes.
const home = "home"

// related are what has to be expanded for the columns.
func (c *company) related() []string {
	var all []string
	for _, relation := range []string{"user", "department", "employment_type", "legal_entity", "compensation", "level", "manager"} {
		reads := func(column string) bool {
			first, _, deep := strings.Cut(strings.ToLower(column), ".")
			return deep && (first == relation || first == home && relation == "user")
		}
		if slices.ContainsFunc(c.columns, reads) {
			all = append(all, relation)
		}
	}
	return all
}

func (c *company) page(ctx context.Context, request remote.Request) (remote.Page, error) {
	answer, err := c.client.Ask(ctx, request)
	if err != nil {
		return remote.Page{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	workers, err := whole.List("results")
	if err != nil {
		return remote.Page{}, err
	}
	for _, told := range append([]remote.Record{whole}, workers...) {
		if err := c.redacted(told); err != nil {
			return remote.Page{}, err
		}
	}
	next, _ := whole.Lookup("next_link")
	return remote.Page{Records: workers, Total: -1, Cursor: next, Last: next == ""}, nil
}

// redacted returns a fault where an answer says that it keeps a mapped field back.
func (c *company) redacted(told remote.Record) error {
	fields, _ := told.List("__meta.redacted_fields") // none where nothing is
	for _, field := range fields {
		name, _ := field.Lookup("name")
		for _, column := range c.columns {
			if isPartOf(column, name) {
				return source.Faultf(source.WordWithheld, "Rippling redacts %s; give the token the permission to read it", column)
			}
		}
	}
	return nil
}

// isPartOf reports whether a redacted field is a column, or a part of it, or has
// it as a part. Names come with and without what they are below.
func isPartOf(column, redacted string) bool {
	column, redacted = strings.ToLower(column), strings.ToLower(redacted)
	if rest, ok := strings.CutPrefix(column, home+"."); ok && redacted != "" {
		return strings.Contains(redacted, "address") || strings.HasSuffix("."+rest, "."+redacted)
	}
	return redacted != "" && (strings.HasPrefix(column+".", redacted+".") || strings.HasPrefix(redacted+".", column+".") ||
		strings.HasSuffix("."+column, "."+redacted) || strings.HasSuffix("."+redacted, "."+column))
}

// fill reads one worker's cells.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		rest, ours := strings.CutPrefix(column, home+".")
		if !ours {
			cells[i], known[i] = r.Lookup(column)
			continue
		}
		cells[i], known[i] = address(r, rest)
	}
	return known, true
}

// address is a part of the home address: a line of its street, or another field.
func address(r remote.Record, part string) (text string, known bool) {
	const at = "user.addresses.HOME."
	n := slices.Index([]string{"line_1", "line_2"}, part)
	if n < 0 {
		return r.Lookup(at + part)
	}
	street, known := r.Lookup(at + "street_address")
	lines := strings.FieldsFunc(street, func(c rune) bool { return c == '\n' || c == '\r' })
	switch {
	case n >= len(lines):
		return "", known
	case n == 1:
		return strings.Join(lines[1:], ", "), known
	}
	return lines[0], known
}
