package remote

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/rosterd/rosterd/internal/retry"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

const (
	// tries is how often a request is sent at most.
	tries = 4
	// maxAnswer is the largest answer that is read into memory; a page of a
	// thousand people has about one megabyte.
	maxAnswer = 64 << 20
)

// Client sends requests to one service. It is safe for use by many goroutines.
// Its errors are *source.Fault, and none of them has a value, a query or a
// credential.
type Client struct {
	base    *url.URL
	auth    Auth
	timeout time.Duration
	limiter *rate.Limiter
	http    *http.Client
	// Throttles are statuses beside 429 that may mean that it is asked too often,
	// for services that do not say so as they should. With a Retry-After they do.
	Throttles []int
}

// Request is one request to the service.
type Request struct {
	Method string // "": GET
	Path   string // below the base_url, escaped as it goes over the wire
	URL    string // instead of Path: absolute, on the base_url's host unless Foreign
	Query  url.Values
	Header http.Header
	Body   []byte
	// User and Password, where they are set, are shown instead of the client's Auth.
	User, Password string
}

// Ask sends a request, again where that may help, and returns the whole answer.
func (c *Client) Ask(ctx context.Context, r Request) (answer Answer, err error) {
	err = c.persist(ctx, func() (found ruling) {
		answer, found = c.attempt(ctx, r)
		return found
	})
	return answer, err
}

// persist makes attempts, at the client's pace, until one succeeds or another
// one would not help.
func (c *Client) persist(ctx context.Context, attempt func() ruling) error {
	for try := 1; ; try++ {
		if err := c.limiter.Wait(ctx); err != nil {
			return context.Cause(ctx)
		}
		found := attempt()
		if found.fault == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !found.again || try == tries || found.wait > retry.Patience {
			return found.fault
		}
		if err := retry.Sleep(ctx, max(found.wait, retry.Backoff(try))); err != nil {
			return err
		}
	}
}

// Close gives back idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// attempt sends a request once. Its time begins when what it shows is there: a
// token may have to be bought first, which takes a time of its own.
func (c *Client) attempt(ctx context.Context, r Request) (Answer, ruling) {
	request, err := c.request(ctx, r)
	if err != nil {
		return Answer{}, ruling{fault: err}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	response, err := c.http.Do(request.WithContext(ctx))
	if err != nil {
		return Answer{}, ruling{fault: unreached(err), again: !permanent(err)}
	}
	defer response.Body.Close()
	if found := c.judge(response); found.fault != nil {
		return Answer{}, found
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return Answer{}, ruling{fault: unreached(err), again: true}
	case len(body) > maxAnswer:
		return Answer{}, ruling{fault: source.Faultf(source.WordTooLarge, "an answer is larger than %d bytes; ask for smaller pages", maxAnswer)}
	}
	return Answer{Status: response.StatusCode, Header: response.Header, Body: body, Framed: framed(response)}, ruling{}
}

// request builds the HTTP request.
func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	at, err := c.locate(r)
	if err != nil {
		return nil, err
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	request, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, source.Faultf(source.WordFormat, "the address of a request cannot be used")
	}
	for name, values := range r.Header {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	if request.Header.Get("Accept") == "" {
		request.Header.Set("Accept", "application/json")
	}
	request.Header.Set("User-Agent", "rosterd")
	if r.User != "" {
		request.SetBasicAuth(r.User, r.Password)
		return request, nil
	}
	return request, c.auth.Authorize(ctx, request)
}

// locate returns the address of a request. One that the service named itself has
// to be on the service's own host: credentials go nowhere else.
func (c *Client) locate(r Request) (string, error) {
	if r.URL == "" {
		at := *c.base
		at.RawPath = strings.TrimSuffix(at.EscapedPath(), "/") + "/" + strings.TrimPrefix(r.Path, "/")
		path, err := url.PathUnescape(at.RawPath)
		if err != nil {
			return "", source.Faultf(source.WordFormat, "the path of a request cannot be used")
		}
		at.Path, at.RawQuery = path, r.Query.Encode()
		return at.String(), nil
	}
	at, err := c.base.Parse(r.URL)
	if err != nil || at.Scheme != c.base.Scheme || at.Host != c.base.Host {
		return "", source.Faultf(source.WordRedirect, "the service names an address on another host; no request goes there")
	}
	if len(r.Query) > 0 {
		at.RawQuery = r.Query.Encode()
	}
	return at.String(), nil
}

// unreached says what went wrong on the way, without the address and without a word
// of the service's.
func unreached(err error) *source.Fault {
	return source.Faultf(source.WordUnreached, "%s", trust.Told(err))
}
