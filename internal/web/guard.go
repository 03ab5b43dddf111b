package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// guard lets through who shows the token. Without a token it lets through
// whoever is on this machine, as long as the request names it: a page elsewhere
// that had its own name point here (DNS rebinding) is turned away.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.Token != "" && s.shows(r):
		case s.Loopback && namesLoopback(r.Host):
		case s.Token == "":
			fail(w, http.StatusForbidden, "set ROSTERD_WEB_TOKEN to use this interface beyond loopback")
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

func namesLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
