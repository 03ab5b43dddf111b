package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// healthcheckCmd is `rosterd healthcheck`.
type healthcheckCmd struct {
	Ready bool `help:"Ask whether it is ready, not only alive."`
}

// Help shows an example.
func (healthcheckCmd) Help() string {
	return "Example:\n\n  rosterd healthcheck --ready\n\nAsks the daemon at ROSTERD_LISTEN. Exits 0 when it answers well, 1 when not."
}

// healthTimeout is how long an answer may take.
const healthTimeout = 3 * time.Second

// Run asks the daemon.
func (c *healthcheckCmd) Run(s *session) (err error) {
	a, done, err := s.open(false, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	host, port, err := net.SplitHostPort(a.Env.Listen)
	if err != nil {
		return fmt.Errorf("read ROSTERD_LISTEN: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	path := "/healthz"
	if c.Ready {
		path = "/readyz"
	}
	request, err := http.NewRequestWithContext(s.ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Timeout: healthTimeout}
	answer, err := client.Do(request)
	if err != nil {
		return errors.New("the daemon does not answer")
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the daemon answers %s with status %d", path, answer.StatusCode)
	}
	return nil
}
