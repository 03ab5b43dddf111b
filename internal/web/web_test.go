package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/web"
)

func TestEveryAnswerHasTheHeaders(t *testing.T) {
	tests := []struct {
		name, method, path string
		change             []func(*http.Request)
		want               int
	}{
		{"health", "GET", "/healthz", nil, 200},
		{"metrics", "GET", "/metrics", nil, 200},
		{"a list", "GET", "/api/v1/groups", nil, 200},
		{"no such path below the interface", "GET", "/api/v1/nowhere", nil, 404},
		{"a write to what is read", "POST", "/api/v1/groups", nil, 405},
		{"a read of what is written", "GET", "/api/v1/holds/h1/approve", nil, 405},
		{"a path that is not clean", "GET", "/api/v1/../v1/groups", nil, 307},
		{"not let in", "GET", "/api/v1/groups", []func(*http.Request){host(remote)}, 403},
		{"cross-origin", "POST", "/api/v1/runs", []func(*http.Request){header("Origin", "https://evil.example.com")}, 403},
		{"a bad request", "POST", "/api/v1/holds/h1/approve", nil, 400},
	}
	want := map[string]string{
		"Cache-Control":           "no-store",
		"X-Content-Type-Options":  "nosniff",
		"Referrer-Policy":         "same-origin",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
	}
	w := newWorld(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			answer := w.request(t, test.method, test.path, "", test.change...)
			wantStatus(t, answer, test.want)
			for name, value := range want {
				if got := answer.Header().Get(name); got != value {
					t.Errorf("%s is %q, want %q", name, got, value)
				}
			}
		})
	}
}

func TestAPanicIsNotTold(t *testing.T) {
	w := newWorld(t)
	w.options.Ready = func(context.Context) error { panic(errCanary.Error()) }
	answer := w.request(t, http.MethodGet, "/readyz", "")
	wantStatus(t, answer, http.StatusInternalServerError)
	told, err := json.Marshal(w.log.All())
	check(t, err)
	for where, text := range map[string]string{"answer": answer.Body.String(), "log": string(told)} {
		if strings.Contains(text, errCanary.Error()) {
			t.Errorf("the %s repeats what it panicked with", where)
		}
	}
	if w.log.FilterMessage("request stopped unexpectedly").Len() != 1 {
		t.Error("the log does not tell of it")
	}
}

func TestServerHasLimits(t *testing.T) {
	s, err := web.NewServer(newWorld(t).options)
	check(t, err)
	if s.ReadHeaderTimeout <= 0 || s.ReadTimeout <= 0 || s.WriteTimeout <= 0 || s.IdleTimeout <= 0 || s.MaxHeaderBytes <= 0 {
		t.Errorf("a limit is missing: %v %v %v %v %d", s.ReadHeaderTimeout, s.ReadTimeout, s.WriteTimeout, s.IdleTimeout, s.MaxHeaderBytes)
	}
	if s.ErrorLog == nil {
		t.Error("the server writes to a log of its own")
	}
}
