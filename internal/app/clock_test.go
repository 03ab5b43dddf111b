package app_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// yearsAhead is a clock by which all history is old enough to be forgotten.
func yearsAhead() time.Time { return time.Now().Add(500 * 24 * time.Hour) }

// once makes one run as a job does.
func (o *office) once() (roster.Run, error) {
	o.t.Helper()
	a := o.app("OPS_SECRET=" + canary.Secret)
	run, err := a.RunOnce(o.t.Context(), reconcile.Options{}, false)
	if err := a.Close(); err != nil {
		o.t.Error(err)
	}
	return run, err
}

// runs are the past ones, the last one first.
func (o *office) runs() []roster.Run {
	o.t.Helper()
	a := o.app()
	defer a.Close() //nolint:errcheck // it was only read
	s, err := a.ReadStore(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	runs, err := s.Runs(o.t.Context(), 0)
	if err != nil {
		o.t.Fatal(err)
	}
	return runs
}

// On a day that nobody vouches for nothing is forgotten: limits count what left in the
// last days.
func TestHistoryIsForgottenByAGoodClockOnly(t *testing.T) {
	refused := sandbox.Fault{Call: sandbox.ListPlans, Kind: sandbox.FaultStatus, Status: 401}
	job := func(o *office) { _, _ = o.once() }
	daemon := func(o *office) {
		s := o.serve()
		eventually(o.t, "the run has ended", func() bool { return strings.Count(o.log.String(), "run ended") == 2 })
		s.end(o.t)
	}
	for _, test := range []struct {
		name  string
		fault sandbox.Fault
		runs  func(*office)
	}{
		{"a daemon whose clock is refused", sandbox.Fault{}, daemon},
		{"a job whose clock is refused", sandbox.Fault{}, job},
		{"a daemon whose clock nobody compares", refused, daemon},
		{"a job whose clock nobody compares", refused, job},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOffice(t)
			if run, err := o.once(); err != nil || run.Outcome != roster.RunDone {
				t.Fatalf("the first run ends with %s, %v", run.Outcome, err)
			}
			if test.fault.Kind != "" {
				o.box.AddFault(test.fault)
			}
			o.now = yearsAhead
			test.runs(o)
			if got := len(o.runs()); got != 2 {
				t.Errorf("%d runs are left of 2", got)
			}
		})
	}
}

// Whoever is told by a clock that is years ahead is told that it is wrong, and reminded
// of nothing: the next reminder would be due in years.
func TestNobodyIsRemindedByAClockThatIsWrong(t *testing.T) {
	var mu sync.Mutex
	var told strings.Builder
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&told, r.Body)
	}))
	defer receiver.Close()
	so := func(what string, kind roster.Kind) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return strings.Contains(told.String(), `"what":"`+what+`","notices":[{"kind":"`+string(kind)+`"`)
		}
	}
	o := newOffice(t)
	o.write(o.in, "census.csv", census+"E2,"+canary.GivenName+","+canary.FamilyName+","+canary.BirthDate+",none,"+
		canary.Street+","+canary.City+",IL,"+canary.ZIP+",pln_gold,sales\n")
	o.write(o.dir, "rosterd.yaml", strings.Replace(configuration, "census.csv", filepath.Join(o.in, "census.csv"), 1)+
		"notify: [{name: ops, type: webhook, url: '"+receiver.URL+"', secret: {env: OPS_SECRET}}]\n")
	if _, err := o.once(); err != nil || !so("opened", roster.InvalidRow)() {
		t.Fatalf("a row that is wrong is not told: %v", err)
	}
	o.now = yearsAhead
	s := o.serve("OPS_SECRET=" + canary.Secret)
	eventually(t, "the run is told of", so("opened", roster.RunFailed))
	s.end(t)
	if so("reminder", roster.InvalidRow)() {
		t.Error("the row is told of again")
	}
}
