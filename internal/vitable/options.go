package vitable

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/trust"
)

// Options say where the API is and how to talk to it.
type Options struct {
	BaseURL string // https; plain http only to localhost, 127.0.0.0/8 and ::1
	Key     string // sent as a bearer token, and shown nowhere
	Version string // of rosterd, for the User-Agent; "" leaves it out
	// RequestsPerSecond paces all calls of one client together; 0: no limit.
	RequestsPerSecond float64
	PhoneFormat       PhoneFormat // "": national
	// Transport sends the requests; nil: one of the client's own. It is called
	// without an http.Client around it, so nothing follows redirects and nothing
	// keeps cookies.
	Transport http.RoundTripper
	// Now is the clock that Skew compares; nil: time.Now.
	Now func() time.Time
	// Observe is told of every HTTP attempt: one of Endpoints, the status or
	// CodeError, and how long it took from sending to the last byte of the
	// answer. It may be nil, and is called from many goroutines.
	Observe func(endpoint string, code string, took time.Duration)
}

// CodeError is what Observe gets for an attempt without a whole answer.
const CodeError = "error"

// PhoneFormat is how phone numbers are written in a payload: the reference says
// E.164 and shows ten digits in every example.
type PhoneFormat string

// The phone formats.
const (
	PhoneNational PhoneFormat = "national" // 2025550143
	PhoneE164     PhoneFormat = "e164"     // +12025550143
)

// check lists everything that is wrong with the options. The values stay out of
// the text: a URL or a key that was pasted wrongly may be a secret.
func (o Options) check() error {
	var faults []error
	if strings.IndexFunc(o.Key, notHeader) >= 0 || o.Key == "" {
		faults = append(faults, errors.New("the key is empty or has blanks or control characters in it"))
	}
	if strings.IndexFunc(o.Version, notHeader) >= 0 {
		faults = append(faults, errors.New("the version has blanks or control characters in it"))
	}
	if !(o.RequestsPerSecond >= 0) || math.IsInf(o.RequestsPerSecond, 0) {
		faults = append(faults, errors.New("requests per second must be a number from 0"))
	}
	switch o.PhoneFormat {
	case "", PhoneNational, PhoneE164:
	default:
		faults = append(faults, fmt.Errorf("the phone format must be %s or %s", PhoneNational, PhoneE164))
	}
	return errors.Join(faults...)
}

// notHeader finds what a key and a version may not have: anything but visible
// ASCII characters.
func notHeader(r rune) bool { return r <= ' ' || r > '~' }

// baseURL returns the address in front of every path, without a final slash.
func baseURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return "", errors.New("the base URL is not an absolute URL")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("the base URL must have no user, query or fragment")
	case trust.Private(u):
		return strings.TrimRight(u.String(), "/"), nil
	}
	return "", errors.New("the base URL must be https; plain http is for loopback hosts only")
}
