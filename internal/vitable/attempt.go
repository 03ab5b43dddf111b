package vitable

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/retry"
)

const (
	// deadline is for a whole attempt, to the last byte of its answer; it is what
	// the vendor's own clients allow.
	deadline = 60 * time.Second
	// The largest answers that are read. An outcome names every member at most
	// once; 64 MiB are far more than any.
	maxAnswer = 64 << 20
	maxError  = 1 << 20
)

// attempt sends one request and judges its answer; nil is success.
func (c *Client) attempt(ctx context.Context, k call, target string, content []byte, parse func([]byte) error) *Error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	request, err := c.request(ctx, k, target)
	if err != nil {
		// Everything that it is made of was checked; it has not been sent.
		return &Error{Call: k.String(), fate: classify(k, evidence{unsent: true}).fate, err: errBroken}
	}
	var sent *body
	if content != nil {
		sent = newBody(content)
		request.Body, request.ContentLength = sent, int64(len(content))
		request.Header.Set("Content-Type", "application/json")
	}
	got := c.exchange(k, request)
	failed := got.judge(k, sent, parse)
	if failed == nil {
		c.compareClocks(got.header)
	}
	return failed
}

// request builds everything but the body. There is no idempotency key: the API
// has none, and net/http would take one as leave to replay.
func (c *Client) request(ctx context.Context, k call, target string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, k.method(), c.base+target, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.agent)
	return request, nil
}

// answer is what came back.
type answer struct {
	status int // 0: not even a status
	header http.Header
	body   []byte
	err    error // why there is no whole answer
}

// exchange sends a request, reads the answer and tells Observe.
func (c *Client) exchange(k call, request *http.Request) (got answer) {
	begun := time.Now()
	defer func() {
		code := CodeError
		if got.err == nil {
			code = strconv.Itoa(got.status)
		}
		c.observe(string(k), code, time.Since(begun))
	}()
	response, err := c.transport.RoundTrip(request)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close() //nolint:errcheck // it was read as far as it matters
	got = answer{status: response.StatusCode, header: response.Header}
	if !k.succeeded(got.status) {
		// The status says it all; the body only helps to find the request again.
		got.body, _ = io.ReadAll(io.LimitReader(response.Body, maxError))
		return got
	}
	got.body, got.err = io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	return got
}

// judge turns an answer into an error, or into nil when it is what was asked
// for.
func (a answer) judge(k call, sent *body, parse func([]byte) error) *Error {
	found := evidence{status: a.status}
	failed := &Error{Call: k.String(), Status: a.status}
	failed.retryAfter, found.comeBack = retry.After(a.header, time.Now())
	switch {
	case a.err != nil:
		found.status = 0
		found.unsent = a.status == 0 && sent != nil && sent.seal()
		failed.err = plain(a.err)
	case !k.succeeded(a.status):
		failed.Code, failed.TraceID = marks(a.body)
	default:
		if failed.err = a.read(parse); failed.err == nil {
			return nil
		}
	}
	ruling := classify(k, found)
	failed.fate, failed.again = ruling.fate, ruling.again
	return failed
}

// read checks that the answer is JSON of a size that can be believed.
func (a answer) read(parse func([]byte) error) error {
	media, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	switch {
	case err != nil || media != "application/json" && !strings.HasSuffix(media, "+json"):
		return protocol("its content type is not JSON")
	case len(a.body) > maxAnswer:
		return protocol("it is too large")
	}
	return parse(a.body)
}
