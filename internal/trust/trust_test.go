package trust_test

import (
	"crypto/tls"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/trust"
)

func TestPrivate(t *testing.T) {
	for address, want := range map[string]bool{
		"https://hr.example":          true,
		"http://hr.example":           false,
		"http://localhost":            true,
		"http://LocalHost:8080":       true,
		"http://127.0.0.1:8080":       true,
		"http://127.8.9.10":           true,
		"http://[::1]:8080":           true,
		"http://[::ffff:127.0.0.1]":   true,
		"http://localhost.hr.example": false,
		"http://127.0.0.1.hr.example": false,
		"http://0.0.0.0":              false,
		"http://[::]":                 false,
		"http://10.0.0.1":             false,
		"http://":                     false,
		"ftp://localhost":             false,
		"HTTPS://hr.example":          true, // url.Parse lowers it
	} {
		to, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := trust.Private(to); got != want {
			t.Errorf("%s: %t, want %t", address, got, want)
		}
	}
}

func TestAuthorities(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	dir := canary.Input(t)
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name, file       string
		refused, reached bool
	}{
		{name: "no file", file: ""},
		{name: "the service's own", file: write("own.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})), reached: true},
		{name: "not there", file: filepath.Join(dir, "none.pem"), refused: true},
		{name: "no certificate in it", file: write("empty.pem", []byte("nothing\n")), refused: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			roots, err := trust.Authorities(tt.file)
			if (err != nil) != tt.refused {
				t.Fatalf("error %v, want one: %t", err, tt.refused)
			}
			if err != nil {
				return
			}
			client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
			response, err := client.Get(server.URL)
			if err == nil {
				_ = response.Body.Close()
			}
			if (err == nil) != tt.reached {
				t.Errorf("reached: %v, want %t", err, tt.reached)
			}
		})
	}
}
