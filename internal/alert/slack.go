package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Slack posts {"text": …} to an incoming webhook of Slack or of what understands
// its form, such as Mattermost. The URL is all that it takes to post there, so it
// is a secret.
type Slack struct {
	URL   source.Secret `yaml:"url" required:"true" doc:"The URL of the incoming webhook, which is a secret: {env: NAME} or {file: PATH}."`
	Trust `yaml:",inline"`
}

func newSlack() Settings { return &Slack{} }

// Faults implements Settings.
func (c *Slack) Faults() []source.KeyFault { return secretFault("url", c.URL) }

// Open implements Settings.
func (c *Slack) Open(o Opening) (Sender, error) {
	return &slack{Slack: *c, Opening: o, poster: newPoster(c.Trust, o.Now)}, nil
}

type slack struct {
	Slack
	Opening
	*poster
}

// Send implements Sender. Slack answers ok and nothing else when it has taken a
// message; a page of a proxy with status 200 has not.
func (s *slack) Send(ctx context.Context, m roster.Message) error {
	to, err := readSecret("url", s.URL, s.Getenv)
	if err != nil {
		return err
	}
	if detail := checkURL(to); detail != "" {
		return fmt.Errorf("read url: %s", detail)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(map[string]string{"text": slackText("*" + title(s.Instance, m) + "*\n" + body(m))})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	answer, err := s.post(ctx, to, http.Header{}, text.Bytes())
	if err == nil && strings.TrimSpace(answer) != "ok" {
		return errors.New("post: the service does not answer ok")
	}
	return err
}

// slackText escapes the three characters that Slack reads as control characters:
// <!channel> would call everybody.
func slackText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
