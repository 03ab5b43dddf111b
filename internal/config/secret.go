package config

import (
	"fmt"
	"io"
)

// Secret is a string that does not show itself: not when printed in any way,
// not as text or JSON, and not as a field of something that is printed. Only
// Reveal returns it. The zero Secret is empty.
type Secret struct {
	// A pointer, because fmt calls no methods on unexported fields of others
	// and would print a plain string.
	text *string
}

// NewSecret returns text as a secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// masked stands where a secret would be.
const masked = "[secret]"

// Reveal returns the secret itself, for the one place that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.text == nil }

// String tells only whether there is a secret.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return masked
}

// GoString is String.
func (s Secret) GoString() string { return s.String() }

// Format prints String whatever the verb: %x and %d would get round it.
func (s Secret) Format(state fmt.State, _ rune) {
	// An error of the writer behind state is for the one who prints.
	_, _ = io.WriteString(state, s.String())
}

// MarshalText is String.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON is String, quoted.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// EnvDecode takes the value of a variable, for go-envconfig. It never fails.
func (s *Secret) EnvDecode(text string) error {
	*s = NewSecret(text)
	return nil
}
