package remote

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Auth adds to a request what the service wants to see. Its errors have no
// secret.
type Auth interface {
	// Authorize is called before every attempt.
	Authorize(ctx context.Context, r *http.Request) error
	// Refused is called when the service answered 401 to what a request showed. It
	// reports whether another attempt could show something else.
	Refused(r *http.Request) bool
}

// NoAuth shows nothing.
type NoAuth struct{}

// Authorize implements Auth.
func (NoAuth) Authorize(context.Context, *http.Request) error { return nil }

// Refused implements Auth.
func (NoAuth) Refused(*http.Request) bool { return false }

// Shown is an Auth that shows a secret that is read anew for each request.
type Shown struct {
	NoAuth
	Secret source.Secret
	Getenv func(string) string
	Show   func(r *http.Request, secret string)
}

// Authorize implements Auth.
func (s Shown) Authorize(_ context.Context, r *http.Request) error {
	secret, err := s.Secret.Read(s.Getenv)
	if err != nil {
		return err
	}
	s.Show(r, secret)
	return nil
}

// bearer stands before a token.
const bearer = "Bearer "

// Bearer shows a token (RFC 6750).
func Bearer(token source.Secret, getenv func(string) string) Auth {
	return Header("Authorization", bearer, token, getenv)
}

// Header shows a secret in a header, after a prefix.
func Header(name, prefix string, secret source.Secret, getenv func(string) string) Auth {
	return Shown{Secret: secret, Getenv: getenv, Show: func(r *http.Request, secret string) { r.Header.Set(name, prefix+secret) }}
}

// Basic shows a user's name and a password (RFC 7617).
func Basic(user string, password source.Secret, getenv func(string) string) Auth {
	return Shown{Secret: password, Getenv: getenv, Show: func(r *http.Request, secret string) { r.SetBasicAuth(user, secret) }}
}

// BasicKey shows a secret as the user's name, with any password: how some
// services take their API keys.
func BasicKey(key source.Secret, password string, getenv func(string) string) Auth {
	return Shown{Secret: key, Getenv: getenv, Show: func(r *http.Request, secret string) { r.SetBasicAuth(secret, password) }}
}

// Together shows all of some.
type Together []Auth

// Authorize implements Auth.
func (t Together) Authorize(ctx context.Context, r *http.Request) error {
	for _, auth := range t {
		if err := auth.Authorize(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// Refused implements Auth: every one hears of it.
func (t Together) Refused(r *http.Request) bool {
	again := false
	for _, auth := range t {
		again = auth.Refused(r) || again
	}
	return again
}

// Credentials is OAuth 2.0 for programs: a client's id and secret buy a token
// that lasts for a while (RFC 6749, 4.4).
type Credentials struct {
	TokenURL string
	ID       string
	Secret   source.Secret
	Scope    string
	// InBody sends the client's id and secret as fields; otherwise they go in the
	// Authorization header.
	InBody bool
	Getenv func(string) string
	// Client asks for the token: its pace, its retries, its certificate. It needs
	// no Auth.
	Client *Client

	mu       sync.Mutex
	token    string
	expires  time.Time
	refused  bool      // the token before this one was
	replaced time.Time // when this one took the place of one that was refused
}

// tokenMargin is how long before its end a token is not used any more.
const tokenMargin = time.Minute

// Authorize implements Auth.
func (c *Credentials) Authorize(ctx context.Context, r *http.Request) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == "" || !time.Now().Add(tokenMargin).Before(c.expires) {
		if err := c.buy(ctx); err != nil {
			return err
		}
	}
	r.Header.Set("Authorization", bearer+c.token)
	return nil
}

// Refused implements Auth: a token may have been revoked, and a new one is worth a
// try, unless it has just replaced another. A token that is there no more was
// refused to somebody else before.
func (c *Credentials) Refused(r *http.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.Header.Get("Authorization") != bearer+c.token {
		return true
	}
	c.token, c.refused = "", true
	return time.Since(c.replaced) > tokenMargin
}

func (c *Credentials) buy(ctx context.Context) error {
	secret, err := c.Secret.Read(c.Getenv)
	if err != nil {
		return err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if c.Scope != "" {
		form.Set("scope", c.Scope)
	}
	request := Request{Method: http.MethodPost, URL: c.TokenURL, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	if c.InBody {
		form.Set("client_id", c.ID)
		form.Set("client_secret", secret)
	} else {
		request.User, request.Password = url.QueryEscape(c.ID), url.QueryEscape(secret)
	}
	request.Body = []byte(form.Encode())
	answer, err := c.Client.Ask(ctx, request)
	if err != nil {
		return err
	}
	granted, err := answer.Object()
	if err != nil {
		return err
	}
	token, _ := granted.Lookup("access_token")
	kind, _ := granted.Lookup("token_type")
	if token == "" || kind != "" && !strings.EqualFold(kind, "bearer") {
		return source.Faultf(source.WordFormat, "the token service grants no bearer token")
	}
	now := time.Now()
	c.token, c.expires = token, now.Add(lifetime(granted))
	if c.refused {
		c.refused, c.replaced = false, now
	}
	return nil
}

// lifetime is how long a token lasts; where the service does not say, an hour.
func lifetime(granted Record) time.Duration {
	text, _ := granted.Lookup("expires_in")
	seconds, err := time.ParseDuration(text + "s")
	if err != nil || seconds <= 0 {
		return time.Hour
	}
	return seconds
}
