package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func hold(group, digest string) roster.Hold {
	return roster.Hold{
		Digest: digest, Group: group, Reason: roster.ReasonGroupLimit, ConfigHash: "c1",
		Removals: []roster.Removal{{ReferenceID: "EMP1", Class: roster.Absent}, {ReferenceID: "EMP2", Class: roster.Moved}},
		Roster:   []string{"EMP3"},
	}
}

// planned stores one hold of g1 and returns it as it was stored.
func planned(t *testing.T, s *store.Store, digest string) roster.Hold {
	t.Helper()
	check(t, s.SavePlan(t.Context(), roster.PlanRecord{Run: roster.Run{ID: "run1"}, Holds: []roster.Hold{hold("g1", digest)}}))
	active := value(s.ActiveHolds(t.Context()))(t)
	if len(active) != 1 {
		t.Fatalf("%d active holds, want 1", len(active))
	}
	return active[0]
}

func verdict(h roster.Hold, c *clock) store.Verdict {
	return store.Verdict{HoldID: h.ID, Digest: h.Digest, By: "ann", Why: "checked", At: c.now, ExpiresAt: c.now.Add(24 * time.Hour)}
}

func TestHoldLifecycle(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	first := planned(t, s, "d1")
	want := hold("g1", "d1")
	want.ID, want.State, want.CreatedAt = first.ID, roster.HoldOpen, c.now
	same(t, want, first)

	c.pass(time.Hour)
	approved := value(s.Approve(ctx, verdict(first, c)))(t)
	want.State, want.DecidedBy, want.DecidedAt, want.Comment, want.ExpiresAt = roster.HoldApproved, "ann", c.now, "checked", c.now.Add(24*time.Hour)
	same(t, want, approved)

	t.Run("the same set keeps its approval", func(t *testing.T) { same(t, approved, planned(t, s, "d1")) })
	t.Run("approving again changes nothing", func(t *testing.T) {
		again := verdict(first, c)
		again.By, again.ExpiresAt = "bob", c.now.Add(99*time.Hour)
		same(t, approved, value(s.Approve(ctx, again))(t))
	})
	t.Run("another set supersedes it", func(t *testing.T) {
		second := planned(t, s, "d2")
		if second.ID == first.ID || second.State != roster.HoldOpen {
			t.Errorf("hold of another set is %+v", second)
		}
		if old := value(s.Hold(ctx, first.ID))(t); old.State != roster.HoldSuperseded {
			t.Errorf("old hold is %s", old.State)
		}
		_, err := s.Approve(ctx, verdict(first, c))
		wantError(t, err, store.ErrStale)
	})
	t.Run("nothing left to hold lifts it", func(t *testing.T) {
		check(t, s.SavePlan(ctx, roster.PlanRecord{Run: roster.Run{ID: "run2"}, LiftHolds: []string{"g1", "g9"}}))
		same(t, []roster.Hold{}, value(s.ActiveHolds(ctx))(t))
		all := value(s.Holds(ctx, 0))(t)
		if len(all) != 2 || all[0].Digest != "d2" || all[0].State != roster.HoldSuperseded {
			t.Errorf("history is %+v", all)
		}
		if got := len(value(s.Holds(ctx, 1))(t)); got != 1 {
			t.Errorf("%d holds, want 1", got)
		}
	})
}

// Whoever knew of one hold does not know of the next: only what is still the same set
// stays acknowledged, and what has nothing to do with holds of the group.
func TestAnotherHoldIsNotKnown(t *testing.T) {
	for _, test := range []struct {
		name    string
		failure roster.Failure
		next    string // digest
		want    roster.FailureState
	}{
		{"the same set", roster.Failure{Group: "g1", Kind: roster.RemovalsHeld}, "d1", roster.FailureAcknowledged},
		{"another set", roster.Failure{Group: "g1", Kind: roster.RemovalsHeld}, "d2", roster.FailureOpen},
		{"another set, of a group without a baseline", roster.Failure{Group: "g1", Kind: roster.NoBaseline}, "d2", roster.FailureOpen},
		{"another set, and somebody in it under another reference_id", roster.Failure{Group: "g1", ReferenceID: "EMP1", Kind: roster.Rekeyed}, "d2", roster.FailureOpen},
		{"another set, and a row that is wrong", invalid("g1", "EMP1", "phone"), "d2", roster.FailureAcknowledged},
		{"another set, of another group", roster.Failure{Group: "g2", Kind: roster.RemovalsHeld}, "d2", roster.FailureAcknowledged},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newStore(t)
			planned(t, s, "d1")
			sweep(t, s, nil, test.failure)
			check(t, s.Acknowledge(t.Context(), only(t, s).ID))
			planned(t, s, test.next)
			if got := only(t, s).State; got != test.want {
				t.Errorf("the failure is %s, want %s", got, test.want)
			}
		})
	}
}

// Neither does whoever knew of what was approved in time and not used.
func TestALapsedApprovalIsAskedAnew(t *testing.T) {
	s, c := newStore(t)
	h := planned(t, s, "d1")
	sweep(t, s, nil, roster.Failure{Group: "g1", Kind: roster.RemovalsHeld})
	check(t, s.Acknowledge(t.Context(), only(t, s).ID))
	value(s.Approve(t.Context(), verdict(h, c)))(t)
	check(t, s.ExpireHolds(t.Context(), c.now.Add(24*time.Hour)))
	planned(t, s, "d1")
	if got := only(t, s).State; got != roster.FailureOpen {
		t.Errorf("the failure is %s, want open", got)
	}
}

func TestVerdicts(t *testing.T) {
	approve := func(s *store.Store, v store.Verdict, t *testing.T) error {
		_, err := s.Approve(t.Context(), v)
		return err
	}
	tests := []struct {
		name   string
		change func(*testing.T, *store.Store, *clock, *store.Verdict)
		want   error
	}{
		{"of the set that was seen", func(*testing.T, *store.Store, *clock, *store.Verdict) {}, nil},
		{"of another set", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.Digest = "d9" }, store.ErrStale},
		{"by nobody", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.By = " " }, store.ErrWord},
		{"for no reason", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.Why = "" }, store.ErrWord},
		{"of no set", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.Digest = "" }, store.ErrWord},
		{"by a long name", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) {
			v.By = strings.Repeat("x", store.MaxWord)
		}, nil},
		{"by too long a name", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) {
			v.By = strings.Repeat("x", store.MaxWord+1)
		}, store.ErrWord},
		{"for too long a reason", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) {
			v.Why = strings.Repeat("x", store.MaxWord+1)
		}, store.ErrWord},
		{"of no hold", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.HoldID = "h99" }, store.ErrNotFound},
		{"of a malformed id", func(_ *testing.T, _ *store.Store, _ *clock, v *store.Verdict) { v.HoldID = "f1" }, store.ErrNotFound},
		{"after a rejection", func(t *testing.T, s *store.Store, _ *clock, v *store.Verdict) {
			if got := value(s.Reject(t.Context(), *v))(t); got.State != roster.HoldRejected || !got.ExpiresAt.IsZero() {
				t.Errorf("rejected hold is %+v", got)
			}
		}, nil},
		{"after an approval that lapsed unnoted", func(t *testing.T, s *store.Store, c *clock, v *store.Verdict) {
			value(s.Approve(t.Context(), *v))(t)
			c.pass(25 * time.Hour)
			v.At = c.now
		}, store.ErrStale},
	}
	for _, test := range tests {
		t.Run("approval "+test.name, func(t *testing.T) {
			s, c := newStore(t)
			v := verdict(planned(t, s, "d1"), c)
			test.change(t, s, c, &v)
			wantError(t, approve(s, v, t), test.want)
		})
	}
}

// Whoever looked before somebody else decided approves nothing unseen; rejecting
// keeps people covered, and needs no look.
func TestVerdictsOnWhatWasSeen(t *testing.T) {
	type settle func(*store.Store, context.Context, store.Verdict) (roster.Hold, error)
	approve, reject := settle((*store.Store).Approve), settle((*store.Store).Reject)
	tests := []struct {
		name      string
		meanwhile []settle // decisions after the look
		decide    settle
		unseen    bool // the caller shows no decisions
		want      error
		state     roster.HoldState
	}{
		{"approved as it was seen", nil, approve, false, nil, roster.HoldApproved},
		{"rejected as it was seen", nil, reject, false, nil, roster.HoldRejected},
		{"approved after a rejection", []settle{reject}, approve, false, store.ErrStale, roster.HoldRejected},
		{"approved after an approval was taken back", []settle{approve, reject}, approve, false, store.ErrStale, roster.HoldRejected},
		{"approved after an approval", []settle{approve}, approve, false, nil, roster.HoldApproved},
		{"rejected after an approval", []settle{approve}, reject, false, nil, roster.HoldRejected},
		{"rejected after a rejection", []settle{reject}, reject, false, nil, roster.HoldRejected},
		{"approved after a rejection by a program that is shown none", []settle{reject}, approve, true, nil, roster.HoldApproved},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, c := newStore(t)
			hold := planned(t, s, "d1")
			stale := verdict(hold, c)
			if stale.Seen = store.Seen(hold); test.unseen {
				stale.Seen = ""
			}
			for _, decide := range test.meanwhile {
				c.pass(time.Minute)
				other := verdict(hold, c)
				other.By = "eve"
				value(decide(s, t.Context(), other))(t)
			}
			c.pass(time.Minute)
			stale.At = c.now
			_, err := test.decide(s, t.Context(), stale)
			wantError(t, err, test.want)
			if got := value(s.Hold(t.Context(), hold.ID))(t); got.State != test.state {
				t.Errorf("the hold is %s, want %s", got.State, test.state)
			}
		})
	}
	t.Run("a rejection that was seen can be taken back, once", func(t *testing.T) {
		s, c := newStore(t)
		rejected := value(s.Reject(t.Context(), verdict(planned(t, s, "d1"), c)))(t)
		again := verdict(rejected, c)
		again.Seen = store.Seen(rejected)
		value(s.Approve(t.Context(), again))(t)
		c.pass(time.Minute)
		taken := verdict(rejected, c)
		value(s.Reject(t.Context(), taken))(t)
		_, err := s.Approve(t.Context(), again)
		wantError(t, err, store.ErrStale)
	})
}

func TestVerdictsAreTold(t *testing.T) {
	s, c := newStore(t)
	v := verdict(planned(t, s, "d1"), c)
	value(s.Approve(t.Context(), v))(t)
	value(s.Reject(t.Context(), v))(t)
	for _, ref := range []string{"EMP1", "EMP2"} {
		same(t, []roster.Event{
			{At: c.now, Group: "g1", ReferenceID: ref, What: "approved", Detail: "hold h1 by ann: checked"},
			{At: c.now, Group: "g1", ReferenceID: ref, What: "rejected", Detail: "hold h1 by ann: checked"},
		}, value(s.EventsOf(t.Context(), ref))(t))
	}
}

func TestExpireHolds(t *testing.T) {
	s, c := newStore(t)
	h := planned(t, s, "d1")
	value(s.Approve(t.Context(), verdict(h, c)))(t)
	check(t, s.ExpireHolds(t.Context(), c.now.Add(23*time.Hour)))
	if got := value(s.Hold(t.Context(), h.ID))(t); got.State != roster.HoldApproved {
		t.Errorf("hold is %s before its time", got.State)
	}
	check(t, s.ExpireHolds(t.Context(), c.now.Add(24*time.Hour)))
	if got := value(s.Hold(t.Context(), h.ID))(t); got.State != roster.HoldExpired {
		t.Errorf("hold is %s after its time", got.State)
	}
	if again := planned(t, s, "d1"); again.ID == h.ID || again.State != roster.HoldOpen {
		t.Errorf("the set is held as %+v, want anew", again)
	}
}

func TestApprovalIsCheckedBeforeTheSend(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *store.Store, *clock, roster.Hold, *roster.Sync)
		want   error
	}{
		{"holds", func(*testing.T, *store.Store, *clock, roster.Hold, *roster.Sync) {}, nil},
		{"was taken back", func(t *testing.T, s *store.Store, c *clock, h roster.Hold, _ *roster.Sync) {
			value(s.Reject(t.Context(), verdict(h, c)))(t)
		}, store.ErrStale},
		{"lapsed", func(_ *testing.T, _ *store.Store, c *clock, _ roster.Hold, sync *roster.Sync) {
			sync.IntendedAt = c.now.Add(24 * time.Hour)
		}, store.ErrStale},
		{"is of another group", func(_ *testing.T, _ *store.Store, _ *clock, _ roster.Hold, sync *roster.Sync) {
			sync.Group = "g2"
		}, store.ErrStale},
		{"does not exist", func(_ *testing.T, _ *store.Store, _ *clock, _ roster.Hold, sync *roster.Sync) {
			sync.HoldID = "h99"
		}, store.ErrNotFound},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, c := newStore(t)
			h := planned(t, s, "d1")
			value(s.Approve(t.Context(), verdict(h, c)))(t)
			sync := intent("g1", people(1))
			sync.HoldID, sync.IntendedAt = h.ID, c.now
			test.change(t, s, c, h, &sync)
			id, err := s.Intend(t.Context(), sync)
			wantError(t, err, test.want)
			if err != nil {
				return
			}
			check(t, s.Accepted(t.Context(), id, roster.Receipt{RequestID: "req_1"}, c.now))
			done := completion(id, "g1", people(1))
			done.UsedHold = h.ID
			check(t, s.Complete(t.Context(), done))
			if got := value(s.Hold(t.Context(), h.ID))(t); got.State != roster.HoldUsed {
				t.Errorf("hold is %s, want used", got.State)
			}
		})
	}
}
