package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/web/page"
)

// A session is a cookie that says until when it is good, sealed with the token that
// opened it: it survives a restart, and ends when the token is changed.
const (
	sessionCookie = "__Host-rosterd"
	sessionLasts  = 12 * time.Hour
)

// How often somebody may try a token: some attempts at once, then one in a while.
const (
	signInBurst = 10
	signInEvery = 6 * time.Second
)

// howToOpen is the advice where no token is set.
const howToOpen = "Set ROSTERD_WEB_TOKEN to open them beyond this machine or through a proxy."

// wrongToken is for whoever shows another one.
const wrongToken = "That is not the token."

// sessionOf is a session's cookie for whoever showed a token.
func sessionOf(token string, until time.Time) *http.Cookie {
	text := strconv.FormatInt(until.Unix(), 10)
	return &http.Cookie{
		Name: sessionCookie, Value: text + "." + sealOf(token, text), Path: "/", Expires: until,
		HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode,
	}
}

// sealOf proves that a text was written by who knows a token.
func sealOf(token, text string) string {
	seal := hmac.New(sha256.New, []byte("rosterd session\x00"+token))
	seal.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(seal.Sum(nil))
}

// inSession says what the session of a request lets it do.
func (s *site) inSession(r *http.Request) rights {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nothing
	}
	text, seal, _ := strings.Cut(cookie.Value, ".")
	until, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !s.Now().Before(time.Unix(until, 0)) {
		return nothing
	}
	switch {
	case s.Token != "" && hmac.Equal([]byte(seal), []byte(sealOf(s.Token, text))):
		return acting
	case s.ReadToken != "" && hmac.Equal([]byte(seal), []byte(sealOf(s.ReadToken, text))):
		return reading
	}
	return nothing
}

// guardPages lets people through, and shows the others where to sign in.
func (s *site) guardPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		may := s.rightsOf(r)
		_, bearer := bearerOf(r.Header)
		switch {
		case may > nothing:
			viewer := page.Viewer{MayAct: may == acting, SignedIn: s.inSession(r) > nothing}
			next.ServeHTTP(w, r.WithContext(page.As(r.Context(), viewer)))
		case s.closed():
			s.pages.Closed(w, r, howToOpen)
		case bearer:
			s.pages.SignIn(w, r, http.StatusUnauthorized, wrongToken)
		case reads(r):
			http.Redirect(w, r, "/signin", http.StatusSeeOther)
		default:
			s.pages.SignIn(w, r, http.StatusUnauthorized, "Your session has ended, and nothing was changed. Sign in and do it again.")
		}
	})
}

// signIn opens a session for whoever knows a token.
func (s *site) signIn(w http.ResponseWriter, r *http.Request) {
	switch token := strings.TrimSpace(r.PostFormValue("token")); {
	case s.closed():
		s.pages.Closed(w, r, howToOpen)
	case !s.attempts.AllowN(s.Now(), 1):
		w.Header().Set("Retry-After", strconv.Itoa(int(signInEvery/time.Second)))
		s.pages.SignIn(w, r, http.StatusTooManyRequests, "Too many attempts. Wait a little.")
	case s.grants(token) == nothing:
		s.Log.Warn("sign-in refused")
		s.pages.SignIn(w, r, http.StatusUnauthorized, wrongToken)
	default:
		http.SetCookie(w, sessionOf(token, s.Now().Add(sessionLasts)))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	}
}

// signOut ends a session in this browser.
func (s *site) signOut(w http.ResponseWriter, r *http.Request) {
	ended := sessionOf("", time.Unix(1, 0))
	ended.Value, ended.MaxAge = "", -1
	http.SetCookie(w, ended)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
