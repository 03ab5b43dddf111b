package files

import (
	"errors"
	"net/url"
	"strings"

	"github.com/rosterd/rosterd/internal/trust"
)

// address is a path, taken apart.
type address struct {
	scheme string // "" on this machine
	user   string
	host   string // with its port; the bucket of s3
	path   string // on that host, a pattern perhaps
	query  string // of https
	base   string // of https: with scheme and host
}

// The schemes.
const (
	schemeSFTP  = "sftp"
	schemeHTTPS = "https"
	schemeS3    = "s3"
)

// address takes the path apart. A pattern is no URL ([a-z], ?), so that is done by
// hand but for https, which has none. Errors have no part of the path, for it may
// hold a password.
func (c Config) address() (address, error) {
	scheme, rest, remote := strings.Cut(c.Path, "://")
	if !remote {
		return address{path: c.Path}, nil
	}
	host, path, _ := strings.Cut(rest, "/")
	at := address{scheme: scheme, host: host, path: "/" + path}
	if user, behind, named := strings.Cut(host, "@"); named {
		at.user, at.host = user, behind
	}
	switch {
	case !readable(scheme, at.host):
		return at, errors.New("expected a path, sftp://, https:// or s3://")
	case at.host == "":
		return at, errors.New("expected a host behind ://")
	case strings.Contains(at.user, ":") || at.user != "" && scheme != schemeSFTP:
		return at, errors.New("credentials do not belong in an address")
	case path == "":
		return at, errors.New("expected a file behind the host")
	}
	if scheme != schemeSFTP && scheme != schemeS3 {
		located, err := url.Parse(c.Path)
		if err != nil {
			return at, errors.New("expected an https address")
		}
		at.scheme, at.path, at.query, at.base = schemeHTTPS, located.Path, located.RawQuery, scheme+"://"+at.host
	}
	return at, nil
}

// readable reports whether files can be fetched so; http is for a proxy on this
// machine that does the rest.
func readable(scheme, host string) bool {
	switch scheme {
	case schemeSFTP, schemeHTTPS, schemeS3:
		return true
	}
	return scheme == "http" && trust.Here((&url.URL{Host: host}).Hostname())
}
