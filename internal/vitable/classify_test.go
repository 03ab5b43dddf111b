package vitable_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

var errReset error = syscall.ECONNRESET

func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func fate(t *testing.T, err error) roster.Fate {
	t.Helper()
	failed, ok := errors.AsType[*vitable.Error](err)
	if !ok {
		t.Fatalf("%v is not a *vitable.Error", err)
	}
	return failed.Fate()
}

// expected is the table of the design, written out again: how often a call is
// sent that always gets this status with a body of no use, and its fate.
func expected(write bool, status int, comeBack bool) (attempts int, fate roster.Fate) {
	switch {
	case status == 401 || status == 403:
		return 1, roster.FateDenied
	case write && (status == 429 || status == 503 && comeBack):
		return 3, roster.FateUnreached
	case write && status >= 300 && status <= 499 && status != 408:
		return 1, roster.FateRefused
	case write:
		return 1, roster.FateUnknown
	case status == 408 || status == 429 || status >= 500:
		return 4, roster.FateUnreached
	case status >= 400:
		return 1, roster.FateRefused
	}
	return 1, roster.FateUnreached
}

func TestEveryStatusHasItsFate(t *testing.T) {
	for _, op := range operations() {
		for _, comeBack := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, Retry-After %v", op.name, comeBack), func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					for status := 100; status <= 599; status++ {
						server := &server{reply: func(int) (*http.Response, error) {
							response := answer(status, "{}")
							if comeBack {
								response.Header.Set("Retry-After", "1")
							}
							return response, nil
						}}
						err := op.call(t, newClient(t, server))
						attempts, want := expected(op.write, status, comeBack)
						if got := fate(t, err); got != want || len(server.requests()) != attempts {
							t.Errorf("status %d: sent %d times, %s; want %d times, %s", status, len(server.requests()), got, attempts, want)
						}
					}
				})
			})
		}
	}
}

func TestNoAnswerAfterSendingIsUnknownForWrites(t *testing.T) {
	cut := func(status int) func(int) (*http.Response, error) {
		return func(int) (*http.Response, error) {
			response := answer(status, "")
			response.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"da`), brokenReader{}))
			return response, nil
		}
	}
	for _, tt := range []struct {
		name  string
		reply func(int) (*http.Response, error)
	}{
		{"a reset", func(int) (*http.Response, error) { return nil, errReset }},
		{"no answer", func(int) (*http.Response, error) { return nil, io.EOF }},
		{"an answer that is cut off", cut(200)},
	} {
		for _, op := range operations() {
			t.Run(tt.name+", "+op.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					server := &server{reply: tt.reply}
					err := op.call(t, newClient(t, server))
					attempts, want := 4, roster.FateUnreached
					if op.write {
						attempts, want = 1, roster.FateUnknown
					}
					if got := fate(t, err); got != want || len(server.requests()) != attempts {
						t.Errorf("sent %d times, %s; want %d times, %s", len(server.requests()), got, attempts, want)
					}
				})
			})
		}
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestARefusalCountsEvenIfItsBodyIsCutOff(t *testing.T) {
	server := &server{reply: func(int) (*http.Response, error) {
		response := answer(422, "")
		response.Body = io.NopCloser(brokenReader{})
		return response, nil
	}}
	_, err := newClient(t, server).Submit(t.Context(), "grp_1", nil)
	if got := fate(t, err); got != roster.FateRefused {
		t.Errorf("fate %s, want refused", got)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	server := &server{reply: func(int) (*http.Response, error) {
		response := answer(307, "")
		response.Header.Set("Location", "https://elsewhere.example.test/")
		response.Header.Set("Set-Cookie", "session=1")
		return response, nil
	}}
	client := newClient(t, server)
	for range 2 {
		_, err := client.Submit(t.Context(), "grp_1", nil)
		if got := fate(t, err); got != roster.FateRefused {
			t.Errorf("fate %s, want refused", got)
		}
	}
	for _, request := range server.requests() {
		if request.Path != "/v1/groups/grp_1/members/sync" || request.Header.Get("Cookie") != "" {
			t.Errorf("sent %s with cookie %q", request.Path, request.Header.Get("Cookie"))
		}
	}
	if n := len(server.requests()); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}
