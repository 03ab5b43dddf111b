package vitable

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// ErrProtocol is inside errors about answers that came with a success status
// and are not what the reference documents.
var ErrProtocol = errors.New("unexpected answer")

// errBroken stands for errors of net/http whose text repeats what the server
// sent, or cannot be told from those that do.
var errBroken = errors.New("broken connection or answer")

// Error is a call that did not succeed. Its text has no word of the server's
// free text, which may repeat a row, and nothing of what was sent.
type Error struct {
	Call    string // as in "submit sync"
	Status  int    // HTTP status; 0: none came
	Code    string // the server's app_error_code or error.code; "" when there is none
	TraceID string // what Vitable support finds the request by; "" when there is none

	fate       roster.Fate
	err        error
	again      bool
	retryAfter time.Duration
}

// Fate says what is known of the request; see classify for the rules.
func (e *Error) Fate() roster.Fate { return e.fate }

// Unwrap returns the cause: ErrProtocol, ErrReadOnly, the context's error or one
// of the network; nil where the status says it all.
func (e *Error) Unwrap() error { return e.err }

// Error says the call, the status, the cause, and the marks to find it by.
func (e *Error) Error() string {
	text := e.Call
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	switch {
	case e.Code != "" && e.TraceID != "":
		text += fmt.Sprintf(" (code %s, trace %s)", e.Code, e.TraceID)
	case e.Code != "":
		text += fmt.Sprintf(" (code %s)", e.Code)
	case e.TraceID != "":
		text += fmt.Sprintf(" (trace %s)", e.TraceID)
	}
	return text
}

// protocol is an ErrProtocol in words of our own.
func protocol(what string) error { return fmt.Errorf("%w: %s", ErrProtocol, what) }

// doubt is the error of a read whose answers do not add up.
func (k call) doubt(what string) *Error {
	return &Error{Call: k.String(), fate: roster.FateUnreached, err: protocol(what)}
}

// plain keeps the errors whose text is known to come from this machine's
// network stack, and hides the others, some of which quote the server.
func plain(err error) error {
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF, io.EOF} {
		if errors.Is(err, known) {
			return known
		}
	}
	if network, ok := errors.AsType[*net.OpError](err); ok {
		return network
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return lookup
	}
	if certificate, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificate
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return record
	}
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return os.ErrDeadlineExceeded
	}
	return errBroken
}

// marks finds the code and the trace id in the body of an error, of the newer
// shape or the older one. Anything else, such as a proxy's page, has none.
func marks(body []byte) (code, trace string) {
	var newer struct {
		Code  string          `json:"app_error_code"`
		Trace string          `json:"trace_id"`
		Error json.RawMessage `json:"error"`
	}
	var older struct {
		Code string `json:"code"`
	}
	// A field of another type is as good as none, and leaves the others readable.
	_ = json.Unmarshal(body, &newer)
	_ = json.Unmarshal(newer.Error, &older)
	if newer.Code == "" {
		newer.Code = older.Code
	}
	return token(newer.Code), token(newer.Trace)
}

// token returns a server's word if it looks like an identifier, and "" for what
// may be a sentence.
func token(word string) string {
	const maxToken = 80
	foreign := func(r rune) bool {
		letter := 'a' <= r|0x20 && r|0x20 <= 'z'
		digit := '0' <= r && r <= '9'
		return !letter && !digit && !strings.ContainsRune("_-.:", r)
	}
	if len(word) > maxToken || strings.IndexFunc(word, foreign) >= 0 {
		return ""
	}
	return word
}
