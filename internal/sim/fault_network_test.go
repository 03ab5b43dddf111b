package sim_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// networkFaults are those of the network and the configuration.
func networkFaults() []fault {
	return []fault{
		{number: "F64", fault: "no name, no route, no answer to a connection", right: "the run says so, and nothing is sent", injected: "a name that does not exist; a refused connection; a time-out", play: stage(noNetwork)},
		{number: "F65", fault: "alerts cannot be delivered", right: "rosters are; alerts later", injected: "somebody's row breaks while the service that alerts go to refuses connections, for a day", play: stage(deafService)},
		{number: "F66", fault: "an invalid configuration", right: "refused with its faults; nothing changes", injected: "a key that does not exist", play: stage(badFile)},
		{number: "F67", fault: "a secret's file that is empty, padded or unreadable", right: "refused, or read without its newline", injected: "each of them", play: secretFiles},
		{number: "F68", fault: "the key of another organisation", right: "nothing is sent to its groups", injected: "a Vitable with groups of the same names and other ids", play: stage(anotherOrganisation)},
		{number: "F69", fault: "a limit of 0, 101, NaN or a typing error", right: "refused, or what is written; never no limit by accident", injected: "each of them", play: stage(badLimits)},
		{number: "F70", fault: "an older rosterd on a newer database", right: "refused, nothing is lost", injected: "a schema of the future", play: stage(newerSchema)},
		{number: "F71", fault: "nobody reads the log", right: "the run ends", injected: "a log that fails", play: stage(deafLog)},
		{number: "F72", fault: "a hundred scrapes at once", right: "the run is not disturbed", injected: "reads of the state beside a run", play: stage(manyReaders)},
	}
}

func noNetwork(s *scene) string {
	happened := ""
	for _, f := range []struct {
		name string
		err  error
	}{
		{"no name", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}},
		{"refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}},
		{"time-out", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}},
	} {
		s.hire()
		s.transport = roundTripper(func(*http.Request) (*http.Response, error) { return nil, f.err })
		s.must(s.restart(s.ctx))
		happened += f.name + ": " + s.run(day{}) + "; "
	}
	s.transport = &s.wire
	s.must(s.restart(s.ctx))
	return happened + "then " + s.run(day{})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// service takes notifications, while it is there.
type service struct {
	gone bool
	took []roster.Message
}

// Send implements alert.Sender.
func (s *service) Send(_ context.Context, m roster.Message) error {
	if s.gone {
		return &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	s.took = append(s.took, m)
	return nil
}

func deafService(s *scene) string {
	ops := &service{gone: true}
	log, _ := canary.Log(s.t)
	pending := func(ctx context.Context) (int, error) { return s.proc.store.CountPendingMessages(ctx) }
	outbox := alert.New(alert.Deps{
		Store: s.proc.store, Targets: []alert.Target{{Recipient: alert.Recipient{Name: "ops"}, Sender: ops}},
		Metrics: alert.NewMetrics(canary.Registry(s.t), []string{"ops"}, pending), Log: log, Now: s.now,
	})
	s.hire()
	s.employer.apply(breaks, 2, 0, s.today)
	s.must(s.publish(day{}))
	told := func(happened string) string {
		s.must(outbox.Queue(s.ctx))
		within, cancel := context.WithTimeout(s.ctx, time.Hour)
		defer cancel()
		outbox.Flush(within)
		waiting, err := pending(s.ctx)
		s.must(err)
		return fmt.Sprintf("%s, %d alerts wait, %d arrived", happened, waiting, len(ops.took))
	}
	happened := told(s.run(day{}))
	s.must(s.pass(24 * time.Hour))
	ops.gone = false
	return happened + "; a day later: " + told(s.run(day{}))
}

func badFile(s *scene) string {
	s.hire()
	s.stop()
	path := filepath.Join(s.exports, "rosterd.yaml")
	text, err := os.ReadFile(path)
	s.must(err)
	s.must(os.WriteFile(path, append([]byte("nonsense: 1\n"), text...), 0o600))
	happened := s.refused("nonsense")
	s.must(os.WriteFile(path, text, 0o600))
	s.must(s.restart(s.ctx))
	return happened + "; repaired: " + s.run(day{})
}

func badLimits(s *scene) string {
	happened := ""
	for _, limit := range []string{"101", "-1", ".nan", "1O"} {
		s.stop()
		path := filepath.Join(s.exports, "rosterd.yaml")
		text, err := os.ReadFile(path)
		s.must(err)
		s.must(os.WriteFile(path, []byte(strings.Replace(string(text), "max_run_percent: 10", "max_run_percent: "+limit, 1)), 0o600))
		happened += limit + " " + s.refused("max_run_percent") + "; "
		s.must(os.WriteFile(path, text, 0o600))
	}
	s.must(s.configured("max_run_percent: 10", "max_run_percent: 0"))
	s.employer.apply(terminates, 2, 0, s.today)
	s.must(s.publish(day{}))
	happened += "0, and somebody leaves: " + s.run(day{})
	if !s.isCovered(north, "E003") {
		s.t.Error("a limit of 0 let somebody go")
	}
	return happened
}

func anotherOrganisation(s *scene) string {
	own := s.box
	other := sandbox.New(sandbox.Options{
		Groups: append(groups(), sandbox.Group{Name: "One more", ExternalReferenceID: "more"})[1:],
		Plans:  []sandbox.Plan{{ID: gold, Name: "Gold"}, {ID: silver, Name: "Silver"}},
	})
	s.wire.Handler = other
	s.hire()
	happened := s.run(day{})
	for _, group := range []string{north, south, east} {
		if len(other.Members(group)) > 0 {
			s.t.Errorf("people arrived in the other organisation's %s", group)
		}
	}
	s.wire.Handler = own
	return happened + "; the right key: " + s.run(day{})
}

func newerSchema(s *scene) string {
	s.stop()
	whole, err := os.ReadFile(s.database())
	s.must(err)
	newer := append([]byte(nil), whole...)
	newer[63] = 99 // the last byte of user_version, https://www.sqlite.org/fileformat.html#the_database_header
	s.must(os.WriteFile(s.database(), newer, 0o600))
	happened := s.refused("schema")
	s.must(os.WriteFile(s.database(), whole, 0o600))
	s.must(s.restart(s.ctx))
	return happened
}

// deaf is a log that nobody reads any more.
type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func deafLog(s *scene) string {
	s.hire()
	s.log = deaf{}
	s.must(s.restart(s.ctx))
	happened := s.run(day{})
	s.log = s.logs
	s.must(s.restart(s.ctx))
	return happened
}

func manyReaders(s *scene) string {
	s.hire()
	var readers sync.WaitGroup
	before := s.wire.Before
	s.wire.Before = func(r *http.Request) error {
		if isRoster(r) {
			for range 100 {
				readers.Go(func() {
					_, err := s.proc.store.CountFailures(s.ctx)
					s.must(err)
				})
			}
		}
		if before == nil {
			return nil
		}
		return before(r)
	}
	happened := s.run(day{})
	readers.Wait()
	return happened
}

// secretFiles starts rosterd with its key in a file.
func secretFiles(t *testing.T) string {
	dir := canary.Input(t)
	happened := ""
	for _, file := range []struct{ name, text string }{{"padded", canary.Secret + "\n"}, {"empty", ""}, {"blank", "\n"}} {
		path := filepath.Join(dir, file.name)
		write(t, path, file.text)
		_, err := app.New(app.Options{Environ: []string{"VITABLE_CONNECT_API_KEY_FILE=" + path, "VITABLE_CONNECT_BASE_URL=http://127.0.0.1"}, Log: canary.Output(t)})
		switch {
		case file.name == "padded" && err != nil, file.name != "padded" && err == nil:
			t.Errorf("a file that is %s: %v", file.name, err)
		case err != nil:
			canary.Text(t, "the error", err.Error())
		}
		happened += file.name + map[bool]string{true: ": read; ", false: ": refused; "}[err == nil]
	}
	if _, err := app.New(app.Options{Environ: []string{"VITABLE_CONNECT_API_KEY_FILE=" + filepath.Join(dir, "none")}, Log: canary.Output(t)}); err == nil {
		t.Error("a file that does not exist is no fault")
	}
	return happened + "missing: refused"
}
