package web_test

import (
	"net"
	"net/http"
	"testing"

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
