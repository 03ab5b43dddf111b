package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// Stream is an answer that is read as it comes, for what may be too large to hold.
// It has to be closed. Where it ends too early, reading it ends with a fault.
type Stream struct {
	Header http.Header
	Size   int64 // bytes, as the service declares; -1 when it does not
	body   io.ReadCloser
	wait   *time.Timer // ends the answer when nothing comes
	max    time.Duration
	cancel context.CancelFunc
}

// Open sends a request, again where that may help, until an answer begins. The
// timeout is for its beginning, and then for each part of it. An answer that ends
// with its connection is refused, for nobody could tell that it is whole.
func (c *Client) Open(ctx context.Context, r Request) (stream *Stream, err error) {
	err = c.persist(ctx, func() (found ruling) {
		stream, found = c.begin(ctx, r)
		return found
	})
	return stream, err
}

func (c *Client) begin(ctx context.Context, r Request) (*Stream, ruling) {
	request, err := c.request(ctx, r)
	if err != nil {
		return nil, ruling{fault: err}
	}
	ctx, cancel := context.WithCancel(ctx)
	wait := time.AfterFunc(c.timeout, cancel)
	refuse := func(found ruling) (*Stream, ruling) {
		wait.Stop()
		cancel()
		return nil, found
	}
	response, err := c.http.Do(request.WithContext(ctx)) //nolint:bodyclose // by Close, or below
	if err != nil {
		return refuse(ruling{fault: unreached(err), again: !permanent(err)})
	}
	found := c.judge(response)
	switch {
	case found.fault != nil: // the fault says more
	case response.StatusCode != http.StatusOK:
		found.fault = source.Faultf(source.WordFormat, "the service answers %d, where a file should be", response.StatusCode)
	case !framed(response):
		found.fault = source.Faultf(source.WordTruncated, "an answer ends with its connection, so nobody can tell whether it is whole")
	}
	if found.fault != nil {
		_ = response.Body.Close() // the fault says more
		return refuse(found)
	}
	return &Stream{Header: response.Header, Size: response.ContentLength, body: response.Body, wait: wait, max: c.timeout, cancel: cancel}, ruling{}
}

// Read implements io.Reader.
func (s *Stream) Read(p []byte) (int, error) {
	s.wait.Reset(s.max)
	n, err := s.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = source.Faultf(source.WordUnreached, "an answer broke off: %s", trust.Told(err))
	}
	return n, err
}

// Close implements io.Closer.
func (s *Stream) Close() error {
	s.wait.Stop()
	err := s.body.Close()
	s.cancel()
	return err
}
