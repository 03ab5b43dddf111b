package vitable

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Client calls the API. It is safe for use by many goroutines, which share one
// pace. Its errors are *Error, and errors.As reaches one from all of them.
type Client struct {
	base      string
	key       string
	agent     string
	phone     PhoneFormat
	transport http.RoundTripper
	limiter   *rate.Limiter
	observe   func(endpoint, code string, took time.Duration)
	close     func()
	now       func() time.Time
	skew      atomic.Pointer[time.Duration] // nil: not known
}

// New returns a client, or everything that is wrong with the options. It sends
// nothing.
func New(o Options) (*Client, error) {
	base, wrongURL := baseURL(o.BaseURL)
	if err := errors.Join(wrongURL, o.check()); err != nil {
		return nil, fmt.Errorf("configure vitable client: %w", err)
	}
	c := &Client{
		base: base, key: o.Key, agent: "rosterd", phone: o.PhoneFormat,
		transport: o.Transport, limiter: rate.NewLimiter(rate.Inf, 1), observe: o.Observe, close: func() {}, now: o.Now,
	}
	if o.Version != "" {
		c.agent += "/" + o.Version
	}
	if o.RequestsPerSecond > 0 {
		c.limiter = rate.NewLimiter(rate.Limit(o.RequestsPerSecond), 1)
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.observe == nil {
		c.observe = func(string, string, time.Duration) {}
	}
	if c.transport == nil {
		own := ownTransport()
		c.transport, c.close = own, own.CloseIdleConnections
	}
	return c, nil
}

// Close gives back the idle connections of the client's own transport.
func (c *Client) Close() { c.close() }
