package vitable

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// ownTransport is used where the options bring none. The whole of an attempt
// has its deadline elsewhere; the timeouts here find out sooner that nothing
// listens, which is when a write may safely be sent again.
func ownTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout: 10 * time.Second,
		ForceAttemptHTTP2:   true,
		HTTP2:               &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 10 * time.Second},
		MaxIdleConnsPerHost: 64,
		// Common servers drop idle connections after five seconds or more. Staying
		// below keeps submissions off connections that are just being closed, where
		// nobody can tell whether they arrived.
		IdleConnTimeout:        4 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
