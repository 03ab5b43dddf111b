package sql

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"syscall"

	"github.com/rosterd/rosterd/internal/source"
)

// answer is an error that a database answers with, without its message.
type answer struct {
	number  string // as the documentation of the database lists it
	meaning string // "" where nobody has written it down here
	word    string
}

// What answers mean.
const (
	letNotIn      = "the database does not accept the user or the password of the dsn, or not from here"
	mayNotRead    = "the user may not read all that the query asks for"
	readsOnly     = "the query writes; rosterd only reads"
	noDatabase    = "there is no such database, or the user does not see it"
	noTable       = "the query names a table that is not there, or that the user does not see"
	noColumn      = "the query names a column that is not there"
	notUnderstood = "the query cannot be understood"
	noSuchValue   = "a value cannot be converted as the query asks"
	brokenOff     = "the database broke off; a limit on time, or its shutdown"
	exhausted     = "the database has no room for it now"
	conflict      = "others changed or hold what the query reads"
)

// errOverdue ends a pull that takes too long.
var errOverdue = errors.New("the pull takes longer than timeout")

// explain says what failed while a step was made, such as query. Whoever called
// the pull off hears so.
func (d dialect) explain(ctx context.Context, step string, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errOverdue):
		return source.Faultf(source.WordUnreached, "%s: no whole answer within timeout", step)
	case cause != nil:
		return cause
	}
	if a, is := d.answered(err); is {
		if a.meaning == "" {
			a.meaning = "its documentation says what that means"
		}
		return source.Faultf(a.word, "%s: the database answers with %s: %s", step, a.number, a.meaning)
	}
	return source.Faultf(source.WordUnreached, "%s: %s", step, broken(err))
}

// broken says how a connection failed, without where it leads to.
func broken(err error) string {
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return "the certificate of the database is not accepted"
	}
	if _, is := errors.AsType[*net.DNSError](err); is {
		return "the host of the dsn is not known"
	}
	if number, is := errors.AsType[syscall.Errno](err); is {
		return fmt.Sprintf("no connection, or one that broke: %s", number)
	}
	if network, is := errors.AsType[net.Error](err); is && network.Timeout() {
		return "no connection in time"
	}
	return "no connection, or one that broke"
}
