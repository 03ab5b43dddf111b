package store_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func invalid(group, ref, reason string) roster.Failure {
	return roster.Failure{Group: group, ReferenceID: ref, Source: "hq", Kind: roster.InvalidRow, Reason: reason}
}

func everything(roster.Failure) bool { return true }

func sweep(t *testing.T, s *store.Store, evaluated func(roster.Failure) bool, found ...roster.Failure) {
	t.Helper()
	check(t, s.Sweep(t.Context(), roster.Sweep{Found: found, Evaluated: evaluated}))
}

func only(t *testing.T, s *store.Store) roster.Failure {
	t.Helper()
	all := value(s.Failures(t.Context(), store.Filter{All: true}))(t)
	if len(all) != 1 {
		t.Fatalf("%d failures, want 1: %+v", len(all), all)
	}
	return all[0]
}

func TestSweep(t *testing.T) {
	s, c := newStore(t)
	start := c.now
	want := invalid("g1", "EMP1", "phone")
	want.ID, want.FirstSeen, want.LastSeen, want.Count, want.State = "f1", start, start, 1, roster.FailureOpen
	sweep(t, s, everything, invalid("g1", "EMP1", "phone"))
	same(t, want, only(t, s))

	c.pass(time.Hour)
	sweep(t, s, everything, invalid("g1", "EMP1", "zip"))
	want.LastSeen, want.Count, want.Reason = c.now, 2, "zip"
	same(t, want, only(t, s))

	check(t, s.Acknowledge(t.Context(), "f1"))
	check(t, s.Acknowledge(t.Context(), "f1"))
	c.pass(time.Hour)
	sweep(t, s, everything, invalid("g1", "EMP1", "zip"))
	want.LastSeen, want.Count, want.State = c.now, 3, roster.FailureAcknowledged
	same(t, want, only(t, s))

	sweep(t, s, func(roster.Failure) bool { return false })
	sweep(t, s, nil)
	same(t, want, only(t, s))

	sweep(t, s, everything)
	want.State = roster.FailureResolved
	same(t, want, only(t, s))
	same(t, []roster.Failure{}, value(s.OpenFailures(t.Context()))(t))
	wantError(t, s.Acknowledge(t.Context(), "f1"), store.ErrStale)

	c.pass(time.Hour)
	sweep(t, s, everything, invalid("g1", "EMP1", "phone"))
	want.FirstSeen, want.LastSeen, want.Count, want.State, want.Reason = c.now, c.now, 1, roster.FailureOpen, "phone"
	same(t, want, only(t, s))
}

func TestSweepTellsFailuresApart(t *testing.T) {
	tests := []struct {
		name string
		a, b roster.Failure
		want int
	}{
		{"by person", invalid("g1", "EMP1", "x"), invalid("g1", "EMP2", "x"), 2},
		{"by group", invalid("g1", "EMP1", "x"), invalid("g2", "EMP1", "x"), 2},
		{"by kind", invalid("g1", "EMP1", "x"), roster.Failure{Group: "g1", ReferenceID: "EMP1", Kind: roster.Duplicate}, 2},
		{"by operation", roster.Failure{Group: "g1", Kind: roster.RemoteAdd, Operation: "add"}, roster.Failure{Group: "g1", Kind: roster.RemoteAdd, Operation: "enrol"}, 2},
		{"by source, where it is about a source", roster.Failure{Source: "hq", Kind: roster.SourceFailed}, roster.Failure{Source: "branch", Kind: roster.SourceFailed}, 2},
		{"not by source, where it is about a person", invalid("g1", "EMP1", "x"), roster.Failure{Group: "g1", ReferenceID: "EMP1", Source: "branch", Kind: roster.InvalidRow, Reason: "x"}, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newStore(t)
			sweep(t, s, everything, test.a, test.b)
			if got := len(value(s.OpenFailures(t.Context()))(t)); got != test.want {
				t.Errorf("%d failures, want %d", got, test.want)
			}
			sweep(t, s, everything, test.a)
			if got := len(value(s.OpenFailures(t.Context()))(t)); got != 1 {
				t.Errorf("%d failures after one is gone, want 1", got)
			}
		})
	}
	t.Run("two reasons of one are both told", func(t *testing.T) {
		s, _ := newStore(t)
		sweep(t, s, everything, invalid("g1", "EMP1", "phone"), invalid("g1", "EMP1", "zip"), invalid("g1", "EMP1", "phone"))
		if got := only(t, s); got.Count != 1 || got.Reason != "phone; zip" {
			t.Errorf("merged failure is %+v", got)
		}
	})
}

// The outcome of one group says nothing of another one.
func TestSweepOfAnOutcome(t *testing.T) {
	s, _ := newStore(t)
	sweep(t, s, nil, invalid("g1", "EMP1", "x"), invalid("g2", "EMP2", "x"))
	id := submit(t, s, "g1", nil)
	done := completion(id, "g1", nil)
	done.Sweep = roster.Sweep{Evaluated: everything}
	check(t, s.Complete(t.Context(), done))
	open := value(s.OpenFailures(t.Context()))(t)
	if len(open) != 1 || open[0].Group != "g2" {
		t.Errorf("open are %+v, want the one of g2", open)
	}
}

func TestFailures(t *testing.T) {
	s, _ := newStore(t)
	sweep(t, s, nil, invalid("g1", "EMP0", "x"))
	sweep(t, s, everything, invalid("g1", "EMP1", "x"), invalid("g2", "EMP2", "x"), roster.Failure{Group: "g1", Kind: roster.NoBaseline})
	tests := []struct {
		name   string
		filter store.Filter
		want   []string
	}{
		{"open ones", store.Filter{}, []string{"EMP1", "EMP2", ""}},
		{"all", store.Filter{All: true}, []string{"EMP0", "EMP1", "EMP2", ""}},
		{"of a group", store.Filter{Group: "g1"}, []string{"EMP1", ""}},
		{"of a person", store.Filter{ReferenceID: "EMP2"}, []string{"EMP2"}},
		{"of a kind", store.Filter{Kind: roster.NoBaseline}, []string{""}},
		{"of a group and kind", store.Filter{Group: "g2", Kind: roster.NoBaseline}, nil},
		{"a few", store.Filter{Limit: 2}, []string{"EMP1", "EMP2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, failure := range value(s.Failures(t.Context(), test.filter))(t) {
				got = append(got, failure.ReferenceID)
			}
			same(t, test.want, got)
		})
	}
	same(t, map[roster.Kind]int{roster.InvalidRow: 2, roster.NoBaseline: 1}, value(s.CountFailures(t.Context()))(t))
	wantError(t, s.Acknowledge(t.Context(), "f99"), store.ErrNotFound)
	wantError(t, s.Acknowledge(t.Context(), "nonsense"), store.ErrNotFound)
}
