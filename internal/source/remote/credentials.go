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

// Credentials is OAuth 2.0 for programs: a client's id and secret buy a token that
// lasts for a while (RFC 6749, 4.4), or, where somebody had to consent, they and a
// refresh token do (RFC 6749, 6).
type Credentials struct {
	TokenURL string
	ID       string
	Secret   source.Secret
	Scope    string
	// InBody sends the client's id and secret as fields; otherwise they go in the
	// Authorization header.
	InBody bool
	// Refresh is the file of a refresh token; none, where the client may ask for itself.
	Refresh RefreshFile
	// RedirectURI is that of the consent, where the service wants to see it again.
	RedirectURI string
	Getenv      func(string) string
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
	request, shown, err := c.request()
	if err != nil {
		return err
	}
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
	if next, _ := granted.Lookup("refresh_token"); next != "" && next != shown && c.Refresh != "" {
		if err := c.Refresh.keep(next); err != nil {
			return err // not used, the new token takes nothing from the old one
		}
	}
	now := time.Now()
	c.token, c.expires = token, now.Add(lifetime(granted))
	if c.refused {
		c.refused, c.replaced = false, now
	}
	return nil
}

// request asks for a token. Shown is the refresh token that it shows.
func (c *Credentials) request() (r Request, shown string, err error) {
	secret, err := c.Secret.Read(c.Getenv)
	if err != nil {
		return Request{}, "", err
	}
	form := url.Values{"grant_type": {"client_credentials"}}
	if c.Refresh != "" {
		if shown, err = c.Refresh.read(); err != nil {
			return Request{}, "", err
		}
		form = url.Values{"grant_type": {"refresh_token"}, "refresh_token": {shown}}
	}
	for name, value := range map[string]string{"scope": c.Scope, "redirect_uri": c.RedirectURI} {
		if value != "" {
			form.Set(name, value)
		}
	}
	r = Request{Method: http.MethodPost, URL: c.TokenURL, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	if c.InBody {
		form.Set("client_id", c.ID)
		form.Set("client_secret", secret)
	} else {
		r.User, r.Password = url.QueryEscape(c.ID), url.QueryEscape(secret)
	}
	r.Body = []byte(form.Encode())
	return r, shown, nil
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
