package reconciletest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// ErrLine is a broken connection.
var ErrLine = errors.New("connection reset by peer")

// Wire is a transport that calls a handler without a network, so that it works
// in a bubble of package synctest, and cuts answers where the handler cuts its
// connection.
type Wire struct {
	Handler http.Handler
	// Before is asked before a request is served, and After when it was: what
	// they return is all that the client sees of it. They may be nil.
	Before, After func(*http.Request) error
}

// RoundTrip implements http.RoundTripper.
func (w *Wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if err := ask(w.Before, r); err != nil {
		return nil, err
	}
	rec := httptest.NewRecorder()
	inbound := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	inbound.Header = r.Header
	whole := serve(w.Handler, rec, inbound)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if err := ask(w.After, r); err != nil {
		return nil, err
	}
	if !whole {
		return nil, ErrLine
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
