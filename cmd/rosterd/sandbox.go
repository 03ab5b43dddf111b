package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// sandboxCmd is `rosterd sandbox`.
type sandboxCmd struct {
	Listen string        `help:"Address on loopback; port 0 picks a free one." default:"127.0.0.1:8089"`
	Key    string        `help:"The key to ask for; default: any." placeholder:"KEY"`
	Empty  bool          `help:"Start without groups."`
	Took   time.Duration `help:"How long every sync takes; default: 20 ms and 10 µs for each member." placeholder:"2s"`
	Fault  []string      `help:"A fault, such as submit_sync:status=503:times=2; may be repeated." placeholder:"RULE" sep:"none"`
}

// Help shows an example.
func (sandboxCmd) Help() string {
	return "Example:\n\n  rosterd sandbox --fault get_sync:never_completes:group=sales\n  VITABLE_CONNECT_BASE_URL=http://127.0.0.1:8089 VITABLE_CONNECT_API_KEY=any rosterd run\n\nWho is subscribed: GET /_sandbox/members. What was asked: GET /_sandbox/ledger."
}

// Run serves the sandbox until it is told to stop.
func (c *sandboxCmd) Run(s *session) error {
	options := sandbox.Default()
	options.Key = c.Key
	if c.Empty {
		options.Groups = nil
	}
	if c.Took > 0 {
		options.Processing = func(int) time.Duration { return c.Took }
	}
	for _, text := range c.Fault {
		fault, err := sandbox.ParseFault(text)
		if err != nil {
			return &app.UsageError{Err: fmt.Errorf("--fault: %w", err)}
		}
		options.Faults = append(options.Faults, fault)
	}
	at, stop, err := serveSandbox(sandbox.New(options), c.Listen)
	if err != nil {
		return &app.UsageError{Err: err}
	}
	fmt.Fprintf(s.stdout, "sandbox listens on http://%s\n", at)
	<-s.ctx.Done()
	return stop()
}

// serveSandbox serves on a loopback address until stop is called.
func serveSandbox(server *sandbox.Server, address string) (at net.Addr, stop func() error, err error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, nil, errors.Join(errors.New("listen: the sandbox holds personal data without protection and serves loopback only"), listener.Close())
	}
	web := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- web.Serve(listener) }()
	return listener.Addr(), func() error {
		within, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := web.Shutdown(within); err != nil {
			err = web.Close() // requests that a fault makes hang are cut off
			if err != nil {
				return err
			}
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}, nil
}
