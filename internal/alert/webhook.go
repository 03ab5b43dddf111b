package alert

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Webhook posts JSON to a URL of your own:
//
//	{
//	  "id": "ntf_…",          // the same in each attempt: ignore what you had before
//	  "instance": "rosterd",
//	  "what": "opened",       // opened, reminder, resolved, test
//	  "notices": [{           // more than one: a digest
//	    "kind": "source_failed", "severity": "critical", "group": "", "source": "hq",
//	    "failures": 1, "guidance": "…", "run_id": "run_…",
//	    "since": "2026-03-02T06:00:00Z", "at": "2026-03-02T06:01:00Z"
//	  }],
//	  "counts": {"source_failed": 1}   // incidents by kind
//	}
//
// The header Rosterd-Signature is "t=TIMESTAMP,v1=HEX": seconds since 1970, and the
// HMAC-SHA256 of "TIMESTAMP.BODY" with the secret. A receiver compares it in
// constant time, and refuses timestamps that are more than some minutes old. Any 2xx
// takes the message over.
type Webhook struct {
	URL    string        `yaml:"url" required:"true" doc:"Where to post: https, or http on this machine."`
	Secret source.Secret `yaml:"secret" required:"true" doc:"The key of the signature: {env: NAME} or {file: PATH}."`
	Trust  `yaml:",inline"`
}

// signatureHeader carries the signature of a webhook.
const signatureHeader = "Rosterd-Signature"

func newWebhook() Settings { return &Webhook{} }

// Faults implements Settings.
func (c *Webhook) Faults() []source.KeyFault {
	faults := secretFault("secret", c.Secret)
	if detail := checkURL(c.URL); detail != "" {
		faults = append(faults, source.KeyFault{Key: "url", Detail: detail})
	}
	return faults
}

// Open implements Settings.
func (c *Webhook) Open(o Opening) (Sender, error) {
	return &webhook{Webhook: *c, Opening: o, poster: newPoster(c.Trust, o.Now)}, nil
}

type webhook struct {
	Webhook
	Opening
	*poster
}

// envelope is the body.
type envelope struct {
	ID       string              `json:"id"`
	Instance string              `json:"instance"`
	What     roster.What         `json:"what"`
	Notices  []notice            `json:"notices"`
	Counts   map[roster.Kind]int `json:"counts"`
}

type notice struct {
	Kind     roster.Kind     `json:"kind"`
	Severity roster.Severity `json:"severity"`
	Group    string          `json:"group"`
	Source   string          `json:"source"`
	Failures int             `json:"failures"`
	Guidance string          `json:"guidance"`
	RunID    string          `json:"run_id"`
	Since    time.Time       `json:"since"`
	At       time.Time       `json:"at"`
}

// Send implements Sender.
func (w *webhook) Send(ctx context.Context, m roster.Message) error {
	key, err := readSecret("secret", w.Secret, w.Getenv)
	if err != nil {
		return err
	}
	e := envelope{ID: m.ID, Instance: w.Instance, What: m.Notices[0].What, Counts: byKind(m.Notices)}
	for _, n := range m.Notices {
		e.Notices = append(e.Notices, notice{n.Kind, n.Severity, n.Group, n.Source, n.Failures, n.Guidance, n.RunID, n.Since.UTC(), n.At.UTC()})
	}
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	_, err = w.post(ctx, w.URL, http.Header{signatureHeader: {signature(key, w.now(), body)}}, body)
	return err
}

// signature is the value of the header.
func signature(key string, now time.Time, body []byte) string {
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
