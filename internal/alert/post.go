package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/retry"
	"github.com/rosterd/rosterd/internal/trust"
)

// Trust is whose certificates are believed beside those that the system believes.
type Trust struct {
	CAFile string `yaml:"ca_file" doc:"PEM file with the service's own certificate authority."`
}

// secure returns the settings of TLS. The file is read each time: certificates
// are exchanged while rosterd runs.
func (t Trust) secure() (*tls.Config, error) {
	roots, err := trust.Authorities(t.CAFile)
	if err != nil {
		return nil, fmt.Errorf("read ca_file: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}, nil
}

// Check implements Checker.
func (t Trust) Check() error {
	_, err := t.secure()
	return err
}

// poster posts bodies.
type poster struct {
	trusted Trust
	now     func() time.Time
	client  *http.Client // that believes the authorities; nil before the first post
	roots   *x509.CertPool
}

func newPoster(t Trust, now func() time.Time) *poster { return &poster{trusted: t, now: now} }

// believing returns the client, another one whenever the authorities are exchanged. What
// the old ones vouched for is not used any more.
func (p *poster) believing() (*http.Client, error) {
	secure, err := p.trusted.secure()
	if err != nil {
		return nil, err
	}
	if p.client != nil && p.roots.Equal(secure.RootCAs) {
		return p.client, nil
	}
	if p.client != nil {
		p.client.CloseIdleConnections()
	}
	p.roots = secure.RootCAs
	p.client = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: secure, ForceAttemptHTTP2: true,
			TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10,
		},
		// Whoever follows shows its signature to whoever sends it there.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p.client, nil
}

// maxAnswer is how much of an answer is read: all that any of them says.
const maxAnswer = 4 << 10

// post posts a body and returns what was answered with a 2xx. Its errors have
// neither the URL, which may be a secret, nor the answer.
func (p *poster) post(ctx context.Context, to string, header http.Header, body []byte) (answer string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return "", errors.New("post: the URL cannot be used")
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "rosterd")
	client, err := p.believing()
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("post: %s", trust.Told(err))
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case response.StatusCode >= 300 && response.StatusCode < 400:
		return "", fmt.Errorf("post: the service answers %d and sends elsewhere", response.StatusCode)
	case response.StatusCode < 200 || response.StatusCode >= 300:
		return "", p.refused(response)
	case err != nil:
		return "", fmt.Errorf("post: read answer: %s", trust.Told(err))
	}
	return string(text), nil
}

// refused is the error of a status, with the wait that the service asks for.
func (p *poster) refused(response *http.Response) error {
	err := fmt.Errorf("post: the service answers %d", response.StatusCode)
	if wait, asked := retry.After(response.Header, p.now()); asked {
		return &Later{Wait: wait, Err: err}
	}
	return err
}

// checkURL judges the URL of a service; a plain http one is for loopback.
func checkURL(text string) string {
	at, err := url.Parse(text)
	switch {
	case err != nil || at.Host == "" || at.Opaque != "":
		return "expected https://host"
	case at.User != nil:
		return "credentials do not belong in a URL"
	case at.Fragment != "":
		return "expected no fragment"
	case !trust.Private(at):
		return "expected https, or http on this machine"
	}
	return ""
}

// trimmed is a URL without the slash at its end.
func trimmed(text string) string { return strings.TrimSuffix(text, "/") }
