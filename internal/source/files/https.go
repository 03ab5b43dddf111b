package files

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// HTTPS is how an address is asked. A signed address, as cloud storages give
// them, is a secret in its query and needs nothing else.
type HTTPS struct {
	SignedQuery source.Secret `yaml:"signed_query" doc:"What stands behind the ? of a signed address, {env: NAME} or {file: PATH}."`
	Token       source.Secret `yaml:"token" doc:"A bearer token."`
	User        string        `yaml:"user" doc:"Whose password it is."`
	Password    source.Secret `yaml:"password" doc:"The user's password."`
	CAFile      string        `yaml:"ca_file" doc:"PEM file with the server's own certificate authority."`
}

func (c HTTPS) faults() []source.KeyFault {
	var faults []source.KeyFault
	ways := 0
	for key, secret := range map[string]source.Secret{"signed_query": c.SignedQuery, "token": c.Token, "password": c.Password} {
		faults = append(faults, secretFault(secret, "https."+key, false)...)
		if !secret.IsZero() {
			ways++
		}
	}
	if ways > 1 {
		faults = append(faults, source.KeyFault{Key: "https", Detail: "expected one of signed_query, token and password"})
	}
	if (c.User == "") != c.Password.IsZero() {
		faults = append(faults, source.KeyFault{Key: "https.user", Detail: "user and password go together"})
	}
	return faults
}

// auth is what is shown.
func (c HTTPS) auth(getenv func(string) string) remote.Auth {
	switch {
	case !c.SignedQuery.IsZero():
		return remote.Shown{Secret: c.SignedQuery, Getenv: getenv, Show: func(r *http.Request, secret string) { r.URL.RawQuery = secret }}
	case !c.Token.IsZero():
		return remote.Bearer(c.Token, getenv)
	case !c.Password.IsZero():
		return remote.Basic(c.User, c.Password, getenv)
	}
	return remote.NoAuth{}
}

func (c HTTPS) connect(at address, o source.Opening) (place, error) {
	query, err := url.ParseQuery(at.query)
	if err != nil {
		return nil, source.Faultf(source.WordInternal, "the query of the address cannot be used")
	}
	client, err := remote.Config{BaseURL: at.base, CAFile: c.CAFile}.Client(c.auth(o.Getenv), o)
	if err != nil {
		return nil, &source.Fault{Word: source.WordUnreached, Detail: "prepare the connection", Err: err}
	}
	return &site{client: client, query: query}, nil
}

// site is a file behind an https address: one answer, which is asked for when the
// file is looked at and read when it is opened.
type site struct {
	client *remote.Client
	query  url.Values
	answer *remote.Stream
}

func (s *site) look(ctx context.Context, path string) (File, error) {
	answer, err := s.client.Open(ctx, remote.Request{Path: path, Query: s.query, Header: http.Header{
		"Accept": {"*/*"},
		// The library would unpack what it asked to be packed, and then no size holds.
		"Accept-Encoding": {"identity"},
	}})
	if err != nil {
		return File{}, err
	}
	s.answer = answer
	modified, err := http.ParseTime(answer.Header.Get("Last-Modified"))
	if err != nil {
		modified = time.Time{} // it may be of any age
	}
	return File{Path: path, Size: answer.Size, Modified: modified, version: answer.Header.Get("ETag")}, nil
}

func (s *site) open(context.Context, File, int64) (io.ReadCloser, error) {
	return io.NopCloser(s.answer), nil
}

func (*site) list(context.Context, string, func(string) bool) ([]File, error) {
	return nil, errors.ErrUnsupported // nobody lists what is behind an address
}

func (*site) nature() nature { return nature{once: true} }

func (s *site) close() error {
	if s.answer != nil {
		_ = s.answer.Close() // it was read to its end, or there is another error
	}
	s.client.Close()
	return nil
}
