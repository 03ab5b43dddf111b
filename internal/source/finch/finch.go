package finch

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

// Type is the row for finch in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "finch", About: "Finch, one API for many payroll systems",
		Presets: map[string]string{"finch": preset},
		New: func() source.Settings {
			return &Config{
				Config:     remote.Config{BaseURL: "https://api.tryfinch.com", Timeout: remote.DefaultTimeout},
				APIVersion: "2020-09-17",
			}
		},
	}
}

// Config is the settings of one connection, which is one employer.
type Config struct {
	remote.Config `yaml:",inline"`

	Token      source.Secret `yaml:"token" doc:"The connection's access token with directory, individual and employment, {env: NAME} or {file: PATH}."`
	APIVersion string        `yaml:"api_version" min:"1" doc:"Finch-API-Version."`
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
	return &employer{*c, client, o.Columns}, nil
}

// employer is everybody of one connection.
type employer struct {
	config  Config
	client  *remote.Client
	columns []string
}

// perPage is how many people are asked for at once, of the directory and in the
// batches about them.
const perPage = 1000

// Pull implements source.Source.
func (e *employer) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer e.client.Close()
	read := 0
	return remote.Listing{
		Columns: e.columns, Key: "id",
		Next: func(ctx context.Context, _ *remote.Page) (remote.Page, error) {
			page, err := e.directory(ctx, read)
			if err != nil {
				return remote.Page{}, err
			}
			read += len(page.Records)
			page.Last = len(page.Records) == 0 || read >= page.Total
			for _, kind := range []string{"individual", "employment"} {
				if err := e.join(ctx, kind, page.Records); err != nil {
					return remote.Page{}, err
				}
			}
			return page, nil
		},
	}.Pull(ctx, sink)
}

// directory asks for a page of who there is.
func (e *employer) directory(ctx context.Context, offset int) (remote.Page, error) {
	whole, err := e.ask(ctx, remote.Request{
		Path:  "/employer/directory",
		Query: url.Values{"limit": {strconv.Itoa(perPage)}, "offset": {strconv.Itoa(offset)}},
	})
	if err != nil {
		return remote.Page{}, err
	}
	people, err := whole.List("individuals")
	if err != nil {
		return remote.Page{}, err
	}
	text, _ := whole.Lookup("paging.count")
	total, err := strconv.Atoi(text)
	if err != nil || total < 0 {
		return remote.Page{}, source.Faultf(source.WordFormat, "the directory does not say how many people there are (paging.count)")
	}
	return remote.Page{Records: people, Total: total}, nil
}

// join asks for what else there is of some people, and puts it below its kind.
func (e *employer) join(ctx context.Context, kind string, people []remote.Record) error {
	mapped := slices.ContainsFunc(e.columns, func(column string) bool { return strings.HasPrefix(strings.ToLower(column), kind+".") })
	if !mapped || len(people) == 0 {
		return nil
	}
	type request struct {
		ID string `json:"individual_id"`
	}
	var asked struct {
		Requests []request `json:"requests"`
	}
	for _, person := range people {
		id, _ := person.Lookup("id")
		asked.Requests = append(asked.Requests, request{id})
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return fmt.Errorf("encode request: %w", err)
	}
	whole, err := e.ask(ctx, remote.Request{
		Method: http.MethodPost, Path: "/employer/" + kind, Body: text, Header: http.Header{"Content-Type": {"application/json"}},
	})
	if err != nil {
		return err
	}
	found, err := bodies(kind, whole)
	if err != nil {
		return err
	}
	for i, r := range asked.Requests {
		body, there := found[r.ID]
		if !there {
			return source.Faultf(source.WordCount, "an answer about %s lacks one of %d people who were asked for", kind, len(people))
		}
		people[i] = people[i].With(kind, body)
	}
	if len(found) != len(people) {
		return source.Faultf(source.WordFormat, "an answer about %s has %d people, and %d were asked for", kind, len(found), len(people))
	}
	return nil
}

// bodies are the items of a batch by whom they are about. A batch is as good as
// the worst of them.
func bodies(kind string, whole remote.Record) (map[string]remote.Record, error) {
	items, err := whole.List("responses")
	if err != nil {
		return nil, err
	}
	found := make(map[string]remote.Record, len(items))
	for i, item := range items {
		if err := judge(kind, i+1, item); err != nil {
			return nil, err
		}
		body, err := item.Object("body")
		if err != nil {
			return nil, err
		}
		id, _ := item.Lookup("individual_id")
		if own, known := body.Lookup("id"); known && own != id {
			return nil, source.Faultf(source.WordFormat, "item %d of an answer about %s is about somebody else than it says", i+1, kind)
		}
		if _, twice := found[id]; twice {
			return nil, source.Faultf(source.WordPages, "item %d of an answer about %s came before", i+1, kind)
		}
		found[id] = body
	}
	return found, nil
}

// judge says what the code of the n-th item of a batch means.
func judge(kind string, n int, item remote.Record) error {
	code, _ := item.Lookup("code")
	word := source.WordService
	switch code {
	case "200":
		return nil
	case "202":
		word = source.WordNotReady
	case "401", "403":
		word = source.WordDenied
	case "429":
		word = source.WordPutOff
	case "":
		return source.Faultf(source.WordFormat, "item %d of an answer about %s has no code", n, kind)
	}
	if _, err := strconv.Atoi(code); err != nil {
		return source.Faultf(source.WordFormat, "item %d of an answer about %s has a code that is no number", n, kind)
	}
	return source.Faultf(word, "item %d of an answer about %s has the code %s", n, kind, code)
}

// ask sends a request and reads its answer. 202 is an answer without data.
func (e *employer) ask(ctx context.Context, r remote.Request) (remote.Record, error) {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Finch-API-Version", e.config.APIVersion)
	answer, err := e.client.Ask(ctx, r)
	if err != nil {
		return remote.Record{}, err
	}
	if answer.Status != http.StatusOK {
		return remote.Record{}, source.Faultf(source.WordNotReady, "Finch answers %d: it has not read the payroll system yet", answer.Status)
	}
	return answer.Object()
}
