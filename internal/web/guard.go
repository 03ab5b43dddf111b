package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"slices"
	"strings"
)

// guard lets through who shows the token. Without a token it lets through
// whoever is on this machine, as long as the request names it: a page elsewhere
// that had its own name point here (DNS rebinding) is turned away, and so is
// what a proxy on this machine passes on for somebody elsewhere.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.Token != "" && s.shows(r):
		case s.Loopback && namesLoopback(r.Host) && !forwarded(r.Header):
		case s.Token == "":
			fail(w, http.StatusForbidden, "set ROSTERD_WEB_TOKEN to use this interface beyond loopback or through a proxy")
			return
		default:
			w.Header().Set("WWW-Authenticate", `Bearer realm="rosterd"`)
			fail(w, http.StatusUnauthorized, "send the token as Authorization: Bearer")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// shows compares digests, so that neither length nor content of the token can
// be learned from the time that it takes.
func (s *site) shows(r *http.Request) bool {
	shown, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(s.Token))
	return ok && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// forwarded reports whether a proxy says that it speaks for somebody else.
func forwarded(h http.Header) bool {
	return slices.ContainsFunc([]string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"},
		func(name string) bool { return len(h.Values(name)) > 0 })
}

func namesLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
