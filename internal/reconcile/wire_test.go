package reconcile_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// errLine is a broken connection.
var errLine = errors.New("connection reset by peer")

// wire is a transport that calls the sandbox without a network, and cuts
// answers where the sandbox or a test wants them cut.
type wire struct {
	t   *testing.T
	box *sandbox.Server
	// before is asked before a request is served, and after when it was: what
	// they return is all that the client sees of it. They may be nil.
	before, after func(*http.Request) error
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if err := ask(w.before, r); err != nil {
		return nil, err
	}
	rec := canary.Recorder(w.t)
	inbound := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	inbound.Header = r.Header
	whole := serve(w.box, rec, inbound)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if err := ask(w.after, r); err != nil {
		return nil, err
	}
	if !whole {
		return nil, errLine
	}
	return cutOff(rec.Result()), nil
}

func ask(hook func(*http.Request) error, r *http.Request) error {
	if hook == nil {
		return nil
	}
	return hook(r)
}

// serve reports whether the handler answered; a handler that cuts the
// connection panics.
func serve(handler http.Handler, rec *httptest.ResponseRecorder, r *http.Request) (whole bool) {
	defer func() {
		if cause := recover(); cause != nil && cause != any(http.ErrAbortHandler) {
			panic(cause)
		}
	}()
	handler.ServeHTTP(rec, r)
	return true
}

// cutOff makes a body that is shorter than announced end as such a body does.
func cutOff(response *http.Response) *http.Response {
	announced, err := strconv.Atoi(response.Header.Get("Content-Length"))
	body, _ := io.ReadAll(response.Body) // it is in memory
	var end io.Reader = bytes.NewReader(body)
	if err == nil && announced > len(body) {
		end = io.MultiReader(end, broken{})
	}
	response.Body = io.NopCloser(end)
	return response
}

// broken is the end of a body that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// submits reports whether a request sends a roster.
func submits(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members/sync")
}

// stranger is somebody whom Vitable has and no source knows.
func stranger() sandbox.Member {
	return sandbox.Member{
		ReferenceID: "STRANGER", FirstName: "Canaria", LastName: "Stray", DateOfBirth: "1980-01-01", Phone: "2025550143", PlanID: gold,
		Address: sandbox.Address{Line1: "1 Cage Street", City: "Springfield", State: "IL", Zipcode: "62701"},
	}
}
