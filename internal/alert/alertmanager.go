package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Alertmanager posts alerts to POST /api/v2/alerts. It groups, repeats and silences
// by itself, and forgets an alert that is not repeated within its resolve_timeout
// (5m by default): while the daemon runs it is told again every minute.
type Alertmanager struct {
	URL   string        `yaml:"url" required:"true" doc:"Where Alertmanager is, without /api/v2/alerts: https, or http on this machine."`
	Token source.Secret `yaml:"token" doc:"A bearer token, where a proxy asks for one: {env: NAME} or {file: PATH}."`
	Trust `yaml:",inline"`
}

func newAlertmanager() Settings { return &Alertmanager{} }

// Faults implements Settings.
func (c *Alertmanager) Faults() []source.KeyFault {
	var faults []source.KeyFault
	if detail := checkURL(c.URL); detail != "" {
		faults = append(faults, source.KeyFault{Key: "url", Detail: detail})
	}
	if !c.Token.IsZero() {
		faults = append(faults, secretFault("token", c.Token)...)
	}
	return faults
}

// Open implements Settings.
func (c *Alertmanager) Open(o Opening) (Sender, error) {
	return &alertmanager{Alertmanager: *c, Opening: o, poster: newPoster(c.Trust, o.Now)}, nil
}

type alertmanager struct {
	Alertmanager
	Opening
	*poster
}

// postable is an alert as the API takes it. Its labels are its identity, so they
// are the same when it is resolved.
type postable struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      *time.Time        `json:"endsAt,omitempty"`
}

// Send implements Sender.
func (a *alertmanager) Send(ctx context.Context, m roster.Message) error {
	return a.Keep(ctx, m.Notices)
}

// Keep implements Keeper.
func (a *alertmanager) Keep(ctx context.Context, notices []roster.Notice) error {
	alerts := make([]postable, len(notices))
	for i, n := range notices {
		alerts[i] = a.alert(n)
	}
	body, err := json.Marshal(alerts)
	if err != nil {
		return fmt.Errorf("encode alerts: %w", err)
	}
	header := http.Header{}
	if !a.Token.IsZero() {
		token, err := readSecret("token", a.Token, a.Getenv)
		if err != nil {
			return err
		}
		header.Set("Authorization", "Bearer "+token)
	}
	_, err = a.post(ctx, trimmed(a.URL)+"/api/v2/alerts", header, body)
	return err
}

// trialLasts is how long a test stays on the page of alerts.
const trialLasts = time.Minute

// alert is a notice as an alert. Labels without a value are no labels. The
// severity of an incident may change while it is open, and the alert is then
// another; of one kind it changes for state_lost only.
func (a *alertmanager) alert(n roster.Notice) postable {
	p := postable{
		Labels:      map[string]string{"alertname": "rosterd_" + string(n.Kind), "severity": string(n.Severity), "instance": a.Instance},
		Annotations: map[string]string{"summary": subject(n), "description": n.Guidance},
		StartsAt:    n.Since.UTC(),
	}
	if n.Group != "" {
		p.Labels["group"] = n.Group
	}
	if n.Source != "" {
		p.Labels["source"] = n.Source
	}
	switch n.What {
	case roster.Resolved:
		p.EndsAt = later(n.At, n.Since)
	case roster.Trial:
		p.EndsAt = later(n.At.Add(trialLasts), n.Since)
	}
	return p
}

// later is an end after a beginning: Alertmanager refuses others.
func later(end, begin time.Time) *time.Time {
	if !end.After(begin) {
		end = begin.Add(time.Millisecond)
	}
	end = end.UTC()
	return &end
}
