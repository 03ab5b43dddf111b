package rest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// How pages follow one another.
const (
	byNone   = "none"
	byPage   = "page"
	byOffset = "offset"
	byCursor = "cursor"
	byNext   = "next"
	byLink   = "link"
)

// Config is the settings of one source of this type.
type Config struct {
	remote.Config `yaml:",inline"`

	Auth    Auth              `yaml:"auth" doc:"What a request shows to be let in; without it nothing."`
	Method  string            `yaml:"method" enum:"GET,POST" doc:"How the list is asked for."`
	Path    string            `yaml:"path" required:"true" min:"1" doc:"Where the list is, below base_url."`
	Query   map[string]string `yaml:"query" doc:"Added to each address."`
	Headers map[string]string `yaml:"headers" doc:"Added to each request; no credentials here."`
	Body    string            `yaml:"body" doc:"Of each POST, as JSON."`
	Format  string            `yaml:"format" enum:"json,ndjson" doc:"ndjson: a record on each line."`
	Records string            `yaml:"records" doc:"Path of the list in an answer, such as data.employees; empty: the answer is the list."`
	Key     string            `yaml:"key" doc:"Path of a record's own id, which tells rows that came twice."`
	Total   string            `yaml:"total" doc:"Path of how many records there are in all, or header:NAME."`
	Pages   Pages             `yaml:"pages" doc:"How pages follow one another."`
	// Optional are columns that the service leaves out where they are blank.
	Optional []string `yaml:"optional" doc:"Columns that need not come back, because the service leaves blanks out."`
}

// Pages is how pages follow one another.
type Pages struct {
	By        string `yaml:"by" enum:"none,page,offset,cursor,next,link" doc:"How the next page is asked for."`
	Param     string `yaml:"param" doc:"Name of the page, offset or cursor in the query."`
	First     int    `yaml:"first" min:"0" doc:"Number of the first page."`
	Size      int    `yaml:"size" min:"0" doc:"Records a page, as asked for; 0: does not ask."`
	SizeParam string `yaml:"size_param" doc:"Name of the size in the query."`
	Cursor    string `yaml:"cursor" doc:"Path of the next cursor in an answer."`
	Next      string `yaml:"next" doc:"Path of the next page's address in an answer."`
	// LastOmits says that an answer without what leads on is the last page, even
	// where no answer before it had it.
	LastOmits bool `yaml:"last_omits" doc:"Whether the last page, and so the only one, leaves out what cursor or next names, or the header Link. Without it, and without a total, a first answer that lacks it fails the pull: the path may be wrong."`
}

// Auth is one way to be let in.
type Auth struct {
	Bearer source.Secret `yaml:"bearer" doc:"A token: {env: NAME} or {file: PATH}."`
	Basic  Basic         `yaml:"basic" doc:"A user and a password."`
	Header Header        `yaml:"header" doc:"A secret in a header of its own."`
	OAuth2 OAuth2        `yaml:"oauth2" doc:"Client credentials, exchanged for a token."`
}

// Basic is a user and a password.
type Basic struct {
	User     string        `yaml:"user" doc:"The user's name."`
	Password source.Secret `yaml:"password" doc:"{env: NAME} or {file: PATH}."`
}

// Header is a secret in a header.
type Header struct {
	Name   string        `yaml:"name" doc:"The header's name."`
	Prefix string        `yaml:"prefix" doc:"What stands before the secret, such as Token and a blank."`
	Value  source.Secret `yaml:"value" doc:"{env: NAME} or {file: PATH}."`
}

// OAuth2 is the grant for programs, RFC 6749, 4.4.
type OAuth2 struct {
	TokenURL     string        `yaml:"token_url" doc:"Where tokens are granted."`
	ClientID     string        `yaml:"client_id" doc:"The client's id."`
	ClientSecret source.Secret `yaml:"client_secret" doc:"{env: NAME} or {file: PATH}."`
	Scope        string        `yaml:"scope" doc:"Scopes, with blanks between."`
	InBody       bool          `yaml:"in_body" doc:"Whether id and secret go as fields; otherwise in a header."`
}

// Type is the row for http in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "http", About: "any API that lists people as JSON or NDJSON",
		New: func() source.Settings {
			return &Config{Config: remote.Config{Timeout: remote.DefaultTimeout}, Method: http.MethodGet, Format: "json", Pages: Pages{By: byNone, First: 1}}
		},
	}
}

// Faults implements source.Settings.
func (c *Config) Faults() []source.KeyFault {
	faults := slices.Concat(c.Config.Faults(), c.Auth.faults(), c.pageFaults())
	wrong := func(bad bool, key, detail string) {
		if bad {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	wrong(c.Format == "ndjson" && c.Records != "", "records", "an answer of lines is the list itself")
	wrong(c.Body != "" && c.Method != http.MethodPost, "body", "only a POST has one")
	for name := range c.Headers {
		secret := strings.EqualFold(name, "Authorization") || strings.EqualFold(name, "Cookie")
		wrong(secret, "headers", "a credential does not belong in this file; use auth")
	}
	return faults
}

// pageFaults are about how pages follow one another.
func (c *Config) pageFaults() (faults []source.KeyFault) {
	wrong := func(bad bool, key, detail string) {
		if bad {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	by := c.Pages.By
	counted, within, lines := by == byPage || by == byOffset, by == byCursor || by == byNext, c.Format == "ndjson"
	wrong(by != byNone && c.Key == "", "key", "pages need it: only a record's own id shows that one came twice")
	wrong((counted || by == byCursor) && c.Pages.Param == "", "pages.param", "name the parameter of the page, offset or cursor")
	wrong(by == byCursor && c.Pages.Cursor == "", "pages.cursor", "say where the next cursor stands in an answer")
	wrong(by == byNext && c.Pages.Next == "", "pages.next", "say where the next page's address stands in an answer")
	wrong((c.Pages.Size > 0) != (c.Pages.SizeParam != ""), "pages.size_param", "size and size_param go together")
	wrong(within && lines, "pages.by", "an answer of lines has no place for a cursor; use page, offset or link")
	wrong(within && !lines && c.Records == "", "records", "an answer that is the list itself has no place for a cursor; say where the list stands, or use page, offset or link")
	wrong(c.Pages.LastOmits && !within && by != byLink, "pages.last_omits", "only a cursor, an address or a link can be left out")
	return faults
}

func (a Auth) faults() []source.KeyFault {
	var faults []source.KeyFault
	secret := func(key string, s source.Secret) {
		if fault := s.Fault(); fault != "" {
			faults = append(faults, source.KeyFault{Key: "auth." + key, Detail: fault})
		}
	}
	ways := 0
	if !a.Bearer.IsZero() {
		ways++
		secret("bearer", a.Bearer)
	}
	if a.Basic != (Basic{}) {
		ways++
		secret("basic.password", a.Basic.Password)
	}
	if a.Header != (Header{}) {
		ways++
		secret("header.value", a.Header.Value)
		if a.Header.Name == "" {
			faults = append(faults, source.KeyFault{Key: "auth.header.name", Detail: "name the header"})
		}
	}
	if a.OAuth2 != (OAuth2{}) {
		ways++
		secret("oauth2.client_secret", a.OAuth2.ClientSecret)
		if at, err := url.Parse(a.OAuth2.TokenURL); err != nil || at.Host == "" {
			faults = append(faults, source.KeyFault{Key: "auth.oauth2.token_url", Detail: "expected https://host and a path"})
		}
	}
	if ways > 1 {
		faults = append(faults, source.KeyFault{Key: "auth", Detail: "expected one of bearer, basic, header and oauth2"})
	}
	return faults
}

// Open implements source.Settings.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	auth, err := c.auth(o)
	if err != nil {
		return nil, err
	}
	client, err := c.Client(auth, o)
	if err != nil {
		return nil, err
	}
	optional := map[string]bool{}
	for _, column := range c.Optional {
		optional[column] = true
	}
	return &lister{config: *c, client: client, columns: o.Columns, optional: optional}, nil
}

func (c *Config) auth(o source.Opening) (remote.Auth, error) {
	a := c.Auth
	switch {
	case !a.Bearer.IsZero():
		return remote.Bearer(a.Bearer, o.Getenv), nil
	case a.Basic != (Basic{}):
		return remote.Basic(a.Basic.User, a.Basic.Password, o.Getenv), nil
	case a.Header != (Header{}):
		return remote.Header(a.Header.Name, a.Header.Prefix, a.Header.Value, o.Getenv), nil
	case a.OAuth2 != (OAuth2{}):
		at := c.Config
		at.BaseURL = a.OAuth2.TokenURL
		tokens, err := at.Client(remote.NoAuth{}, o)
		if err != nil {
			return nil, fmt.Errorf("auth.oauth2.token_url: %w", err)
		}
		return &remote.Credentials{
			TokenURL: a.OAuth2.TokenURL, ID: a.OAuth2.ClientID, Secret: a.OAuth2.ClientSecret, Scope: a.OAuth2.Scope, InBody: a.OAuth2.InBody,
			Getenv: o.Getenv, Client: tokens,
		}, nil
	}
	return remote.NoAuth{}, nil
}
