package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// Opening is what a source is opened with.
type Opening struct {
	// Columns are those that the mapping reads, as the configuration writes them.
	// A source that can choose asks for these and for nothing else, and reports as
	// withheld what did not come back.
	Columns []string
	// Getenv looks a variable of the environment up. nil: there are none.
	Getenv func(name string) string
	// Dial makes connections, for sources over a network. nil: as usual.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Today is the employer's civil date, for sources that tell what is present from what
	// is to come. nil: that of UTC.
	Today func() roster.Date
}

// Day is the employer's civil date.
func (o Opening) Day() roster.Date {
	if o.Today == nil {
		return roster.Today(time.Now(), time.UTC)
	}
	return o.Today()
}

// Secret is where a credential is read: a secret never stands in the YAML file.
// Exactly one of its fields is set.
type Secret struct {
	Env  string `yaml:"env"`  // name of a variable of the environment
	File string `yaml:"file"` // path of a file; a newline at its end does not count
}

// IsZero reports whether none is configured.
func (s Secret) IsZero() bool { return s == Secret{} }

// Fault says what is wrong with the setting, "" for nothing.
func (s Secret) Fault() string {
	if (s.Env == "") == (s.File == "") {
		return "expected {env: NAME} or {file: PATH}; the secret itself does not belong in this file"
	}
	return ""
}

// maxSecret is larger than any credential, keys and certificates included.
const maxSecret = 64 << 10

// Read returns the secret. It is asked for each time, so that one that was
// exchanged counts from the next pull on. The error never has its value.
func (s Secret) Read(getenv func(string) string) (string, error) {
	if s.Env != "" {
		if getenv != nil {
			if value := strings.TrimSpace(getenv(s.Env)); value != "" {
				return value, nil
			}
		}
		return "", Faultf(WordSecret, "the variable %s is empty or not set", s.Env)
	}
	text, err := s.readFile()
	if err != nil {
		return "", &Fault{Word: WordSecret, Detail: "read the file of a secret", Err: err}
	}
	if text == "" {
		return "", Faultf(WordSecret, "the file of a secret is empty: %s", s.File)
	}
	return text, nil
}

func (s Secret) readFile() (string, error) {
	file, err := os.Open(s.File)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", s.File, err)
	}
	if len(text) > maxSecret {
		return "", errors.New("it is too large for a secret")
	}
	return strings.TrimSpace(string(text)), nil
}
