package remote

import (
	"context"
	"net/http"

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
