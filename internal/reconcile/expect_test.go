package reconcile_test

import (
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// With a history, the first look comes when the request should be finished:
// that of the group itself, or else of the group whose size is nearest.
func TestFirstLookFollowsHistory(t *testing.T) {
	tests := []struct {
		name   string
		people int // in east, which has no history
		want   time.Duration
	}{
		{"nearest to the small group", 2, 10 * time.Second},
		{"nearest to the large group", 9, 100 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.box.SetProcessing(func(members int) time.Duration { return time.Duration(members) * 10 * time.Second })
				w.hr.hire(north, refs("N", 1)...)
				w.hr.hire(south, refs("S", 10)...)
				w.settled()
				w.hr.hire(east, refs("E", test.people)...)
				w.settled()
				w.wantFirstLook(east, test.want)
			})
		})
	}
	t.Run("its own before another of the same size", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			w.hr.hire(north, "N1")
			w.box.SetProcessing(func(int) time.Duration { return 10 * time.Second })
			w.settled()
			w.box.SetProcessing(func(int) time.Duration { return 100 * time.Second })
			w.hr.hire(south, "S1", "S2")
			w.settled()
			w.hr.hire(north, "N2")
			w.settled()
			w.wantFirstLook(north, 10*time.Second)
		})
	})
	t.Run("smoothed", func(t *testing.T) {
		inWorld(t, func(t *testing.T, w *world) {
			for i, took := range []time.Duration{10 * time.Second, 30 * time.Second} {
				w.box.SetProcessing(func(int) time.Duration { return took })
				w.hr.hire(north, refs("N", i+1)[i])
				w.settled()
			}
			w.hr.hire(north, "N3")
			w.settled()
			w.wantFirstLook(north, 20*time.Second)
		})
	})
}

// wantFirstLook asserts when the last request of a group was first looked at,
// give or take a tenth.
func (w *world) wantFirstLook(group string, want time.Duration) {
	w.t.Helper()
	sent := w.last(group)
	looks := w.entries(func(e sandbox.Entry) bool { return e.Call == sandbox.GetSync && e.RequestID == sent.RequestID })
	got := looks[0].At.Sub(sent.At)
	if got < want || got > want+want/10 {
		w.t.Errorf("the first look at %s came after %s, want %s", group, got, want)
	}
}
