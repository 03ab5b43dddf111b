package vitable_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/vitable"
)

func TestNewJudgesTheBaseURL(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		ok        bool
	}{
		{"https", "https://api.vitablehealth.com", true},
		{"https with a path", "https://gateway.example.test/vitable/", true},
		{"http to localhost", "http://localhost:8081", true},
		{"http to the loopback network", "http://127.9.9.9:8081", true},
		{"http to the IPv6 loopback", "http://[::1]:8081", true},
		{"http to another host", "http://api.vitablehealth.com", false},
		{"http to a host that looks like loopback", "http://127.0.0.1.example.test", false},
		{"http to a host named like localhost", "http://localhost.example.test", false},
		{"http to all interfaces", "http://0.0.0.0:80", false},
		{"no scheme", "api.vitablehealth.com", false},
		{"another scheme", "ftp://localhost", false},
		{"no host", "https://", false},
		{"a user in it", "https://canary:secret@api.example.test", false},
		{"a query in it", "https://api.example.test/?key=secret", false},
		{"a fragment in it", "https://api.example.test/#secret", false},
		{"control characters", "https://api.example.test/\x00secret", false},
		{"empty", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := vitable.New(vitable.Options{BaseURL: tt.url, Key: canaryKey})
			if (err == nil) != tt.ok {
				t.Fatalf("New: %v, want ok %v", err, tt.ok)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error repeats the URL: %v", err)
			}
		})
	}
}

func TestNewJudgesTheOtherOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		set  func(*vitable.Options)
		want string
	}{
		{"no key", func(o *vitable.Options) { o.Key = "" }, "key"},
		{"a key with a newline", func(o *vitable.Options) { o.Key = "secret\n" }, "key"},
		{"a version with a blank", func(o *vitable.Options) { o.Version = "1 2" }, "version"},
		{"a negative pace", func(o *vitable.Options) { o.RequestsPerSecond = -1 }, "requests per second"},
		{"a pace that is no number", func(o *vitable.Options) { o.RequestsPerSecond = math.NaN() }, "requests per second"},
		{"an endless pace", func(o *vitable.Options) { o.RequestsPerSecond = math.Inf(1) }, "requests per second"},
		{"an unknown phone format", func(o *vitable.Options) { o.PhoneFormat = "secret" }, "phone format"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey}
			tt.set(&o)
			_, err := vitable.New(o)
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Fatalf("New: %v, want a word on the %s and not its value", err, tt.want)
			}
		})
	}
}

func TestNewTellsAllFaultsAtOnce(t *testing.T) {
	_, err := vitable.New(vitable.Options{BaseURL: "http://example.test"})
	if err == nil || !strings.Contains(err.Error(), "base URL") || !strings.Contains(err.Error(), "key") {
		t.Fatalf("New: %v, want a word on the base URL and on the key", err)
	}
}
