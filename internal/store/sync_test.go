package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func states(syncs []roster.Sync) map[string]roster.SyncState {
	found := map[string]roster.SyncState{}
	for _, sync := range syncs {
		found[sync.Group] = sync.State
	}
	return found
}

func TestSyncKeepsWhatWasSent(t *testing.T) {
	s, c := newStore(t)
	want := intent("g1", people(4))
	want.Entries[1].Maybe = true
	want.Entries[2].Since = time.Time{}
	want.Entries[3].Member.DateOfBirth = roster.Date{}
	want.AdoptConfig, want.Approved = true, 1
	id, err := s.Intend(t.Context(), want)
	check(t, err)
	want.ID, want.State = id, roster.SyncIntended
	same(t, []roster.Sync{want}, value(s.Unsettled(t.Context()))(t))

	c.pass(time.Second)
	check(t, s.Accepted(t.Context(), id, roster.Receipt{RequestID: "req_1"}, c.now))
	want.State, want.RequestID, want.SubmittedAt = roster.SyncSubmitted, "req_1", c.now
	same(t, []roster.Sync{want}, value(s.Unsettled(t.Context()))(t))
	want.Entries, want.Removals = nil, nil
	same(t, []roster.Sync{want}, value(s.InFlight(t.Context()))(t))
}

func TestIntendLooksOnceMore(t *testing.T) {
	tests := []struct {
		name   string
		before func(t *testing.T, s *store.Store)
		want   error
	}{
		{"after nothing", func(*testing.T, *store.Store) {}, nil},
		{"after an intent", func(t *testing.T, s *store.Store) { intend(t, s, "g1", nil) }, store.ErrInFlight},
		{"after a submission", func(t *testing.T, s *store.Store) { submit(t, s, "g1", nil) }, store.ErrInFlight},
		{"after a completion", func(t *testing.T, s *store.Store) { deliver(t, s, "g1", nil) }, nil},
		{"after an unknown fate", func(t *testing.T, s *store.Store) {
			check(t, s.MarkUnknown(t.Context(), intend(t, s, "g1", nil), time.Now()))
		}, nil},
		{"after another group's submission", func(t *testing.T, s *store.Store) { submit(t, s, "g2", nil) }, nil},
		{"where somebody who leaves is pinned", func(t *testing.T, s *store.Store) {
			check(t, s.Pin(t.Context(), roster.Pin{ReferenceID: "EMP-GONE", By: "Ada"}))
		}, store.ErrStale},
		{"where somebody else is pinned", func(t *testing.T, s *store.Store) {
			check(t, s.Pin(t.Context(), roster.Pin{ReferenceID: "EMP-1", By: "Ada"}))
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newStore(t)
			test.before(t, s)
			_, err := s.Intend(t.Context(), intent("g1", people(1)))
			wantError(t, err, test.want)
		})
	}
}

// Whatever is written about a sync must fit the state that it is in.
func TestSyncStates(t *testing.T) {
	const group = "g1"
	reach := map[roster.SyncState]func(*testing.T, *store.Store) int64{
		roster.SyncIntended:  func(t *testing.T, s *store.Store) int64 { return intend(t, s, group, nil) },
		roster.SyncSubmitted: func(t *testing.T, s *store.Store) int64 { return submit(t, s, group, nil) },
		roster.SyncCompleted: func(t *testing.T, s *store.Store) int64 { return deliver(t, s, group, nil) },
		roster.SyncAbandoned: func(t *testing.T, s *store.Store) int64 {
			id := submit(t, s, group, nil)
			value(s.Abandon(t.Context(), "req_1", "ann", "stuck", time.Now()))(t)
			return id
		},
		roster.SyncRefusedBy: func(t *testing.T, s *store.Store) int64 {
			id := intend(t, s, group, nil)
			check(t, s.NotDelivered(t.Context(), roster.NonDelivery{SyncID: id, State: roster.SyncRefusedBy}))
			return id
		},
		roster.SyncNoAnswer: func(t *testing.T, s *store.Store) int64 {
			id := intend(t, s, group, nil)
			check(t, s.MarkUnknown(t.Context(), id, time.Now()))
			return id
		},
	}
	steps := map[string]struct {
		take func(context.Context, *store.Store, int64) error
		from roster.SyncState
	}{
		"accept": {func(ctx context.Context, s *store.Store, id int64) error {
			return s.Accepted(ctx, id, roster.Receipt{RequestID: "req_2"}, time.Now())
		}, roster.SyncIntended},
		"refuse": {func(ctx context.Context, s *store.Store, id int64) error {
			return s.NotDelivered(ctx, roster.NonDelivery{SyncID: id, State: roster.SyncRefusedBy})
		}, roster.SyncIntended},
		"lose the answer": {func(ctx context.Context, s *store.Store, id int64) error {
			return s.MarkUnknown(ctx, id, time.Now())
		}, roster.SyncIntended},
		"complete": {func(ctx context.Context, s *store.Store, id int64) error {
			return s.Complete(ctx, completion(id, group, nil))
		}, roster.SyncSubmitted},
	}
	for state, reach := range reach {
		for name, step := range steps {
			t.Run(name+" what is "+string(state), func(t *testing.T) {
				s, _ := newStore(t)
				id := reach(t, s)
				var want error
				if state != step.from {
					want = store.ErrStale
				}
				wantError(t, step.take(t.Context(), s, id), want)
			})
		}
	}
	t.Run("nothing is written about no sync", func(t *testing.T) {
		s, _ := newStore(t)
		for _, step := range steps {
			wantError(t, step.take(t.Context(), s, 77), store.ErrNotFound)
		}
	})
}

func TestAcceptedIgnoresCancellation(t *testing.T) {
	s, c := newStore(t)
	id := intend(t, s, "g1", nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	check(t, s.Accepted(ctx, id, roster.Receipt{RequestID: "req_1"}, c.now))
	same(t, map[string]roster.SyncState{"g1": roster.SyncSubmitted}, states(value(s.InFlight(t.Context()))(t)))
}

func TestNotDelivered(t *testing.T) {
	tests := []struct {
		state     roster.SyncState
		unsettled int
	}{
		{roster.SyncRefusedBy, 0},
		{roster.SyncNoAnswer, 1},
	}
	for _, test := range tests {
		t.Run(string(test.state), func(t *testing.T) {
			s, c := newStore(t)
			deliver(t, s, "g1", people(2))
			id := intend(t, s, "g1", people(3))
			failure := roster.Failure{Group: "g1", Kind: roster.SyncRefused, Reason: "no"}
			check(t, s.NotDelivered(t.Context(), roster.NonDelivery{
				SyncID: id, State: test.state, Reason: "why", At: c.now, Sweep: roster.Sweep{Found: []roster.Failure{failure}},
			}))

			groups := value(s.Groups(t.Context()))(t)
			if groups[0].Delivered.Digest != "" || groups[0].Delivered.At.IsZero() {
				t.Errorf("delivery is %+v, want its digest and nothing else forgotten", groups[0].Delivered)
			}
			same(t, people(2), value(s.Baseline(t.Context(), "g1"))(t).Members)
			if got := len(value(s.Unsettled(t.Context()))(t)); got != test.unsettled {
				t.Errorf("%d unsettled, want %d", got, test.unsettled)
			}
			same(t, map[roster.Kind]int{roster.SyncRefused: 1}, value(s.CountFailures(t.Context()))(t))
			last, _, err := s.LastSync(t.Context(), "g1")
			check(t, err)
			if last.State != test.state || last.Reason != "why" || !last.EndedAt.Equal(c.now) {
				t.Errorf("last sync is %+v", last)
			}
		})
	}
	t.Run("only as refused or unknown", func(t *testing.T) {
		s, _ := newStore(t)
		id := intend(t, s, "g1", nil)
		if err := s.NotDelivered(t.Context(), roster.NonDelivery{SyncID: id, State: roster.SyncCompleted}); err == nil {
			t.Error("a sync was completed without an outcome")
		}
	})
}

func TestAbandon(t *testing.T) {
	s, c := newStore(t)
	deliver(t, s, "g1", people(1))
	submit(t, s, "g1", people(2))
	sync := value(s.Abandon(t.Context(), "req_2", "ann", "stuck for a week", c.now))(t)
	if sync.State != roster.SyncAbandoned || sync.Group != "g1" {
		t.Errorf("abandoned %+v", sync)
	}
	unsettled := value(s.Unsettled(t.Context()))(t)
	if len(unsettled) != 1 || len(unsettled[0].Entries) != 2 {
		t.Errorf("unsettled is %v, want the abandoned one with its payload", states(unsettled))
	}
	if groups := value(s.Groups(t.Context()))(t); groups[0].Delivered.Digest != "" {
		t.Error("the delivery is still believed")
	}
	_, err := s.Abandon(t.Context(), "req_2", "ann", "again", c.now)
	wantError(t, err, store.ErrStale)
	_, err = s.Abandon(t.Context(), "req_77", "ann", "which", c.now)
	wantError(t, err, store.ErrNotFound)
	_, err = s.Abandon(t.Context(), "", "ann", "which", c.now)
	wantError(t, err, store.ErrNotFound)
}

func TestComplete(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	check(t, s.GroupCreated(ctx, roster.GroupState{ExternalReferenceID: "g1", GroupID: "grp_1", Name: "One"}))
	unknown := intend(t, s, "g1", people(1))
	check(t, s.MarkUnknown(ctx, unknown, c.now))
	other := intend(t, s, "g2", people(1))
	check(t, s.MarkUnknown(ctx, other, c.now))

	id := submit(t, s, "g1", people(3))
	c.pass(time.Minute)
	done := completion(id, "g1", people(3))
	done.Events = []roster.Event{{At: c.now, RunID: "run1", Group: "g1", ReferenceID: "EMP-GONE", What: "removed", Detail: "terminated"}}
	done.RemovedUnapproved = 2
	done.Sweep = roster.Sweep{Found: []roster.Failure{{Group: "g1", ReferenceID: "EMP1", Kind: roster.RemoteAdd, Operation: "add", Reason: "no"}}}
	check(t, s.Complete(ctx, done))

	same(t, people(3), value(s.Baseline(ctx, "g1"))(t).Members)
	want := done.State
	want.Name, want.GroupID, want.HasBaseline, want.Members = "One", "grp_1", true, 3
	same(t, []roster.GroupState{want}, value(s.Groups(ctx))(t))
	same(t, map[string]roster.SyncState{"g2": roster.SyncNoAnswer}, states(value(s.Unsettled(ctx))(t)))
	same(t, done.Events, value(s.EventsOf(ctx, "EMP-GONE"))(t))
	same(t, map[roster.Kind]int{roster.RemoteAdd: 1}, value(s.CountFailures(ctx))(t))
	same(t, map[string]int{"g1": 2}, value(s.RemovedSince(ctx, c.now))(t))
	same(t, map[string]int{}, value(s.RemovedSince(ctx, c.now.Add(time.Second)))(t))
	last, ok, err := s.LastSync(ctx, "g1")
	check(t, err)
	if !ok || last.State != roster.SyncCompleted || !last.EndedAt.Equal(c.now) {
		t.Errorf("last sync is %+v", last)
	}
}

// A completion that fails in its last step must leave nothing behind.
func TestCompleteIsAtomic(t *testing.T) {
	dir := canary.Dir(t)
	s, _ := mustLease(t, store.Options{Dir: dir})
	ctx := t.Context()
	deliver(t, s, "g1", people(2))
	id := submit(t, s, "g1", people(3))
	before := value(s.Groups(ctx))(t)
	tamper(t, dir, "CREATE TRIGGER stop BEFORE INSERT ON failures BEGIN SELECT RAISE(ABORT, 'stop'); END")

	done := completion(id, "g1", people(3))
	done.State.Delivered.Digest = "another"
	done.Events = []roster.Event{{ReferenceID: "EMP1", What: "removed"}}
	done.Sweep = roster.Sweep{Found: []roster.Failure{{Group: "g1", Kind: roster.RemoteAdd}}}
	if err := s.Complete(ctx, done); err == nil {
		t.Fatal("the last step did not fail")
	}
	same(t, people(2), value(s.Baseline(ctx, "g1"))(t).Members)
	same(t, before, value(s.Groups(ctx))(t))
	same(t, map[string]roster.SyncState{"g1": roster.SyncSubmitted}, states(value(s.Unsettled(ctx))(t)))
	same(t, []roster.Event{}, value(s.EventsOf(ctx, "EMP1"))(t))

	tamper(t, dir, "DROP TRIGGER stop")
	check(t, s.Complete(ctx, done)) // and can be done again
}

func TestCompleteRefusesAnotherGroup(t *testing.T) {
	s, _ := newStore(t)
	deliver(t, s, "g2", people(2))
	id := submit(t, s, "g1", people(1))
	if err := s.Complete(t.Context(), completion(id, "g2", people(1))); err == nil {
		t.Error("the outcome of one group became the baseline of another")
	}
	same(t, people(2), value(s.Baseline(t.Context(), "g2"))(t).Members)
}

func TestFindEnrolled(t *testing.T) {
	s, _ := newStore(t)
	deliver(t, s, "g2", people(5))
	deliver(t, s, "g1", people(1))
	group, enrolled, ok, err := s.FindEnrolled(t.Context(), "EMP00000004")
	check(t, err)
	if !ok || group != "g2" {
		t.Errorf("found in %q, %v", group, ok)
	}
	same(t, people(5)[4], enrolled)
	_, _, ok, err = s.FindEnrolled(t.Context(), "EMP-NOBODY")
	check(t, err)
	if ok {
		t.Error("found nobody")
	}
}

func TestBaselineThatWasTamperedWith(t *testing.T) {
	for name, statement := range map[string]string{
		"flipped":  "UPDATE baselines SET sealed = CAST(replace(sealed, substr(sealed, 40, 1), x'00') AS BLOB)",
		"moved":    "UPDATE baselines SET (sealed, checksum) = (SELECT sealed, checksum FROM baselines WHERE external_reference_id = 'g2')",
		"cut":      "UPDATE baselines SET sealed = substr(sealed, 1, 10)",
		"checksum": "UPDATE baselines SET checksum = x'00'",
	} {
		t.Run(name, func(t *testing.T) {
			dir := canary.Dir(t)
			s, _ := mustLease(t, store.Options{Dir: dir})
			deliver(t, s, "g1", people(3))
			deliver(t, s, "g2", people(2))
			tamper(t, dir, statement+" WHERE external_reference_id = 'g1'")
			_, err := s.Baseline(t.Context(), "g1")
			wantError(t, err, store.ErrUnusable)
			_, _, _, err = s.FindEnrolled(t.Context(), "EMP00000000")
			wantError(t, err, store.ErrUnusable)
		})
	}
	t.Run("payload", func(t *testing.T) {
		dir := canary.Dir(t)
		s, _ := mustLease(t, store.Options{Dir: dir})
		intend(t, s, "g1", people(3))
		tamper(t, dir, "UPDATE syncs SET digest = 'another'")
		_, err := s.Unsettled(t.Context())
		wantError(t, err, store.ErrUnusable)
	})
	t.Run("a store that is whole is no error", func(t *testing.T) {
		s, _ := newStore(t)
		baseline, err := s.Baseline(t.Context(), "nobody")
		if err != nil || len(baseline.Members) != 0 || errors.Is(err, store.ErrUnusable) {
			t.Errorf("no baseline is %v, %v", baseline, err)
		}
	})
}
