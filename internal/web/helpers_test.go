package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest/observer"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/web"
)

const (
	token  = "canary-token-9f3c"
	local  = "127.0.0.1:8080"
	remote = "rosterd.example.com"
)

func noon() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

// world is a listener's handler over a real store.
type world struct {
	store   *store.Store
	options web.Options
	log     *observer.ObservedLogs
	asked   int // runs
}

// newWorld is a listener on loopback without a token.
func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: canary.Dir(t), Now: noon})
	check(t, err)
	t.Cleanup(func() { _ = s.Close() })
	_, err = s.Lease(t.Context(), "test", false)
	check(t, err)
	logger, log := canary.Log(t)
	w := &world{store: s, log: log}
	w.options = web.Options{
		Store: s, Metrics: canary.Registry(t), Loopback: true, ApprovalTTL: 24 * time.Hour,
		Trigger: func() { w.asked++ }, Ready: func(context.Context) error { return nil }, Now: noon, Log: logger,
		Zone: time.UTC, NextRun: func() time.Time { return noon().Add(time.Hour) },
	}
	return w
}

// fill stores a run, two pulls, two groups, a hold (h1) and a failure (f1).
func (w *world) fill(t *testing.T) {
	t.Helper()
	run := roster.Run{
		ID: "run1", StartedAt: noon(), EndedAt: noon().Add(time.Minute), Trigger: "schedule", Outcome: roster.RunHeld, ExitCode: 4,
		Groups: roster.GroupCounts{Submitted: 1, Held: 1},
	}
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{
		Run:  run,
		Good: []string{"hq"},
		Pulls: []roster.Pull{
			{RunID: "run1", Source: "hq", At: noon(), State: roster.SourceOK, Records: 7, AsOf: noon().Add(-time.Hour)},
			{RunID: "run1", Source: "branch", At: noon(), State: roster.SourceBroken, Reason: "unreachable"},
		},
		Groups: []roster.GroupState{{ExternalReferenceID: "g1", GroupID: "grp_1", Name: "Tier 1"}, {ExternalReferenceID: "g2", GroupID: "grp_2", Name: "Tier 2"}},
		Holds:  []roster.Hold{hold("d1")},
		Sweep:  roster.Sweep{Found: []roster.Failure{{Group: "g1", ReferenceID: "EMP7", Kind: roster.InvalidRow, Reason: "phone: has too few digits"}}},
	}))
}

func hold(digest string) roster.Hold {
	return roster.Hold{
		Digest: digest, Group: "g2", Reason: roster.ReasonGroupLimit, ConfigHash: "c1",
		Removals: []roster.Removal{{ReferenceID: "EMP1", Class: roster.Absent}},
	}
}

// deliver completes a roster of one group.
func (w *world) deliver(t *testing.T, group string) {
	t.Helper()
	member := roster.Enrolled{Member: roster.Member{ReferenceID: "EMP9", FirstName: canary.GivenName, LastName: canary.FamilyName}}
	id := w.submit(t, group, member)
	check(t, w.store.Complete(t.Context(), roster.Completion{
		SyncID: id, Baseline: roster.Baseline{Members: []roster.Enrolled{member}},
		State: roster.GroupState{ExternalReferenceID: group, GroupID: "grp_1", Delivered: roster.Delivery{Digest: "d", At: noon()}},
	}))
}

// submit leaves a roster of one group in flight.
func (w *world) submit(t *testing.T, group string, members ...roster.Enrolled) int64 {
	t.Helper()
	id, err := w.store.Intend(t.Context(), roster.Sync{
		RunID: "run1", Group: group, GroupID: "grp_1", Digest: "d", Size: len(members), IntendedAt: noon(), Entries: members,
	})
	check(t, err)
	check(t, w.store.Accepted(t.Context(), id, roster.Receipt{RequestID: fmt.Sprintf("req_%d", id)}, noon()))
	return id
}

// handler is the listener's, made anew when the options have changed.
func (w *world) handler(t *testing.T) http.Handler {
	t.Helper()
	handler, err := web.Handler(w.options)
	check(t, err)
	return handler
}

// request is one that a curl on this machine would send; change alters it.
func (w *world) request(t *testing.T, method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Host = local
	for _, one := range change {
		one(r)
	}
	answer := canary.Recorder(t)
	w.handler(t).ServeHTTP(answer, r)
	return answer
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func host(name string) func(*http.Request) {
	return func(r *http.Request) { r.Host = name }
}

func wantStatus(t *testing.T, answer *httptest.ResponseRecorder, want int) {
	t.Helper()
	if answer.Code != want {
		t.Errorf("status is %d, want %d; body: %s", answer.Code, want, answer.Body)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// errCanary stands for internal text that no answer may repeat.
var errCanary = errors.New("canary-internal-text")
