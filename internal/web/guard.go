package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/trust"
)

// rights are what somebody may do here.
type rights int

// Nobody may act who may not read.
const (
	nothing rights = iota
	reading
	acting
)

// rightsOf says what a request may do. The token lets act, the other one lets read;
// each may come in the Authorization header or as a session that was opened with
// it. On loopback whoever is on this machine may act, as long as the request names
// it: a page elsewhere that had its own name point here (DNS rebinding) is turned
// away, and so is what a proxy on this machine passes on for somebody elsewhere.
func (s *site) rightsOf(r *http.Request) rights {
	shown, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case bearer && s.grants(shown) > nothing:
		return s.grants(shown)
	case s.Loopback && namesHere(r.Host) && !forwarded(r.Header):
		return acting
	}
	return s.inSession(r)
}

// grants says what a token lets somebody do.
func (s *site) grants(token string) rights {
	switch {
	case same(token, s.Token):
		return acting
	case same(token, s.ReadToken):
		return reading
	}
	return nothing
}

// same compares digests, so that neither length nor content of a token can be
// learned from the time that it takes. Nothing is the same as no token.
func same(shown, token string) bool {
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && token != ""
}

// closed reports whether there is no token that could be shown.
func (s *site) closed() bool { return s.Token == "" && s.ReadToken == "" }

// guardAPI lets programs through.
func (s *site) guardAPI(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		may := s.rightsOf(r)
		switch {
		case may == nothing && s.closed():
			fail(w, http.StatusForbidden, "set ROSTERD_WEB_TOKEN to use this interface beyond loopback or through a proxy")
		case may == nothing:
			w.Header().Set("WWW-Authenticate", `Bearer realm="rosterd"`)
			fail(w, http.StatusUnauthorized, "send the token as Authorization: Bearer")
		case may < acting && !reads(r):
			fail(w, http.StatusForbidden, "this token is for reading only")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// reads reports whether a request changes nothing.
func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// forwarded reports whether a proxy says that it speaks for somebody else.
func forwarded(h http.Header) bool {
	return slices.ContainsFunc([]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"},
		func(name string) bool { return len(h.Values(name)) > 0 })
}

// namesHere reports whether a Host header names this machine.
func namesHere(host string) bool { return trust.Here((&url.URL{Host: host}).Hostname()) }
