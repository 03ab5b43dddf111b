package trust_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/trust"
)

func TestTold(t *testing.T) {
	certificate := func(why error) error { return &tls.CertificateVerificationError{Err: why} }
	foreign := errors.New(canary.FamilyName)
	for _, tt := range []struct {
		err  error
		says string
	}{
		{foreign, "not HTTP"},
		{&net.OpError{Op: "proxyconnect", Err: foreign}, "not HTTP"},
		{certificate(x509.UnknownAuthorityError{}), "nobody who is known here"},
		{certificate(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{canary.MailHost}}, Host: canary.MailHost}), "another host"},
		{certificate(x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired, Detail: canary.FamilyName}), "expired"},
		{certificate(foreign), "not valid"},
		{tls.RecordHeaderError{Msg: canary.FamilyName}, "TLS"},
		{http.ErrSchemeMismatch, "TLS"},
		{&net.OpError{Op: "remote error", Err: foreign}, "handshake"},
		{&net.DNSError{Name: canary.MailHost, IsNotFound: true}, "not known"},
		{&net.DNSError{Name: canary.MailHost, IsTimeout: true}, "looked up"},
		{&net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, "connection refused"},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "connection reset"},
		{os.ErrDeadlineExceeded, "in time"},
		{context.DeadlineExceeded, "in time"},
		{context.Canceled, "in time"},
		{io.EOF, "ended"},
		{io.ErrUnexpectedEOF, "ended"},
	} {
		wrapped := &url.Error{Op: "Get", URL: "https://" + canary.MailHost, Err: fmt.Errorf("%s: %w", canary.FamilyName, tt.err)}
		told := trust.Told(wrapped)
		canary.Text(t, "what is told", told)
		if !strings.Contains(told, tt.says) {
			t.Errorf("%T is told as %q, want %q in it", tt.err, told, tt.says)
		}
	}
}
