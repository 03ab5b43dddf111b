package trust

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
)

// Told says how a request failed on its way, in words of our own. What net/http says
// of a service is not for logs and databases: it quotes what it does not understand,
// and from a service that sends rows where a header belongs that is somebody's data.
func Told(err error) string {
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return "the certificate of the service is not accepted: " + doubt(err)
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is || errors.Is(err, http.ErrSchemeMismatch) {
		return "the service does not speak TLS"
	}
	if lookup, is := errors.AsType[*net.DNSError](err); is && lookup.IsNotFound {
		return "the host of the service is not known"
	} else if is {
		return "the host of the service could not be looked up"
	}
	if number, is := errors.AsType[syscall.Errno](err); is {
		return "no connection, or one that broke: " + number.Error()
	}
	network, is := errors.AsType[*net.OpError](err)
	switch {
	case is && network.Op == "remote error": // so crypto/tls names an alert that came
		return "the service broke the TLS handshake off, perhaps for want of a certificate of ours"
	case overdue(err):
		return "no whole answer in time"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	}
	return "no connection, or an answer that is not HTTP"
}

// doubt says what is wrong with a certificate, without what stands in it.
func doubt(err error) string {
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return "nobody who is known here has signed it"
	}
	if _, is := errors.AsType[x509.HostnameError](err); is {
		return "it is for another host"
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is && invalid.Reason == x509.Expired {
		return "it has expired, or is not valid yet"
	}
	return "it is not valid for this"
}

// overdue reports whether somebody's patience ended, which may be that of a timer that
// cancels.
func overdue(err error) bool {
	network, is := errors.AsType[net.Error](err)
	timer := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
	return timer || is && network.Timeout()
}
