package reconcile_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/shard"
)

// divided are the shards of a world. Of three, each has one of the groups.
type divided struct {
	*world

	notices string
	shards  []*world // by index
}

// divide makes a world into one of shards, with a state of its own for each.
func divide(w *world, count int) *divided {
	w.t.Helper()
	d := &divided{world: w, notices: canary.Dir(w.t)}
	d.again(count)
	return d
}

// again divides a world that is divided already. Who is there keeps its state.
func (d *divided) again(count int) {
	d.t.Helper()
	for i := range count {
		if i == len(d.shards) {
			one := *d.world
			one.dir = canary.Dir(d.t)
			one.open()
			d.t.Cleanup(func() { _ = one.store.Close() })
			one.freshMetrics()
			d.shards = append(d.shards, &one)
		}
		d.shards[i].shard = shard.Shard{Index: i, Count: count}
		d.shards[i].board = shard.NewDir(d.notices, d.shards[i].shard)
	}
}

// of is the shard that has a group.
func (d *divided) of(group string) *world { return d.shards[shard.Owner(group, len(d.shards))] }

// together lets shards run side by side, all of them where none is named.
func (d *divided) together(which ...*world) (runs []roster.Run) {
	d.t.Helper()
	if which == nil {
		which = d.shards
	}
	runs = make([]roster.Run, len(which))
	var wait sync.WaitGroup
	for i, w := range which {
		wait.Go(func() {
			run, err := w.try(d.t.Context(), reconcile.Options{})
			if err != nil {
				d.t.Errorf("run of shard %s: %v", w.shard, err)
			}
			runs[i] = run
		})
	}
	wait.Wait()
	return runs
}

// threeGroups has two people in each group, all covered, each by its own shard.
func (d *divided) threeGroups() {
	d.t.Helper()
	d.hr.hire(north, "N1", "N2")
	d.hr.hire(south, "S1", "S2")
	d.hr.hire(east, "E1", "E2")
	for i, run := range d.together() {
		wantOutcome(d.t, run, roster.RunDone, 0)
		own := 0
		for _, group := range []string{north, south, east} {
			if d.of(group) == d.shards[i] {
				own++
			}
		}
		if run.Groups.Submitted != own {
			d.t.Errorf("shard %d submitted %d groups, want its own %d", i, run.Groups.Submitted, own)
		}
	}
	d.wantMembers(north, "N1", "N2")
	d.wantMembers(south, "S1", "S2")
	d.wantMembers(east, "E1", "E2")
}

// inShards runs a story in a world of three shards in which everybody is covered.
func inShards(t *testing.T, story func(t *testing.T, d *divided)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		d := divide(w, 3)
		d.threeGroups()
		story(t, d)
	})
}

// Whoever moves to a group of another shard leaves the old one first and is in the new
// one soon after, when the shards run at the same time.
func TestMovesBetweenShards(t *testing.T) {
	for _, test := range []struct {
		name  string
		moves map[string]string
		want  map[string][]string
	}{
		{"one", map[string]string{"N1": south}, map[string][]string{north: {"N2"}, south: {"N1", "S1", "S2"}, east: {"E1", "E2"}}},
		{"a swap", map[string]string{"N1": south, "S1": north}, map[string][]string{north: {"N2", "S1"}, south: {"N1", "S2"}, east: {"E1", "E2"}}},
		{
			"a circle",
			map[string]string{"N1": south, "S1": east, "E1": north},
			map[string][]string{north: {"E1", "N2"}, south: {"N1", "S2"}, east: {"E2", "S1"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			inShards(t, func(t *testing.T, d *divided) {
				for ref, to := range test.moves {
					d.hr.edit(moved(to), ref)
				}
				d.hr.hire(east, "E9") // who has nothing to do with it and waits for nobody
				d.together()
				for group, members := range test.want {
					if group == east {
						members = append(members, "E9")
					}
					d.wantMembers(group, members...)
				}
				var gone []string
				for ref, to := range test.moves {
					gone = append(gone, ref)
					d.arrivesWithin(ref, to, 10*time.Second)
				}
				d.wantLawful(gone...)
			})
		})
	}
}

// arrivesWithin asserts that somebody was out of every group no longer than that.
func (w *world) arrivesWithin(ref, group string, most time.Duration) {
	w.t.Helper()
	var left, came time.Time
	for _, e := range w.box.Ledger() {
		if e.Sync == nil || e.Sync.ProcessedAt == nil {
			continue
		}
		for _, gone := range e.Sync.Removed {
			if gone == ref {
				left = *e.Sync.ProcessedAt
			}
		}
		for _, added := range e.Sync.Added {
			if added == ref && e.Group == group {
				came = e.At
			}
		}
	}
	if gap := came.Sub(left); left.IsZero() || gap < 0 || gap > most {
		w.t.Errorf("%s was sent for %s %s after they had left their old group", ref, group, gap)
	}
}

// Shards that do not run at the same time hand nobody over, and cover everybody.
func TestNobodyIsHandedOverToAShardThatIsNotThere(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.hr.edit(moved(south), "N1")
		for range 2 {
			if run := d.together(d.of(north))[0]; !run.Waiting {
				t.Error("nobody is told that somebody waits for another shard")
			}
			d.wantMembers(north, "N1", "N2")
			d.together(d.of(south))
			d.wantMembers(south, "S1", "S2")
			d.pass(time.Hour)
		}
		d.wantLawful()
		for i, run := range d.together() {
			if run.Waiting {
				t.Errorf("shard %d says that somebody waits still", i)
			}
		}
		d.wantMembers(north, "N2")
		d.wantMembers(south, "N1", "S1", "S2")
		d.wantLawful("N1")
	})
}

// What stands against a move keeps people where they are; afterwards they arrive.
func TestMovesBetweenShardsThatDoNotWork(t *testing.T) {
	for _, test := range []struct {
		name     string
		obstacle func(d *divided)
	}{
		{"the removal is refused", func(d *divided) { d.box.Refuse("N1", "remove", "not today") }},
		{"the group that loses is refused", func(d *divided) {
			d.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultStatus, Status: 422})
		}},
		{"the answer of the group that loses is lost", func(d *divided) {
			d.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultLostAnswer, Times: 1})
		}},

		{"the group that gains is over capacity", func(d *divided) { d.of(south).settings.Delivery.MaxMembers = 2 }},
		{"the shard that gains has no Vitable", func(d *divided) {
			other := *d.wire
			other.Before = down
			d.of(south).wire = &other
		}},
		{"the guard holds them", func(d *divided) { d.of(north).settings.Limits.MaxRunPercent = 1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			inShards(t, func(t *testing.T, d *divided) {
				test.obstacle(d)
				d.hr.edit(moved(south), "N1")
				d.together()
				if members := d.box.Members(south); len(members) != 2 {
					t.Errorf("south has %v", members)
				}
				d.box.SetRules()
				d.box.SetFaults()
				for _, w := range d.shards {
					w.settings, w.wire = settings(), d.wire
				}
				d.pass(7 * time.Hour)
				d.together()
				d.pass(7 * time.Hour)
				d.together()
				d.wantMembers(north, "N2")
				d.wantMembers(south, "N1", "S1", "S2")
				same(t, "violations", []string{}, d.box.Violations())
				for _, ref := range d.removed() { // twice where nobody knew how the first removal ended
					if ref != "N1" {
						t.Errorf("%s was removed", ref)
					}
				}
			})
		})
	}
}

// A shard that ended between the two steps takes them at its next run.
func TestAShardThatEndsBetweenTheSteps(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.hr.edit(moved(south), "N1")
		gains := d.of(south)
		other := *d.wire
		other.Before = func(r *http.Request) error {
			if r.Method == http.MethodPost {
				return down(r)
			}
			return nil
		}
		gains.wire = &other
		d.together()
		d.wantMembers(north, "N2")
		gains.wire = d.wire
		d.together(gains)
		d.wantMembers(south, "N1", "S1", "S2")
		d.wantLawful("N1")
	})
}

// Two shards that want somebody at the same moment: at most one of them sends.
func TestTheSameHireByTwoShards(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		a, b := d.of(north), d.of(south)
		other := newHR("hq")
		other.rows = append(other.rows, d.hr.rows...)
		d.hr.hire(north, "X1")
		other.hire(south, "X1") // an export that is a moment older
		b.hr = other
		d.together(a, b)
		in := 0
		for _, group := range []string{north, south} {
			if _, there := d.box.Member(group, "X1"); there {
				in++
			}
		}
		if in > 1 {
			t.Error("X1 is in two groups")
		}
		b.hr = d.hr
		d.together()
		d.wantMembers(north, "N1", "N2", "X1")
		d.wantMembers(south, "S1", "S2")
	})
}

// A shard that follows rosters for longer than anybody waits for one that is not there
// hands people over all the same, when it is through with them.
func TestABusyShardIsWaitedFor(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.box.SetProcessing(func(int) time.Duration { return 10 * time.Minute })
		d.hr.edit(moved(south), "N1")
		d.hr.hire(north, "N3") // keeps north busy, which does not know yet that south awaits N1
		late := *d.wire
		late.Before = func(*http.Request) error { time.Sleep(20 * time.Second); return nil }
		d.of(south).wire = &late
		for i, run := range d.together() {
			if run.Waiting {
				t.Errorf("shard %d gave up", i)
			}
		}
		d.wantMembers(north, "N2", "N3")
		d.wantMembers(south, "N1", "S1", "S2")
		d.wantLawful("N1")
	})
}

// Whoever was sent and of whom nobody heard may be covered, also for the others.
func TestWhoeverMayBeCoveredIsNotSentByAnother(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.hr.hire(north, "X1")
		d.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultLostAnswer, Times: 1})
		d.together(d.of(north))
		d.pass(time.Hour)
		d.hr.edit(moved(south), "X1")
		d.together(d.of(south))
		d.wantMembers(south, "S1", "S2")
		d.together()
		d.wantMembers(north, "N1", "N2")
		d.wantMembers(south, "S1", "S2", "X1")
		d.wantLawful("X1")
	})
}

// A notice that cannot be read stops the run before anything is sent.
func TestANoticeThatCannotBeRead(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		w := d.of(north)
		spoiled := filepath.Join(d.notices, "shard-0-of-3.json")
		if err := os.WriteFile(spoiled, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
		d.hr.hire(north, "N3")
		before := d.writes()
		run, err := w.try(t.Context(), reconcile.Options{})
		if err == nil || run.ExitCode != 1 {
			t.Errorf("the run ends with %d, %v", run.ExitCode, err)
		}
		if d.writes() != before {
			t.Error("something was sent")
		}
		d.together(d.shards[0]) // writes its own anew
		d.together(w)
		d.wantMembers(north, "N1", "N2", "N3")
	})
}

// With another number of shards groups change hands. Who takes one over knows nothing of
// it, and holds all of it; who had it leaves it alone, and claims nobody in it.
func TestAnotherNumberOfShards(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		d := divide(w, 2)
		d.threeGroups() // shard 1 has north and east
		d.again(3)
		for _, w := range d.shards {
			w.settings.Limits.FirstSync = plan.FirstHold
		}
		if d.of(north) != d.shards[2] || d.of(east) != d.shards[1] {
			t.Fatal("the groups are elsewhere")
		}
		d.hr.edit(terminated, "N2")
		d.hr.hire(north, "E1") // a second row, which ties the two groups
		before := d.tries(north)
		d.together(d.shards[1])
		d.together(d.shards[2])
		if n := d.tries(north); n != before {
			t.Errorf("north was sent %d times", n-before)
		}
		d.hr.rows = d.hr.rows[:len(d.hr.rows)-1]
		d.hr.edit(employed, "N2")
		d.together(d.shards[2])
		hold := d.shards[2].onlyHold()
		same(t, "the roster that waits", []string{"N1", "N2"}, hold.Roster)
		d.shards[2].approve(hold)
		if run := d.together(d.shards[2])[0]; run.Groups.Submitted != 1 {
			t.Errorf("%d groups were submitted with the approval", run.Groups.Submitted)
		}
		d.wantMembers(north, "N1", "N2")
		d.wantMembers(east, "E1", "E2")
		d.wantLawful()
	})
}

// Whoever a shard awaited when it died is not let go to it.
func TestNobodyIsHandedOverToAShardThatDied(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.hr.edit(moved(south), "N1")
		died := shard.Notice{Until: time.Now().Add(-time.Second), Has: shard.PeopleOf([]string{"S1", "S2"}), Awaits: map[string]string{"N1": south}}
		if err := d.of(south).board.Publish(died); err != nil {
			t.Fatal(err)
		}
		d.together(d.of(north))
		d.wantMembers(north, "N1", "N2")
		d.wantLawful()
	})
}

// claiming is a board on which another shard claims X1 just after this one did.
type claiming struct {
	reconcile.Board

	other reconcile.Board
	claim shard.Notice
}

func (c claiming) Publish(n shard.Notice) error {
	err := c.Board.Publish(n)
	if n.Has.Have("X1") {
		err = errors.Join(err, c.other.Publish(c.claim))
	}
	return err
}

// Of two shards that are about to send the same person, the one that looks again after
// the other has told so leaves them out, and sends everybody else.
func TestAClaimAtTheSameMoment(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		w := d.of(north)
		whole := w.board
		w.board = claiming{whole, d.of(south).board, shard.Notice{Has: shard.PeopleOf([]string{"S1", "S2", "X1"})}}
		d.hr.hire(north, "X1", "X2")
		d.together(w)
		d.wantMembers(north, "N1", "N2", "X2")
		w.board = whole
		d.together()
		d.wantMembers(north, "N1", "N2", "X1", "X2")
		d.wantLawful()
	})
}

// What another shard tells after a plan was made is for the next one: this one's payload
// stays what was decided and told.
func TestAnotherShardGoesOnAfterThePlan(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		w, other := d.of(north), d.of(south).board
		whole := w.board
		w.board = claiming{whole, other, shard.Notice{Has: shard.PeopleOf([]string{"S1", "S2"})}}
		if err := other.Publish(shard.Notice{Has: shard.PeopleOf([]string{"S1", "S2", "X2"})}); err != nil {
			t.Fatal(err)
		}
		d.hr.hire(north, "X1", "X2")
		d.together(w)
		d.wantMembers(north, "N1", "N2", "X1", "X2")
		d.wantLawful()
	})
}

// An old copy of a database has people whom another shard covers for certain. Its group
// lets them go, and sends nobody to two groups.
func TestAnOldCopyOfAShard(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		w := d.of(north)
		old := w.backup()
		d.hr.edit(moved(south), "N1")
		d.together()
		d.wantMembers(south, "N1", "S1", "S2")
		w.putBack(old)
		d.together(w)
		d.together()
		d.wantMembers(north, "N2")
		d.wantMembers(south, "N1", "S1", "S2")
		d.wantLawful("N1")
	})
}

// What an old copy says of the new group is no reason to let somebody go.
func TestNobodyIsHandedOverToAnOldCopy(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		gains := d.of(south)
		old := gains.backup()
		d.hr.edit(moved(north), "S1")
		d.together()
		d.wantMembers(north, "N1", "N2", "S1")
		gains.settings.Limits.FirstSync = plan.FirstHold
		gains.putBack(old) // it has S1 still
		d.hr.edit(moved(south), "S1")
		d.together(gains)
		d.together()
		d.wantMembers(north, "N1", "N2", "S1")
		gains.decide()
		for range 3 { // Vitable refuses S1 as long as north has them, and south learns that they are not its own
			d.pass(7 * time.Hour)
			d.together()
			if _, there := d.box.Member(north, "S1"); !there {
				break
			}
		}
		d.wantMembers(north, "N1", "N2")
		d.wantMembers(south, "S1", "S2")
	})
}

// Whoever could not be sent to the new group stays in the old one.
func TestNobodyIsHandedOverToAGroupThatWaits(t *testing.T) {
	for _, test := range []struct {
		name  string
		waits func(gains *world, d *divided)
	}{
		{"for a decision about all that changes", func(gains *world, d *divided) {
			gains.settings.Limits.MaxRunPercent, gains.settings.Limits.OnExcess = 1, plan.ExcessHold
			d.hr.edit(terminated, "S2")
		}},
		{"as it is over capacity", func(gains *world, _ *divided) { gains.settings.Delivery.MaxMembers = 2 }},
		{"for its first roster to be approved", func(gains *world, _ *divided) {
			gains.settings.Limits.FirstSync = plan.FirstHold
			old := gains.backup()
			if err := os.Remove(filepath.Join(gains.dir, "sent")); err != nil {
				gains.t.Fatal(err)
			}
			gains.putBack(old)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inShards(t, func(t *testing.T, d *divided) {
				test.waits(d.of(south), d)
				d.hr.edit(moved(south), "N1")
				d.together()
				d.wantMembers(north, "N1", "N2")
				d.wantMembers(south, "S1", "S2")
				d.wantLawful()
			})
		})
	}
}

// A group that Vitable lacks is made once, by the shard that has it.
func TestAGroupIsMadeByItsShard(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		for _, w := range d.shards {
			w.settings.CreateMissing = true
		}
		d.hr.hire("west", "W1")
		for _, w := range d.shards {
			if w != d.of("west") {
				d.together(w)
				w.wantOpen() // it is not theirs to say that there is no such group
			}
		}
		d.wantMembers("west")
		d.together(d.of("west"))
		d.wantMembers("west", "W1")
		made := d.entries(func(e sandbox.Entry) bool { return e.Call == sandbox.CreateGroup })
		if len(made) != 1 {
			t.Errorf("it was made %d times", len(made))
		}
	})
}
