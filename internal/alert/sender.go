package alert

import (
	"context"
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Sender hands messages to people or to another system.
type Sender interface {
	// Send returns nil once the other side has taken the message over. It may be
	// called again with the same message, by ID, but not side by side, and ends with
	// ctx. Its errors have no secret; a *Later says when another attempt is welcome, a
	// *Partly that none would help.
	Send(ctx context.Context, m roster.Message) error
}

// Keeper is a Sender whose other side forgets what it is not told again.
type Keeper interface {
	Sender
	// Keep says again what is open.
	Keep(ctx context.Context, open []roster.Notice) error
}

// Checker is a Sender that knows beforehand of something that keeps it from sending.
type Checker interface {
	Sender
	// Check returns it; it may be gone when something is to be sent.
	Check() error
}

// Later is an error of a service that said when to come back.
type Later struct {
	Wait time.Duration
	Err  error
}

// Error is that of the attempt.
func (e *Later) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Later) Unwrap() error { return e.Err }

// Partly is an error about a message that was taken over, but not for everybody whom it
// is for: whoever lacks it is not going to get it.
type Partly struct{ Err error }

// Error says for how many.
func (e *Partly) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Partly) Unwrap() error { return e.Err }

// Type is a kind of sender that a build has.
type Type struct {
	Name  string // as the configuration writes it
	About string // in a few words
	New   func() Settings
}

// Settings are the keys that a type brings beside the common ones.
type Settings interface {
	// Faults lists what is wrong with the settings; none when they can be used.
	Faults() []source.KeyFault
	// Open returns the sender. It connects to nothing and reads no file yet: both, and
	// secrets with getenv, are looked up whenever something is sent.
	Open(o Opening) (Sender, error)
}

// Opening is what a sender is opened with.
type Opening struct {
	Instance string // what this rosterd calls itself
	Getenv   func(name string) string
	Now      func() time.Time
}

// Closed is a sender that could not be opened, and says why at every attempt: what
// it should send waits, and nothing else does.
type Closed struct{ Why error }

// Send implements Sender.
func (c Closed) Send(context.Context, roster.Message) error { return c.Why }

// Types is the table of senders: to add one, add its row.
func Types() []Type {
	return []Type{
		{"webhook", "signed JSON to any URL", newWebhook},
		{"slack", "an incoming webhook of Slack, or what understands its form", newSlack},
		{"smtp", "an e-mail", newMail},
		{"alertmanager", "alerts for Prometheus Alertmanager", newAlertmanager},
	}
}

// secretFault says what is wrong with the setting of a secret.
func secretFault(key string, secret source.Secret) []source.KeyFault {
	if detail := secret.Fault(); detail != "" {
		return []source.KeyFault{{Key: key, Detail: detail}}
	}
	return nil
}

// readSecret looks a secret up.
func readSecret(key string, secret source.Secret, getenv func(string) string) (string, error) {
	text, err := secret.Read(getenv)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", key, err)
	}
	return text, nil
}
