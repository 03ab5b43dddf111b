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
// it. A token that is wrong is not the same as none: it lets do nothing. On loopback
// whoever is on this machine may act, as long as nothing shows that it is somebody
// elsewhere who asks.
func (s *site) rightsOf(r *http.Request) rights {
	shown, bearer := bearerOf(r.Header)
	switch {
	case bearer && !s.closed():
		return s.grants(shown)
	case s.Loopback && fromHere(r):
		return acting
	}
	return s.inSession(r)
}

// bearerOf is the token that a request shows, if it shows one. The name of the scheme
// may be written in any case (RFC 9110, 11.1).
func bearerOf(h http.Header) (token string, shown bool) {
	for _, value := range h.Values("Authorization") {
		if scheme, token, _ := strings.Cut(value, " "); strings.EqualFold(scheme, "Bearer") {
			return token, true
		}
	}
	return "", false
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

// fromHere reports whether nothing shows that a request on loopback was sent for
// somebody elsewhere: by a page that had its own name point here (DNS rebinding), or
// by a proxy on this machine. One that hides whom it speaks for cannot be told from
// curl; but nginx long asked in HTTP/1.0 unless it was told otherwise, and browsers
// say which site they believe to be on.
func fromHere(r *http.Request) bool {
	return namesHere(r.Host) && r.ProtoAtLeast(1, 1) && !forwarded(r.Header) && !onOtherSite(r.Header)
}

// forwarded reports whether a proxy says that it speaks for somebody else.
func forwarded(h http.Header) bool {
	for name := range h {
		if name == "Forwarded" || name == "Via" || name == "X-Real-Ip" || strings.HasPrefix(name, "X-Forwarded-") {
			return true
		}
	}
	return false
}

// onOtherSite reports whether a browser is on a site of another name than this
// machine's. A link on another site leads here all the same, if the browser says that
// it is no more than that.
func onOtherSite(h http.Header) bool {
	other := func(name string) bool {
		return slices.ContainsFunc(h.Values(name), func(value string) bool {
			site, err := url.Parse(value)
			return err != nil || !trust.Here(site.Hostname())
		})
	}
	return other("Origin") || other("Referer") && h.Get("Sec-Fetch-Site") != "cross-site"
}

// namesHere reports whether a Host header names this machine.
func namesHere(host string) bool { return trust.Here((&url.URL{Host: host}).Hostname()) }
