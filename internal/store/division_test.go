package store_test

import (
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

const foundOut = "this was shard 0/3 and is shard 0/2 now; who was added since is unknown in 1 groups"

// never says of no group that it was another shard's.
func never(_, _ string) bool { return false }

// oneOf says so of some groups.
func oneOf(groups ...string) func(former, group string) bool {
	return func(_, group string) bool { return slices.Contains(groups, group) }
}

// inDoubt lists the groups whose state is not certain.
func inDoubt(t *testing.T, s *store.Store) (groups []string) {
	t.Helper()
	for _, group := range value(s.Groups(t.Context()))(t) {
		if group.RestoredAfter > 0 {
			groups = append(groups, group.ExternalReferenceID)
		}
	}
	return groups
}

// Groups that other shards have had are in doubt until a roster is delivered anew; the
// others, and a state that was always the same shard's, stay what they are.
func TestServe(t *testing.T) {
	for _, test := range []struct {
		name   string
		serve  []string // one after another
		gained func(former, group string) bool
		want   []string // groups in doubt
		told   string
	}{
		{"for the first time", []string{"0/3"}, oneOf("g1", "g2"), nil, ""},
		{"the same again", []string{"0/3", "0/3"}, oneOf("g1", "g2"), nil, ""},
		{"another, and no group is new to it", []string{"0/3", "0/2"}, never, nil, ""},
		{"another, and one group was not its own", []string{"0/3", "0/2"}, oneOf("g2", "g7"), []string{"g2"}, foundOut},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := newStore(t)
			deliver(t, s, "g1", people(3))
			deliver(t, s, "g2", people(2))
			planned(t, s, "d1") // a hold of g1
			for _, as := range test.serve {
				check(t, s.Serve(t.Context(), as, test.gained))
			}
			same(t, test.want, inDoubt(t, s))
			told := ""
			for _, f := range value(s.OpenFailures(t.Context()))(t) {
				if f.Kind == roster.StateLost {
					told = f.Reason
				}
			}
			same(t, test.told, told)
			same(t, 1, len(value(s.ActiveHolds(t.Context()))(t)))
		})
	}
}

// What people decided about a group while it was here before is undone, and the next
// roster that is delivered ends the doubt.
func TestServeUndoesDecisions(t *testing.T) {
	s, _ := newStore(t)
	deliver(t, s, "g1", people(3))
	planned(t, s, "d1")
	check(t, s.Serve(t.Context(), "1/3", never))
	check(t, s.Serve(t.Context(), "0/2", oneOf("g1")))
	if holds := value(s.ActiveHolds(t.Context()))(t); len(holds) != 0 {
		t.Errorf("%d holds are active", len(holds))
	}
	point := value(s.Groups(t.Context()))(t)[0].RestoredAfter
	if id := intend(t, s, "g1", people(3)); id <= point {
		t.Errorf("roster %d is sent after %d, and does not seem to be", id, point)
	}
}

// A group that was made and never had a roster is in doubt as well.
func TestServeBeforeAnyRoster(t *testing.T) {
	s, _ := newStore(t)
	check(t, s.GroupCreated(t.Context(), roster.GroupState{ExternalReferenceID: "g1", GroupID: "grp_g1", Created: true}))
	check(t, s.Serve(t.Context(), "1/3", never))
	check(t, s.Serve(t.Context(), "0/2", oneOf("g1")))
	group := value(s.Groups(t.Context()))(t)[0]
	if group.Created || group.RestoredAfter == 0 {
		t.Errorf("created %v, in doubt after %d", group.Created, group.RestoredAfter)
	}
	if id := intend(t, s, "g1", people(3)); id <= group.RestoredAfter {
		t.Errorf("roster %d is sent after %d, and does not seem to be", id, group.RestoredAfter)
	}
}
