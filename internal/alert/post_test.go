package alert_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
)

// identity is a certificate of this machine that vouches for itself, and its PEM.
func identity(t *testing.T, number int64) (pair tls.Certificate, ca []byte) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(number), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	public, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{public}, PrivateKey: secret}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public})
}

// Whoever a service is may change as long as rosterd runs: whom to believe is read when
// something is sent, and what was believed before is not any more.
func TestAuthoritiesAreExchanged(t *testing.T) {
	first, firstCA := identity(t, 1)
	second, secondCA := identity(t, 2)
	var shown atomic.Pointer[tls.Certificate]
	service := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	service.TLS = &tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		return &tls.Config{Certificates: []tls.Certificate{*shown.Load()}}, nil
	}}
	service.Config.ErrorLog = log.New(canary.Output(t), "", 0)
	service.StartTLS()
	defer service.Close()

	file := filepath.Join(canary.Input(t), "ca.pem")
	w := mustOpen(t, &alert.Webhook{URL: service.URL, Secret: source.Secret{Env: "KEY"}, Trust: alert.Trust{CAFile: file}}, opening(map[string]string{"KEY": key}))
	for _, step := range []struct {
		name    string
		shown   *tls.Certificate
		ca      []byte // nil: no file
		renewed bool   // the service ends its connections
		refused bool
	}{
		{name: "not there yet", shown: &first, refused: true},
		{name: "there", shown: &first, ca: firstCA},
		{name: "the service is another", shown: &second, ca: firstCA, renewed: true, refused: true},
		{name: "and is believed", shown: &second, ca: secondCA},
		{name: "and no longer, though connected", shown: &second, ca: firstCA, refused: true},
		{name: "spoiled", shown: &second, ca: []byte("none"), refused: true},
		{name: "and again", shown: &second, ca: secondCA},
	} {
		shown.Store(step.shown)
		if step.renewed {
			service.CloseClientConnections()
		}
		_ = os.Remove(file)
		if step.ca != nil {
			if err := os.WriteFile(file, step.ca, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		err := w.Send(t.Context(), messageOf(incidentIn("sales")))
		if (err != nil) != step.refused {
			t.Errorf("%s: error %v, want one: %t", step.name, err, step.refused)
		}
		check := w.(alert.Checker).Check()
		if (step.ca == nil) != errors.Is(check, fs.ErrNotExist) {
			t.Errorf("%s: beforehand it says %v", step.name, check)
		}
	}
}
