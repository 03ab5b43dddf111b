package remote

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// Config is where a service is and how it is spoken to.
type Config struct {
	// BaseURL is https://host and a path, without a query. http is for loopback.
	BaseURL string `yaml:"base_url" doc:"Where the service is: https://host, with a path where it has one."`
	// Timeout is for one request, to the last byte of its answer.
	Timeout time.Duration `yaml:"timeout" min:"1s" max:"1h" doc:"For one request, to the last byte of its answer."`
	// RequestsPerMinute is the pace over all requests of this source. 0: none.
	RequestsPerMinute float64 `yaml:"requests_per_minute" min:"0" doc:"The pace over all requests to this service; 0: as fast as it answers."`
	// CAFile has the certificates, as PEM, that the service's is checked against
	// beside those of the system.
	CAFile string `yaml:"ca_file" doc:"PEM file with the service's own certificate authority."`
	// ClientCertFile and ClientKeyFile are what this side shows (mTLS).
	ClientCertFile string `yaml:"client_cert_file" doc:"PEM file with the certificate that rosterd shows."`
	ClientKeyFile  string `yaml:"client_key_file" doc:"PEM file with that certificate's key."`
}

// DefaultTimeout is long enough for a page of any service that is known.
const DefaultTimeout = time.Minute

// ClientCertificate is the file of the certificate that this side shows; "" where it
// shows none.
func (c Config) ClientCertificate() string { return c.ClientCertFile }

// Faults lists what is wrong with the settings.
func (c Config) Faults() []source.KeyFault {
	var faults []source.KeyFault
	if _, err := base(c.BaseURL); err != nil {
		faults = append(faults, source.KeyFault{Key: "base_url", Detail: err.Error()})
	}
	if (c.ClientCertFile == "") != (c.ClientKeyFile == "") {
		faults = append(faults, source.KeyFault{Key: "client_cert_file", Detail: "client_cert_file and client_key_file go together"})
	}
	return faults
}

// Client returns a client of the service.
func (c Config) Client(auth Auth, o source.Opening) (*Client, error) {
	at, err := base(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base_url: %w", err)
	}
	transport, err := c.transport(o)
	if err != nil {
		return nil, err
	}
	client := &Client{base: at, auth: auth, timeout: c.Timeout, limiter: rate.NewLimiter(rate.Inf, 1), http: &http.Client{
		Transport: transport,
		// Whoever follows shows its credentials to whoever sends it there.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if client.timeout == 0 {
		client.timeout = DefaultTimeout
	}
	if c.RequestsPerMinute > 0 {
		client.limiter = rate.NewLimiter(rate.Limit(c.RequestsPerMinute/60), 1)
	}
	return client, nil
}

// base judges a base_url.
func base(text string) (*url.URL, error) {
	at, err := url.Parse(strings.TrimSuffix(text, "/"))
	switch {
	case err != nil || at.Host == "" || at.Opaque != "":
		return nil, errors.New("expected https://host")
	case at.User != nil:
		return nil, errors.New("credentials do not belong in a URL")
	case at.RawQuery != "" || at.Fragment != "":
		return nil, errors.New("expected no query")
	case !trust.Private(at):
		return nil, errors.New("expected https, or http on this machine")
	}
	return at, nil
}

func (c Config) transport(o source.Opening) (*http.Transport, error) {
	roots, err := trust.Authorities(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	secure := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	if c.ClientCertFile != "" {
		// Read at each handshake: certificates are exchanged while rosterd runs.
		secure.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := tls.LoadX509KeyPair(c.ClientCertFile, c.ClientKeyFile)
			return &pair, err
		}
		if _, err := tls.LoadX509KeyPair(c.ClientCertFile, c.ClientKeyFile); err != nil {
			return nil, fmt.Errorf("client_cert_file: %w", err)
		}
	}
	dial := o.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSClientConfig:        secure,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}, nil
}
