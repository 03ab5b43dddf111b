package app_test

import (
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

// Metrics that have a listener of their own are there, with health, and nothing else
// is; and they are no longer at the other.
func TestMetricsApart(t *testing.T) {
	o := newOffice(t)
	at := o.serve("ROSTERD_RUN_ON_START=false", "ROSTERD_METRICS_LISTEN=127.0.0.1:0", "ROSTERD_WEB_TOKEN="+canary.Secret)
	defer at.end(t)
	metrics := o.listener("metrics listener")
	for _, tt := range []struct {
		at, path string
		want     int
	}{
		{metrics, "/metrics", 200},
		{metrics, "/healthz", 200},
		{metrics, "/readyz", 200},
		{metrics, "/", 404},
		{metrics, "/api/v1/status", 404},
		{metrics, "/signin", 404},
		{at.addr, "/metrics", 404},
		{at.addr, "/healthz", 200},
		{at.addr, "/", 200},
	} {
		if status, _ := get(t, tt.at, tt.path); status != tt.want {
			t.Errorf("%s of %v: status %d, expected %d", tt.path, tt.at == metrics, status, tt.want)
		}
	}
}

// listener is the address of a listener of that name, which the log tells.
func (o *office) listener(name string) string {
	o.t.Helper()
	said := regexp.MustCompile(`"for":"` + name + `","address":"([^"]*)"`).FindStringSubmatch(o.log.String())
	if said == nil {
		o.t.Fatalf("nothing listens as %s", name)
	}
	return said[1]
}

func get(t *testing.T, at, path string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+at+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
