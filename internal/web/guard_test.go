package web_test

import (
	"net"
	"net/http"
	"testing"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/web"
)

func TestWhoIsLetIn(t *testing.T) {
	right, wrong := header("Authorization", "Bearer "+token), header("Authorization", "Bearer "+token+"x")
	tests := []struct {
		name     string
		token    string
		loopback bool
		change   []func(*http.Request)
		want     int
	}{
		{"loopback without a token", "", true, nil, 200},
		{"loopback named localhost", "", true, []func(*http.Request){host("localhost:8080")}, 200},
		{"loopback named by IPv6", "", true, []func(*http.Request){host("[::1]:8080")}, 200},
		{"loopback named without a port", "", true, []func(*http.Request){host("127.0.0.1")}, 200},
		{"loopback under a rebound name", "", true, []func(*http.Request){host("evil.example.com:8080")}, 403},
		{"loopback under a name that only begins like it", "", true, []func(*http.Request){host("127.0.0.1.evil.example.com")}, 403},
		{"loopback under a name of localhost's", "", true, []func(*http.Request){host("localhost.evil.example.com")}, 403},
		{"loopback without a name", "", true, []func(*http.Request){host("")}, 403},
		{"loopback through a proxy", "", true, []func(*http.Request){header("X-Forwarded-For", "203.0.113.7")}, 403},
		{"loopback through a proxy of the standard", "", true, []func(*http.Request){header("Forwarded", "for=203.0.113.7")}, 403},
		{"loopback with an empty bearer and no token", "", true, []func(*http.Request){host(remote), header("Authorization", "Bearer ")}, 403},

		{"loopback through a proxy that names its protocol", "", true, []func(*http.Request){header("X-Forwarded-Proto", "https")}, 403},
		{"loopback through a proxy that is told nothing", "", true, []func(*http.Request){oldProtocol}, 403},
		{"loopback, a page of another site", "", true, []func(*http.Request){header("Origin", "https://"+remote)}, 403},
		{"loopback, a page of no site", "", true, []func(*http.Request){header("Origin", "null")}, 403},
		{"loopback, a page of this machine", "", true, []func(*http.Request){header("Origin", "http://localhost:3000")}, 200},
		{"loopback, from a page of another site", "", true, []func(*http.Request){header("Referer", "https://"+remote+"/holds")}, 403},
		{"loopback, from a page of what the browser takes for this site", "", true, []func(*http.Request){
			header("Referer", "https://"+remote+"/holds"), header("Sec-Fetch-Site", "same-origin"),
		}, 403},
		{"loopback, by a link on another site", "", true, []func(*http.Request){
			header("Referer", "https://wiki.example.com/"), header("Sec-Fetch-Site", "cross-site"),
		}, 200},
		{"loopback, from a page of this machine", "", true, []func(*http.Request){header("Referer", "http://"+local+"/holds")}, 200},
		{"loopback without a token, some token sent", "", true, []func(*http.Request){wrong}, 200},

		{"loopback with a token set, wrong token", token, true, []func(*http.Request){wrong}, 401},
		{"loopback with a token set, wrong token in small letters", token, true, []func(*http.Request){header("Authorization", "bearer "+token+"x")}, 401},
		{"loopback with a token set, empty bearer", token, true, []func(*http.Request){header("Authorization", "Bearer ")}, 401},
		{"loopback with a token set, another scheme", token, true, []func(*http.Request){header("Authorization", "Basic YTpi")}, 200},
		{"loopback with a token set, right token in small letters", token, true, []func(*http.Request){header("Authorization", "bearer "+token)}, 200},
		{"loopback with a token set, through a proxy that is told nothing", token, true, []func(*http.Request){oldProtocol}, 401},
		{"loopback with a token set, through it with the right token", token, true, []func(*http.Request){oldProtocol, right}, 200},
		{"loopback with a token set, none sent", token, true, nil, 200},
		{"loopback with a token set, rebound name", token, true, []func(*http.Request){host(remote)}, 401},
		{"loopback with a token set, rebound name, wrong token", token, true, []func(*http.Request){host(remote), wrong}, 401},
		{"loopback through a proxy, right token", token, true, []func(*http.Request){host(remote), header("Via", "1.1 proxy"), right}, 200},

		{"beyond loopback without a token", "", false, []func(*http.Request){host(remote)}, 403},
		{"beyond loopback without a token, empty bearer", "", false, []func(*http.Request){host(remote), header("Authorization", "Bearer ")}, 403},
		{"beyond loopback without a token, claiming to be local", "", false, nil, 403},
		{"beyond loopback, right token", token, false, []func(*http.Request){host(remote), right}, 200},
		{"beyond loopback, wrong token", token, false, []func(*http.Request){host(remote), wrong}, 401},
		{"beyond loopback, start of the token", token, false, []func(*http.Request){header("Authorization", "Bearer "+token[:5])}, 401},
		{"beyond loopback, token without its scheme", token, false, []func(*http.Request){header("Authorization", token)}, 401},
		{"beyond loopback, no header", token, false, []func(*http.Request){host(remote)}, 401},
		{"beyond loopback, no header, claiming to be local", token, false, nil, 401},
		{"beyond loopback, token in the query", token, false, []func(*http.Request){func(r *http.Request) { r.URL.RawQuery = "token=" + token }}, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Token, w.options.Loopback = test.token, test.loopback
			answer := w.request(t, http.MethodGet, "/api/v1/groups", "", test.change...)
			wantStatus(t, answer, test.want)
			if challenged := answer.Header().Get("WWW-Authenticate") != ""; challenged != (test.want == 401) {
				t.Errorf("WWW-Authenticate is sent: %v, at status %d", challenged, answer.Code)
			}
		})
	}
}

// oldProtocol is how nginx passes a request on when proxy_pass is all that it is told.
func oldProtocol(r *http.Request) {
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
	r.Header.Set("Connection", "close")
}

// A proxy on this machine that says nothing of whom it speaks for: whoever decides on
// a page that it passes on shows which site they are on.
func TestPagesThroughAProxyThatSaysNothing(t *testing.T) {
	through := []func(*http.Request){form, header("Origin", "https://"+remote), header("Referer", "https://"+remote+"/holds/h1")}
	body := "decision=approve&digest=d1&seen=open-0&by=Mallory&reason=no+reason"
	for _, test := range []struct {
		name, token string
		change      []func(*http.Request)
		want        int
	}{
		{"without a token set", "", through, 403},
		{"with a token set", token, through, 401},
		{"with a token set, wrong token", token, []func(*http.Request){form, header("Authorization", "Bearer x")}, 401},
		{"with a token set, right token", token, append(through, header("Authorization", "Bearer "+token)), 303},
		{"on this machine", token, []func(*http.Request){form, header("Origin", "http://"+local)}, 303},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.fill(t)
			w.options.Token = test.token
			wantStatus(t, w.request(t, http.MethodPost, "/holds/h1", body, test.change...), test.want)
			got, err := w.store.Hold(t.Context(), "h1")
			check(t, err)
			if approved := got.State == roster.HoldApproved; approved != (test.want == 303) {
				t.Errorf("the hold is %s", got.State)
			}
		})
	}
	t.Run("looking with a wrong token", func(t *testing.T) {
		w := newWorld(t)
		w.options.Token = token
		answer := w.request(t, http.MethodGet, "/", "", header("Authorization", "Bearer x"))
		wantStatus(t, answer, http.StatusUnauthorized)
		wantText(t, answer, "That is not the token.")
	})
}

func TestEveryAPIRouteIsGuarded(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	w.options.Token, w.options.Loopback = token, false
	for _, route := range apiRoutes() {
		t.Run(route.method+" "+route.path, func(t *testing.T) {
			wantStatus(t, w.request(t, route.method, route.path, route.body), http.StatusUnauthorized)
		})
	}
	if w.asked != 0 {
		t.Error("a run was started without the token")
	}
}

func TestHealthAndMetricsAreOpen(t *testing.T) {
	w := newWorld(t)
	w.options.Token, w.options.Loopback = token, false
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		wantStatus(t, w.request(t, http.MethodGet, path, "", host(remote)), http.StatusOK)
	}
}

func TestCrossOriginWritesAreRefused(t *testing.T) {
	evil := "https://evil.example.com"
	tests := []struct {
		name   string
		change []func(*http.Request)
		want   int
	}{
		{"from no page", nil, 202},
		{"from a page of this listener", []func(*http.Request){header("Origin", "http://"+local)}, 202},
		{"from another page", []func(*http.Request){header("Origin", evil)}, 403},
		{"from another page, told by the browser", []func(*http.Request){header("Sec-Fetch-Site", "cross-site")}, 403},
		{"from another port of this host", []func(*http.Request){header("Sec-Fetch-Site", "same-site")}, 403},
		{"from another page that has the token", []func(*http.Request){header("Origin", evil), header("Authorization", "Bearer "+token)}, 403},
		{"from a page that took our place by DNS", []func(*http.Request){header("Origin", evil), host("evil.example.com")}, 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Token = token
			wantStatus(t, w.request(t, http.MethodPost, "/api/v1/runs", "", test.change...), test.want)
			if started := w.asked > 0; started != (test.want == 202) {
				t.Errorf("a run was started: %v", started)
			}
		})
	}
}

func TestIsLoopback(t *testing.T) {
	tests := []struct {
		name string
		addr net.Addr
		want bool
	}{
		{"IPv4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, true},
		{"IPv6", &net.TCPAddr{IP: net.IPv6loopback}, true},
		{"every address", &net.TCPAddr{IP: net.IPv6unspecified}, false},
		{"every IPv4 address", &net.TCPAddr{IP: net.IPv4zero}, false},
		{"no address", &net.TCPAddr{}, false},
		{"a private network", &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1)}, false},
		{"no TCP", &net.UnixAddr{Name: "/run/rosterd.sock", Net: "unix"}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := web.IsLoopback(test.addr); got != test.want {
				t.Errorf("is loopback: %v, want %v", got, test.want)
			}
		})
	}
}
