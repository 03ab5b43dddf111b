package main

import (
	"net"

	"github.com/rosterd/rosterd/internal/app"
)

// serveCmd is `rosterd serve`.
type serveCmd struct{}

// Help shows an example.
func (serveCmd) Help() string {
	return "Example:\n\n  ROSTERD_SCHEDULE='0 5 * * *' ROSTERD_TIMEZONE=America/New_York rosterd serve\n\nStops on SIGTERM within five seconds; what was accepted by then is polled at the next start."
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(s *session) (err error) {
	a, done, err := s.open(true, func(o *app.Options) { o.Quiet = false })
	if err != nil {
		return err
	}
	defer done(&err)
	return a.Serve(s.ctx, func(net.Addr) {})
}
