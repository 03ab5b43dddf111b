package plan_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// A group of a database that was restored from a copy: whoever was added since
// is unknown, so nothing is sent until somebody looked.
func TestRestoredGroup(t *testing.T) {
	held := told{Decision: "hold no_baseline", Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline"}}
	tests := []struct {
		name  string
		setUp func(*testing.T, *world)
		want  told
		uses  string
	}{
		{"is held, though nothing changed", func(*testing.T, *world) {}, held, ""},
		{"carries by the usual rules what it shows for approval", func(_ *testing.T, w *world) {
			w.spoil("a01", roster.InvalidRow, "phone")
			w.drop("a02")
		}, told{
			Decision: "hold no_baseline", Carried: []string{"a01 invalid", "a02 absent"},
			Hold: []string{"no_baseline open"}, Failures: []string{"no_baseline", "a01 invalid_row"},
		}, ""},
		{
			"is sent once approved, though nothing changed", func(t *testing.T, w *world) { w.approve(t, "old") },
			told{Decision: "submit not_delivered"},
			"hold_old",
		},
		{"is not sent with a roster that lacks whom the approver saw", func(t *testing.T, w *world) {
			w.hire("old", "b01")
			w.approve(t, "old")
			w.drop("b01")
		}, held, ""},
		{"is sent with whom another group still has, for they may have moved before", func(t *testing.T, w *world) {
			w.group("other", crew("b", 30)...)
			w.Busy = map[string]roster.Reason{"other": roster.ReasonInFlight}
			w.move("old", "b01")
			w.approve(t, "old")
		}, told{Decision: "submit not_delivered", Adds: []string{"b01"}}, "hold_old"},
		{"is sent with whom it may know under another reference_id", func(t *testing.T, w *world) {
			w.rekey("a01", "c01")
			w.approve(t, "old")
		}, told{
			Decision: "submit not_delivered", Adds: []string{"c01"}, Carried: []string{"a01 held"},
			Failures: []string{"removals_held", "a01 rekeyed"},
		}, "hold_old"},
		{
			"is sent where the operator vouches for it", func(_ *testing.T, w *world) { w.Limits.FirstSync = plan.FirstAllow },
			told{Decision: "submit not_delivered"},
			"",
		},
		{"is held while a source shrank, whoever vouches for it", func(_ *testing.T, w *world) {
			w.Limits.FirstSync, w.Sources[hq] = plan.FirstAllow, roster.SourceShrunk
		}, held, ""},
		{"is held though rosterd created it", func(_ *testing.T, w *world) {
			w.state("old", func(s *roster.GroupState) { s.Created = true })
		}, held, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld()
			w.group("old", crew("a", 30)...)
			w.state("old", func(s *roster.GroupState) { s.RestoredAfter = 7 })
			tt.setUp(t, w)
			p := w.make()
			same(t, "plan", tt.want, tell(t, p, "old"))
			if got := planned(t, p, "old").Uses; got != tt.uses {
				t.Errorf("uses %q, want %q", got, tt.uses)
			}
		})
	}
}
