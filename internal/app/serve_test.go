package app_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/store"
)

// patience is how long a test waits for something that takes milliseconds.
const patience = 20 * time.Second

const (
	census = "employee_id,first_name,last_name,dob,mobile,street,city,state,zip,plan_code,department\n" +
		"E1," + canary.GivenName + "," + canary.FamilyName + "," + canary.BirthDate + "," + canary.Phone + "," +
		canary.Street + "," + canary.City + ",IL," + canary.ZIP + ",pln_gold,sales\n"
	configuration = `version: 1
vitable: {poll: {initial: 10ms}}
safety: {first_sync: allow}
sources:
  - name: hq
    type: csv
    path: census.csv
    stable_for: 0s
    fields: {reference_id: employee_id, first_name: first_name, last_name: last_name, date_of_birth: dob, phone: mobile,
      address_line_1: street, city: city, state: state, zipcode: zip, plan: plan_code, group: department}
`
)

// office is a place where rosterd can run: a configuration, an export, a data
// directory and a Vitable.
type office struct {
	t   *testing.T
	dir string
	in  string // the exports
	box *sandbox.Server
	log *canary.Buffer
	now func() time.Time // nil: time.Now
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, dir: canary.Dir(t), in: canary.Input(t), box: sandbox.New(sandbox.Default()), log: canary.Output(t)}
	o.write(o.in, "census.csv", census)
	o.write(o.dir, "rosterd.yaml", strings.Replace(configuration, "census.csv", filepath.Join(o.in, "census.csv"), 1))
	return o
}

func (o *office) write(dir, name, text string) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// app is a rosterd that has read its configuration.
func (o *office) app(environ ...string) *app.App {
	o.t.Helper()
	a, err := app.New(app.Options{
		Environ: append([]string{
			"VITABLE_CONNECT_API_KEY=" + canary.Secret, "ROSTERD_CONFIG=" + filepath.Join(o.dir, "rosterd.yaml"),
			"ROSTERD_DATA_DIR=" + filepath.Join(o.dir, "data"), "ROSTERD_LISTEN=127.0.0.1:0", "ROSTERD_RUN_ON_START=true",
		}, environ...),
		Version: "test", Log: o.log, Transport: inProcess{o.t, o.box}, Now: o.now,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	if err := a.ReadFile(); err != nil {
		o.t.Fatal(err)
	}
	return a
}

// served is a daemon that runs.
type served struct {
	addr string
	stop context.CancelFunc
	done chan error
	app  *app.App
}

// serve starts a daemon and waits until it listens.
func (o *office) serve(environ ...string) *served {
	o.t.Helper()
	ctx, cancel := context.WithCancel(o.t.Context())
	s := &served{stop: cancel, done: make(chan error, 1), app: o.app(environ...)}
	listening := make(chan string, 1)
	go func() { s.done <- s.app.Serve(ctx, func(at net.Addr) { listening <- at.String() }) }()
	select {
	case s.addr = <-listening:
	case err := <-s.done:
		o.t.Fatalf("Serve ended: %v", err)
	case <-time.After(patience):
		o.t.Fatal("it does not listen")
	}
	return s
}

// end stops a daemon as SIGTERM does, and returns how long that took.
func (s *served) end(t *testing.T) time.Duration {
	t.Helper()
	begun := time.Now()
	s.stop()
	select {
	case err := <-s.done:
		if err != nil {
			t.Errorf("Serve returned %v", err)
		}
	case <-time.After(patience):
		t.Fatal("it does not stop")
	}
	if err := s.app.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	return time.Since(begun)
}

// get asks the listener.
func (s *served) get(t *testing.T, path string) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + s.addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// inProcess is a transport to a sandbox.
type inProcess struct {
	t   *testing.T
	box *sandbox.Server
}

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	inbound := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	inbound.Header = r.Header
	rec := canary.Recorder(p.t)
	p.box.ServeHTTP(rec, inbound)
	return rec.Result(), nil
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within %s: %s", patience, what)
		case <-tick.C:
		}
	}
}

// ours counts the goroutines that run code of rosterd, this test aside.
func ours() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n := 0
	for stack := range strings.SplitSeq(string(stacks), "\n\n") {
		if strings.Contains(stack, "rosterd/internal/") && !strings.Contains(stack, "app_test.") || strings.Contains(stack, "database/sql") {
			n++
		}
	}
	return n
}

func TestServe(t *testing.T) {
	before := ours()
	o := newOffice(t)
	s := o.serve()
	eventually(t, "E1 is covered", func() bool { return len(o.box.Members("sales")) == 1 })
	eventually(t, "the run is told", func() bool {
		_, text := s.get(t, "/metrics")
		return strings.Contains(text, `rosterd_runs_total{outcome="done"} 1`)
	})
	for _, path := range []string{"/healthz", "/readyz", "/api/v1/status"} {
		if code, text := s.get(t, path); code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
	if took := s.end(t); took > 5*time.Second {
		t.Errorf("it took %s to stop, want 5s at most", took)
	}
	eventually(t, "every goroutine is gone", func() bool { return ours() <= before })
	if found := o.box.Violations(); len(found) > 0 {
		t.Errorf("violations: %v", found)
	}
}

// A daemon that was stopped while a request is in flight leaves it to the next,
// which takes the outcome and does not send the roster again.
func TestServeGoesOnWhereItWasStopped(t *testing.T) {
	o := newOffice(t)
	o.box.SetProcessing(func(int) time.Duration { return 300 * time.Millisecond })
	s := o.serve()
	submitted := func() int {
		n := 0
		for _, e := range o.box.Ledger() {
			if e.Call == sandbox.SubmitSync {
				n++
			}
		}
		return n
	}
	eventually(t, "the roster is sent", func() bool { return submitted() == 1 })
	if took := s.end(t); took > 5*time.Second {
		t.Errorf("it took %s to stop, want 5s at most", took)
	}
	s = o.serve("ROSTERD_RUN_ON_START=") // it was not through, so it starts with a run
	eventually(t, "the run is told", func() bool {
		_, text := s.get(t, "/metrics")
		return strings.Contains(text, `rosterd_runs_total{outcome="done"} 1`)
	})
	s.end(t)
	if n := submitted(); n != 1 {
		t.Errorf("the roster was sent %d times", n)
	}
}

// One writer for each data directory: whoever comes second is told so, be it a
// daemon or a run, and the first is not disturbed.
func TestOneAtATime(t *testing.T) {
	o := newOffice(t)
	s := o.serve()
	for _, test := range []struct {
		name  string
		start func(a *app.App) error
	}{
		{"a daemon", func(a *app.App) error { return a.Serve(t.Context(), func(net.Addr) { t.Error("the second listens") }) }},
		{"a run", func(a *app.App) error { _, err := a.RunOnce(t.Context(), reconcile.Options{}, false); return err }},
	} {
		t.Run(test.name, func(t *testing.T) {
			second := o.app()
			err := test.start(second)
			if !errors.Is(err, store.ErrBusy) || app.ExitCode(err) != app.ExitBusy {
				t.Errorf("it returned %v, want %v", err, store.ErrBusy)
			}
			if err := second.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
	if code, text := s.get(t, "/readyz"); code != http.StatusOK {
		t.Errorf("the first is not ready any more: %d %s", code, text)
	}
	s.end(t)
	third := o.app()
	run, err := third.RunOnce(t.Context(), reconcile.Options{}, false)
	if err != nil || run.Outcome != roster.RunDone {
		t.Errorf("after the first has ended, a run is %s, %v", run.Outcome, err)
	}
	if err := third.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestServeNeedsWhatItNeeds(t *testing.T) {
	for _, test := range []struct {
		name, variable string
		want           int
	}{
		{"a key", "VITABLE_CONNECT_API_KEY=", app.ExitUsage},
		{"a schedule", "ROSTERD_SCHEDULE=every morning", app.ExitUsage},
		{"an address to listen on", "ROSTERD_LISTEN=127.0.0.1:99999", app.ExitUsage},
		{"an https address", "VITABLE_CONNECT_BASE_URL=http://api.example.org", app.ExitUsage},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOffice(t)
			name, _, _ := strings.Cut(test.variable, "=")
			err := o.startWithout(name, test.variable)
			if app.ExitCode(err) != test.want {
				t.Errorf("it returned %v, with exit code %d, want %d", err, app.ExitCode(err), test.want)
			}
			if len(o.box.Ledger()) != 0 {
				t.Error("something was sent")
			}
		})
	}
}

// An address that somebody has, as a daemon that is about to end, is no mistake of the
// configuration, after which nobody would start it again.
func TestServeIsStartedAgainWhereAnAddressIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, name := range []string{"ROSTERD_LISTEN", "ROSTERD_METRICS_LISTEN"} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			err := o.startWithout(name, name+"="+taken.Addr().String())
			if !errors.Is(err, syscall.EADDRINUSE) || app.ExitCode(err) != app.ExitInternal {
				t.Errorf("it returned %v, with exit code %d", err, app.ExitCode(err))
			}
		})
	}
}

// startWithout starts a daemon with another value of one variable.
func (o *office) startWithout(name, variable string) error {
	var environ []string
	for _, one := range []string{
		"VITABLE_CONNECT_API_KEY=" + canary.Secret, "ROSTERD_CONFIG=" + filepath.Join(o.dir, "rosterd.yaml"),
		"ROSTERD_DATA_DIR=" + filepath.Join(o.dir, "data"), "ROSTERD_LISTEN=127.0.0.1:0",
	} {
		if !strings.HasPrefix(one, name+"=") {
			environ = append(environ, one)
		}
	}
	a, err := app.New(app.Options{Environ: append(environ, variable), Log: o.log, Transport: inProcess{o.t, o.box}})
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // the first error is the one
	if err := a.ReadFile(); err != nil {
		return err
	}
	return a.Serve(o.t.Context(), func(net.Addr) {})
}

// plan and check look and touch nothing.
func TestLookingTouchesNothing(t *testing.T) {
	o := newOffice(t)
	a := o.app()
	proposal, err := a.PlanOnce(t.Context(), reconcile.Options{})
	if err != nil || len(proposal.Plan.Groups) != 1 || proposal.Plan.Groups[0].Decision != roster.Submit {
		t.Errorf("PlanOnce: %+v, %v", proposal.Plan.Groups, err)
	}
	findings, code, err := a.Check(t.Context(), "")
	if err != nil || code != app.ExitDone {
		t.Errorf("Check: %v, %d, %v", findings, code, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	for _, e := range o.box.Ledger() {
		if e.Method != http.MethodGet {
			t.Errorf("%s was sent", e.Call)
		}
	}
	if _, err := os.Stat(filepath.Join(o.dir, "data")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the data directory is there: %v", err)
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name, census string
		fault        sandbox.Fault
		code         int
		finding      string
	}{
		{"a row that cannot be sent", strings.Replace(census, "2025550143", "none", 1), sandbox.Fault{}, app.ExitFailures, "1 rows cannot be sent"},
		{"a plan that Vitable lacks", strings.Replace(census, "pln_gold", "pln_lead", 1), sandbox.Fault{}, app.ExitFailures, "is not one of Vitable's"},
		{"a group that Vitable lacks", strings.Replace(census, "sales", "stables", 1), sandbox.Fault{}, app.ExitFailures, "is not one of Vitable's"},
		{"an empty export", census[:strings.Index(census, "\n")+1], sandbox.Fault{}, app.ExitSource, "zero_rows"},
		{"a key that is refused", census, sandbox.Fault{Call: sandbox.ListPlans, Kind: sandbox.FaultStatus, Status: 401}, app.ExitAPI, "status 401"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOffice(t)
			o.write(o.in, "census.csv", test.census)
			if test.fault.Kind != "" {
				o.box.AddFault(test.fault)
			}
			a := o.app()
			findings, code, err := a.Check(t.Context(), "")
			if err != nil || code != test.code {
				t.Errorf("Check returned %d, %v; want %d", code, err, test.code)
			}
			found := false
			for _, f := range findings {
				found = found || !f.OK && strings.Contains(f.Detail, test.finding) && f.Advice != ""
				if strings.Contains(f.Detail, "Canaria") {
					t.Errorf("a finding names a person: %s", f.Detail)
				}
			}
			if !found {
				t.Errorf("no finding %q with an advice in %+v", test.finding, findings)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
