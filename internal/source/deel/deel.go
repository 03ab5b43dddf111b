package deel

import (
	"context"
	_ "embed" // the preset is a file of its own
	"net/url"
	"strconv"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

//go:embed preset.yaml
var preset string

// Type is the row for deel in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "deel", About: "Deel, by its API",
		Presets: map[string]string{"deel": preset},
		New: func() source.Settings {
			return &Config{Config: remote.Config{BaseURL: "https://api.letsdeel.com/rest/v2", Timeout: remote.DefaultTimeout, RequestsPerMinute: 240}}
		},
	}
}

// Config is the settings of one organization.
type Config struct {
	remote.Config `yaml:",inline"`

	Token source.Secret `yaml:"token" doc:"An API token with people:read, {env: NAME} or {file: PATH}."`
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
	return &organization{client, o.Columns}, nil
}

// organization is everybody of one organization.
type organization struct {
	client  *remote.Client
	columns []string
}

// perPage is what a page is asked to hold; the service may hold to less.
const perPage = 100

// Pull implements source.Source.
func (o *organization) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer o.client.Close()
	read := 0
	return remote.Listing{
		Columns: o.columns, Key: "id", Cells: fill,
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			page, err := o.page(ctx, read)
			read += len(page.Records)
			page.Last = len(page.Records) == 0 || read >= page.Total
			return page, err
		},
	}.Pull(ctx, sink)
}

func (o *organization) page(ctx context.Context, offset int) (remote.Page, error) {
	answer, err := o.client.Ask(ctx, remote.Request{
		Path: "/people", Query: url.Values{"limit": {strconv.Itoa(perPage)}, "offset": {strconv.Itoa(offset)}},
	})
	if err != nil {
		return remote.Page{}, err
	}
	whole, err := answer.Object()
	if err != nil {
		return remote.Page{}, err
	}
	people, err := whole.List("data")
	if err != nil {
		return remote.Page{}, err
	}
	text, _ := whole.Lookup("page.total_rows")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return remote.Page{}, source.Faultf(source.WordFormat, "an answer does not say how many people there are (page.total_rows)")
	}
	return remote.Page{Records: people, Total: total}, nil
}

// fill reads one person's cells; timestamps are their dates.
func fill(r remote.Record, columns, cells []string) (known []bool, ok bool) {
	known = make([]bool, len(columns))
	for i, column := range columns {
		cells[i], known[i] = r.Lookup(column)
		cells[i] = remote.Day(cells[i])
	}
	return known, true
}
