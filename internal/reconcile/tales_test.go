package reconcile_test

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// tale is one of the things that rosterd is there for. Whatever befalls it, it
// comes to the same end.
type tale struct {
	name   string
	before func(*world) // until everything was in order
	change func(*world) // what there is to do then
	// members is who is covered in the end; leave is who may have been removed
	// on the way, and approved says that a person let them go.
	members  map[string][]string
	leave    []string
	approved bool
	open     []string // failures that stay
	perhaps  []string // failures that stay where their outcome was seen
	also     func(*world)
}

// tales are all of them.
func tales() []tale {
	return []tale{
		{
			name: "first rosters", before: func(*world) {},
			change:  func(w *world) { w.hr.hire(north, "N1", "N2"); w.hr.hire(south, "S1") },
			members: map[string][]string{north: {"N1", "N2"}, south: {"S1"}},
		},
		{
			name: "nothing changed", before: (*world).threeGroups, change: func(*world) {},
			members: map[string][]string{north: {"N1", "N2"}, south: {"S1", "S2"}, east: {"E1", "E2"}},
		},
		{
			name: "sent again after a day", before: (*world).threeGroups, change: func(w *world) { w.pass(25 * time.Hour) },
			members: map[string][]string{north: {"N1", "N2"}, south: {"S1", "S2"}, east: {"E1", "E2"}},
		},
		{
			name: "hires and terminations", before: (*world).threeGroups,
			change: func(w *world) {
				w.hr.hire(north, "N3")
				w.hr.edit(terminated, "N1", "S1")
				w.hr.edit(relocated, "S2")
			},
			members: map[string][]string{north: {"N2", "N3"}, south: {"S2"}, east: {"E1", "E2"}}, leave: []string{"N1", "S1"},
		},
		{
			name: "moves in a circle and out of it", before: (*world).threeGroups,
			change: func(w *world) {
				w.hr.edit(moved(south), "N1")
				w.hr.edit(moved(north), "S1")
				w.hr.edit(moved(east), "N2")
			},
			members: map[string][]string{north: {"S1"}, south: {"N1", "S2"}, east: {"E1", "E2", "N2"}}, leave: []string{"N1", "S1", "N2"},
		},
		{
			name:   "held removals, approved",
			before: func(w *world) { strict(w); w.hr.hire(north, refs("N", 8)...); w.settled() },
			change: func(w *world) {
				w.hr.edit(terminated, "N1", "N2", "N3")
				w.hr.hire(north, "N9")
			},
			members: map[string][]string{north: refs("N", 9)[3:]}, leave: refs("N", 3), approved: true,
		},
		{
			name: "rows that cannot be sent", before: (*world).threeGroups,
			change: func(w *world) {
				w.hr.edit(unreadable, "N1")
				w.hr.hire(north, "N3")
				w.hr.hire(south, "S3")
				w.hr.edit(unreadable, "S3")
			},
			members: map[string][]string{north: refs("N", 3), south: {"S1", "S2"}, east: {"E1", "E2"}},
			open:    []string{"invalid_row north N1", "invalid_row south S3"},
		},
		{
			name:    "a plan change in two steps",
			before:  func(w *world) { w.settings.Limits.PlanChange = plan.PlanReadd; w.threeGroups() },
			change:  func(w *world) { w.hr.edit(onSilver, "N1", "S2") },
			members: map[string][]string{north: {"N1", "N2"}, south: {"S1", "S2"}, east: {"E1", "E2"}}, leave: []string{"N1", "S2"},
			also: func(w *world) { w.wantPlan(silver, "N1", north); w.wantPlan(silver, "S2", south) },
		},
		{
			name:   "a group that is missing, and one with another name",
			before: func(w *world) { w.settings.Limits.FirstSync = plan.FirstAllow; w.threeGroups() },
			change: func(w *world) {
				w.settings.CreateMissing, w.settings.Rename = true, true
				w.settings.Names = map[string]string{north: "Far North", "west": "West"}
				w.hr.hire("west", "W1", "W2")
			},
			members: map[string][]string{north: {"N1", "N2"}, south: {"S1", "S2"}, east: {"E1", "E2"}, "west": {"W1", "W2"}},
			also: func(w *world) {
				states, err := w.store.Groups(w.t.Context())
				if i := slices.IndexFunc(states, func(s roster.GroupState) bool { return s.ExternalReferenceID == north }); err != nil || states[i].Name != "Far North" {
					w.t.Errorf("north is called %q (%v)", states[i].Name, err)
				}
			},
		},
		{
			name: "an answer that is lost", before: (*world).threeGroups,
			change: func(w *world) {
				w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultLostAnswer, Times: 1})
				w.hr.hire(north, "N3")
				w.hr.edit(terminated, "N1")
			},
			members: map[string][]string{north: {"N2", "N3"}, south: {"S1", "S2"}, east: {"E1", "E2"}}, leave: []string{"N1"},
		},
		{
			name:    "a group that stood there before, approved",
			before:  func(w *world) { w.settings.Limits.FirstSync = plan.FirstHold; w.box.Seed(north, stranger()) },
			change:  func(w *world) { w.hr.hire(north, "N1", "N2") },
			members: map[string][]string{north: {"N1", "N2"}}, leave: []string{"STRANGER"}, approved: true,
			perhaps: []string{"state_lost north"},
		},
		{
			name: "a backup that is put back, approved",
			before: func(w *world) {
				w.settings.Limits.FirstSync = plan.FirstAllow
				w.threeGroups()
				w.settings.Limits.FirstSync = plan.FirstHold
			},
			change: func(w *world) {
				old := w.backup()
				w.hr.hire(north, "N3")
				w.hr.edit(terminated, "S1")
				w.hr.edit(moved(south), "N1")
				w.settled()
				w.putBack(old)
			},
			members: map[string][]string{north: {"N2", "N3"}, south: {"N1", "S2"}, east: {"E1", "E2"}}, leave: []string{"S1", "N1"},
		},
	}
}

// wantPlan asserts the plan that somebody is subscribed under.
func (w *world) wantPlan(plan, ref, group string) {
	w.t.Helper()
	if member, ok := w.box.Member(group, ref); !ok || member.PlanID != plan {
		w.t.Errorf("%s is in %s: %v, on %s; want %s", ref, group, ok, member.PlanID, plan)
	}
}

// putBack restores a copy in place of the database that was there.
func (w *world) putBack(copied string) {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(copied, filepath.Join(w.dir, "rosterd.db")); err != nil {
		w.t.Fatal(err)
	}
	w.reopen()
}

// cutPower goes on with what is on disk at this moment, as after a power cut.
func (w *world) cutPower() {
	w.t.Helper()
	dir := canary.Dir(w.t)
	if err := os.CopyFS(dir, os.DirFS(w.dir)); err != nil {
		w.t.Fatal(err)
	}
	w.discard()
	w.dir = dir
	w.reopen()
}

// discard closes the store and leaves nothing of it.
func (w *world) discard() {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	if err := os.RemoveAll(w.dir); err != nil {
		w.t.Fatal(err)
	}
}

// decide is the person who approves whatever is held.
func (w *world) decide() int {
	w.t.Helper()
	decided, err := w.tryDecide()
	if err != nil {
		w.t.Fatal(err)
	}
	return decided
}

func (w *world) tryDecide() (decided int, err error) {
	holds, err := w.store.ActiveHolds(w.t.Context())
	if err != nil {
		return 0, err
	}
	for _, hold := range holds {
		if hold.State != roster.HoldOpen {
			continue
		}
		if err := w.tryApprove(hold); err != nil {
			return decided, err
		}
		decided++
	}
	return decided, nil
}
