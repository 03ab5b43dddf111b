// Package trust says whom rosterd believes: where keys and people's data may be sent,
// whose certificates prove that it is really there, and what of a failed request may be
// told.
package trust

import (
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"
)

// Here reports whether a host is this machine, without a port or brackets: localhost in
// any case (RFC 6761, 6.3) or a loopback address (127.0.0.0/8 or ::1). No name is looked
// up: who answers for it could change afterwards.
func Here(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Private reports whether nobody on the way can read or change what is sent to an
// address: it is https, or http on this machine, for a proxy that does the rest.
func Private(to *url.URL) bool {
	return to.Scheme == "https" || to.Scheme == "http" && Here(to.Hostname())
}

// Authorities are those that the system believes and those of a PEM file. Without a file
// they are nil, which crypto/tls takes for the system's.
func Authorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("the file has no certificate")
	}
	return roots, nil
}
