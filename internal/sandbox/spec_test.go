package sandbox_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// spec judges traffic by the OpenAPI document, with a validator that has no
// line in common with the sandbox.
type spec struct{ router routers.Router }

// loaded reads the document once: that takes longer than most tests.
var loaded = sync.OnceValues(func() (*spec, error) {
	doc, err := openapi3.NewLoader().LoadFromData(sandbox.Spec())
	if err != nil {
		return nil, err
	}
	doc.Servers = nil // any host will do
	router, err := legacy.NewRouter(doc)
	return &spec{router}, err
})

func loadSpec(t *testing.T) *spec {
	t.Helper()
	s, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *spec) input(req *http.Request) (*openapi3filter.RequestValidationInput, error) {
	route, params, err := s.router.FindRoute(req)
	if err != nil {
		return nil, err
	}
	return &openapi3filter.RequestValidationInput{
		Request: req, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
			IncludeResponseStatus: true,
		},
	}, nil
}

// checkRequest leaves the request as it was.
func (s *spec) checkRequest(req *http.Request) error {
	copied := req.Clone(req.Context())
	if req.GetBody != nil {
		copied.Body, _ = req.GetBody()
	}
	in, err := s.input(copied)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(context.Background(), in)
}

func (s *spec) checkResponse(method, url string, r reply) error {
	in, err := s.input(httptest.NewRequest(method, url, nil))
	if err != nil {
		return err
	}
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: r.status, Header: r.header,
		Body: io.NopCloser(strings.NewReader(r.text)), Options: in.Options,
	})
}

func TestSpec(t *testing.T) {
	t.Run("is a valid document", func(t *testing.T) {
		doc, err := openapi3.NewLoader().LoadFromData(sandbox.Spec())
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("is handed out as a copy", func(t *testing.T) {
		sandbox.Spec()[0] = 'X'
		if bytes.HasPrefix(sandbox.Spec(), []byte("X")) {
			t.Error("a caller changed the document")
		}
	})
}
