package remote_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// deaf is a service that takes requests and answers none.
func deaf(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }() // it ends with the connection
	return near, ctx.Err()
}

// pipes is a listener without a network, for bubbles.
type pipes chan net.Conn

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	p <- far
	return near, nil
}

func (p pipes) Accept() (net.Conn, error) {
	if conn, open := <-p; open {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// The time of a request begins when its token is there: if both ended together,
// what is told would be neither's.
func TestATokenThatDoesNotComeIsToldAsThat(t *testing.T) {
	for name, ask := range map[string]func(context.Context, *remote.Client) error{
		"for an answer": func(ctx context.Context, c *remote.Client) error {
			_, err := c.Ask(ctx, remote.Request{Path: "/people"})
			return err
		},
		"for a stream": func(ctx context.Context, c *remote.Client) error {
			_, err := c.Open(ctx, remote.Request{Path: "/people"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { aTokenThatDoesNotCome(t, ask) }) })
	}
}

func aTokenThatDoesNotCome(t *testing.T, ask func(context.Context, *remote.Client) error) {
	o := source.Opening{Getenv: func(string) string { return canary.Secret }, Dial: deaf}
	c := remote.Config{BaseURL: "http://127.0.0.1:8080", Timeout: time.Minute}
	tokens, err := c.Client(remote.NoAuth{}, o)
	if err != nil {
		t.Fatal(err)
	}
	service, err := c.Client(&remote.Credentials{
		TokenURL: "http://127.0.0.1:8080/token", ID: "me", Secret: source.Secret{Env: "SECRET"}, Getenv: o.Getenv, Client: tokens,
	}, o)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	err = ask(t.Context(), service)
	if fault := source.AsFault(err); fault.Word != source.WordUnreached {
		t.Errorf("%v, want %s", err, source.WordUnreached)
	}
	if took := time.Since(begun); took < 4*time.Minute || took > 5*time.Minute {
		t.Errorf("it took %s, want four tries of a minute", took)
	}
}

// Where 403 may mean that it is asked too often, it is tried again; what it meant,
// only a service that says how long to wait shows.
func TestA403ThatMayBeAThrottle(t *testing.T) {
	for _, tt := range []struct {
		name      string
		throttles []int
		wait      string
		word      string // "": it is let in the second time
		requests  int
	}{
		{"where it is none", nil, "", source.WordDenied, 1},
		{"where it may be one, and passes", []int{403}, "", "", 2},
		{"where it may be one, and lasts", []int{403}, "", source.WordDenied, 4},
		{"where it says for how long", []int{403}, "1", source.WordPutOff, 4},
		{"where it says for too long", []int{403}, "9999", source.WordPutOff, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests, listener := 0, make(pipes)
				server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					requests++
					if tt.word == "" && requests == 2 {
						return
					}
					if tt.wait != "" {
						w.Header().Set("Retry-After", tt.wait)
					}
					w.WriteHeader(http.StatusForbidden)
				})}
				go func() { _ = server.Serve(listener) }() // it ends with its listener
				defer close(listener)
				c, err := remote.Config{BaseURL: "http://127.0.0.1:8080"}.Client(remote.NoAuth{}, source.Opening{Dial: listener.dial})
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				c.Throttles = tt.throttles
				word := ""
				if _, err := c.Ask(t.Context(), remote.Request{Path: "/"}); err != nil {
					word = source.AsFault(err).Word
				}
				if word != tt.word || requests != tt.requests {
					t.Errorf("%q after %d requests, want %q after %d", word, requests, tt.word, tt.requests)
				}
			})
		})
	}
}

// 201 says no more than 200 where something is posted, and nothing of the kind elsewhere.
func TestCreatedIsAnAnswerToAPostOnly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }))
	defer server.Close()
	c, err := remote.Config{BaseURL: server.URL}.Client(remote.NoAuth{}, source.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for method, want := range map[string]string{http.MethodPost: "", http.MethodGet: source.WordService} {
		word := ""
		if _, err := c.Ask(t.Context(), remote.Request{Method: method, Path: "/"}); err != nil {
			word = source.AsFault(err).Word
		}
		if word != want {
			t.Errorf("to a %s it is %q, want %q", method, word, want)
		}
	}
}
