package alert

import "github.com/prometheus/client_golang/prometheus"

// Counter is the series of a sender and an outcome.
func (m *Metrics) Counter(sender, outcome string) prometheus.Counter {
	return m.total.WithLabelValues(sender, outcome)
}

// Letter is what a Mail writes.
func (c *Mail) Letter(o Opening, id, group string) (string, error) {
	s, err := c.Open(o)
	if err != nil {
		return "", err
	}
	m := Trial("mail", id, o.Now())
	m.Notices[0].Group = group
	return string(s.(*mailer).letter(m)), nil
}
