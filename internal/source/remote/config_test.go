package remote_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

func TestAddresses(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://api.example.com": true, "https://api.example.com/v1/": true, "http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:1": true,
		"": false, "api.example.com": false, "http://api.example.com": false, "ftp://api.example.com": false, "https://": false,
		"https://user:secret@api.example.com": false, "https://api.example.com?a=b": false, "https://api.example.com#x": false,
	} {
		faults := remote.Config{BaseURL: address}.Faults()
		if (len(faults) == 0) != fine {
			t.Errorf("%q: %v", address, faults)
		}
		if strings.Contains(address, "secret") && strings.Contains(faults[0].Detail, "secret") {
			t.Error("the fault repeats the password")
		}
	}
}

func client(t *testing.T, at string, auth remote.Auth) *remote.Client {
	t.Helper()
	c, err := remote.Config{BaseURL: at}.Client(auth, source.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A credential goes to the service's own host, wherever the service points.
func TestNoRequestGoesToAnotherHost(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("another host is asked") }))
	defer other.Close()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	for _, address := range []string{other.URL + "/next", "//" + strings.TrimPrefix(other.URL, "http://"), "https" + strings.TrimPrefix(server.URL, "http"), "javascript:1"} {
		_, err := client(t, server.URL, remote.NoAuth{}).Ask(t.Context(), remote.Request{URL: address})
		if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != source.WordRedirect {
			t.Errorf("%s: %v, want %s", address, err, source.WordRedirect)
		}
	}
}

// A path is written as it goes over the wire: who puts an id into it escapes it,
// once.
func TestIdsInPaths(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.EscapedPath()+" "+r.URL.Path)
		w.Header().Set("Content-Type", "application/json")
	}))
	defer server.Close()
	for _, id := range []string{"plain", "a/b", "50%", "../up", "é ?#"} {
		if _, err := client(t, server.URL+"/base", remote.NoAuth{}).Ask(t.Context(), remote.Request{Path: "/of/" + url.PathEscape(id) + "/all"}); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"/base/of/plain/all /base/of/plain/all", "/base/of/a%2Fb/all /base/of/a/b/all", "/base/of/50%25/all /base/of/50%/all",
		"/base/of/..%2Fup/all /base/of/../up/all", "/base/of/%C3%A9%20%3F%23/all /base/of/é ?#/all",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	if _, err := client(t, server.URL, remote.NoAuth{}).Ask(t.Context(), remote.Request{Path: "/50%"}); source.AsFault(err).Word != source.WordFormat || len(got) != len(want) {
		t.Errorf("%v, want %s for a path that cannot be", err, source.WordFormat)
	}
}

// tokens is a service that grants tokens, and one that wants the newest.
type tokens struct {
	granted int
	revoked bool
}

func (s *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/token" {
		id, secret, _ := r.BasicAuth()
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "people" || id != "me" || secret != canary.Secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		s.granted++
		_, _ = w.Write([]byte(`{"access_token": "token-` + string(rune('0'+s.granted)) + `", "token_type": "Bearer", "expires_in": 3600}`))
		return
	}
	if s.revoked && s.granted == 1 || r.Header.Get("Authorization") != "Bearer token-"+string(rune('0'+s.granted)) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_, _ = w.Write([]byte(`{"fine": true}`))
}

func TestCredentialsBuyATokenOnce(t *testing.T) {
	for _, tt := range []struct {
		name    string
		revoked bool
		granted int
	}{{"and use it again", false, 1}, {"and another where it is revoked", true, 2}} {
		t.Run(tt.name, func(t *testing.T) {
			service := &tokens{revoked: tt.revoked}
			server := httptest.NewServer(service)
			defer server.Close()
			c := client(t, server.URL, &remote.Credentials{
				TokenURL: server.URL + "/token", ID: "me", Secret: source.Secret{Env: "SECRET"}, Scope: "people",
				Getenv: func(string) string { return canary.Secret }, Client: client(t, server.URL, remote.NoAuth{}),
			})
			for range 3 {
				answer, err := c.Ask(t.Context(), remote.Request{Path: "/people"})
				if err != nil {
					t.Fatal(err)
				}
				if object, err := answer.Object(); err != nil {
					t.Error(err)
				} else if fine, _ := object.Lookup("fine"); fine != "true" {
					t.Error("the answer is another one")
				}
			}
			if service.granted != tt.granted {
				t.Errorf("%d tokens were bought, want %d", service.granted, tt.granted)
			}
		})
	}
}

// Who asks side by side hears of one revoked token several times, and needs one new.
func TestARevokedTokenIsReplacedOnce(t *testing.T) {
	const callers = 3
	var mu sync.Mutex
	granted, refused := 0, 0
	all := make(chan struct{}) // everybody has shown the revoked token
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			granted++
			fmt.Fprintf(w, `{"access_token": "token-%d"}`, granted)
			return
		}
		if r.Header.Get("Authorization") == "Bearer token-1" {
			if refused++; refused == callers {
				close(all)
			}
			mu.Unlock()
			<-all
			mu.Lock()
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	c := client(t, server.URL, &remote.Credentials{
		TokenURL: server.URL + "/token", ID: "me", Secret: source.Secret{Env: "SECRET"},
		Getenv: func(string) string { return canary.Secret }, Client: client(t, server.URL, remote.NoAuth{}),
	})
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			if _, err := c.Ask(t.Context(), remote.Request{Path: "/people"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if granted != 2 {
		t.Errorf("%d tokens were bought, want 2", granted)
	}
}

// A token that replaced another is revoked one day too.
func TestEachRevokedTokenIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		granted, revoked, listener := 0, 0, make(pipes)
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			switch {
			case r.URL.Path == "/token":
				granted++
				fmt.Fprintf(w, `{"access_token": "token-%d", "expires_in": 86400}`, granted)
			case r.Header.Get("Authorization") == fmt.Sprintf("Bearer token-%d", revoked):
				w.WriteHeader(http.StatusUnauthorized)
			}
		})}
		go func() { _ = server.Serve(listener) }() // it ends with its listener
		defer close(listener)
		o := source.Opening{Dial: listener.dial, Getenv: func(string) string { return canary.Secret }}
		config := remote.Config{BaseURL: "http://127.0.0.1:8080"}
		tokens, err := config.Client(remote.NoAuth{}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer tokens.Close()
		c, err := config.Client(&remote.Credentials{
			TokenURL: "http://127.0.0.1:8080/token", ID: "me", Secret: source.Secret{Env: "SECRET"}, Getenv: o.Getenv, Client: tokens,
		}, o)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for revoked = range 4 { // 0: none
			if _, err := c.Ask(t.Context(), remote.Request{Path: "/people"}); err != nil || granted != revoked+1 {
				t.Errorf("with %d revoked: %v, and %d tokens were bought", revoked, err, granted)
			}
			<-time.After(time.Hour)
		}
	})
}

// again is an Auth that could show something else once.
type again struct {
	remote.Auth
	asked int
}

func (a *again) Refused(*http.Request) bool {
	a.asked++
	return a.asked == 1
}

func TestTogetherShowsAll(t *testing.T) {
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		if r.Header.Get("X-Key") != "k-"+canary.Secret || r.Header.Get("Authorization") != "Bearer "+canary.Secret {
			t.Error("a secret is missing")
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	getenv := func(string) string { return canary.Secret }
	first, second := &again{Auth: remote.Header("X-Key", "k-", source.Secret{Env: "A"}, getenv)}, &again{Auth: remote.Bearer(source.Secret{Env: "B"}, getenv)}
	_, err := client(t, server.URL, remote.Together{first, second}).Ask(t.Context(), remote.Request{Path: "/"})
	if fault := source.AsFault(err); fault.Word != source.WordDenied || requests != 2 || first.asked != 2 || second.asked != 2 {
		t.Errorf("%v after %d requests; they heard of %d and %d refusals", err, requests, first.asked, second.asked)
	}
	missing := remote.Together{remote.Bearer(source.Secret{Env: "B"}, getenv), remote.Header("X-Key", "", source.Secret{Env: "A"}, nil)}
	if _, err := client(t, server.URL, missing).Ask(t.Context(), remote.Request{Path: "/"}); source.AsFault(err).Word != source.WordSecret || requests != 2 {
		t.Errorf("%v after %d requests, though a secret is not there", err, requests)
	}
}

// A secret that is exchanged counts from the next request on.
func TestSecretsAreReadAnew(t *testing.T) {
	var shown []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown = append(shown, r.Header.Get("X-Key"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`[]`))
	}))
	defer server.Close()
	path := filepath.Join(canary.Input(t), "key")
	c := client(t, server.URL, remote.Header("X-Key", "k-", source.Secret{File: path}, nil))
	for _, secret := range []string{"one", "two\n"} {
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Ask(context.Background(), remote.Request{Path: "/"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(shown) != 2 || shown[0] != "k-one" || shown[1] != "k-two" {
		t.Errorf("shown: %v", shown)
	}
}
