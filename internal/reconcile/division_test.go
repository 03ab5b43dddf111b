package reconcile_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/shard"
)

// dividedOnce is a world of two shards that were three for a while. The third had north
// then, as far as what happens then goes; what the others remember of it is old.
func dividedOnce(t *testing.T, then func(t *testing.T, d *divided)) {
	t.Helper()
	inWorld(t, func(t *testing.T, w *world) {
		d := divide(w, 2)
		d.threeGroups()
		d.again(3)
		then(t, d)
	})
}

// A group that comes back to a shard that had it once is not what that one remembers.
func TestAGroupThatComesBackToAShard(t *testing.T) {
	dividedOnce(t, func(t *testing.T, d *divided) {
		for _, w := range d.shards {
			w.settings.Limits.FirstSync = plan.FirstHold
		}
		d.together()
		third := d.shards[2]
		third.approve(third.onlyHold())
		d.hr.hire(north, "N3")
		d.together()
		d.wantMembers(north, "N1", "N2", "N3")
		d.hr.edit(unreadable, "N3")
		d.pass(time.Hour)
		d.together()
		d.again(2)
		back := d.shards[shard.Owner(north, 2)]
		d.hr.hire(north, "N4")
		d.pass(time.Hour)
		d.together(d.shards[0], d.shards[1])
		d.wantMembers(north, "N1", "N2", "N3")
		back.wantOpen("invalid_row north N3", "no_baseline north", "state_lost")
		d.wantLawful()
	})
}

// What a shard told before the groups were divided in another way is no reason to let
// anybody go.
func TestANoticeFromBeforeTheDivision(t *testing.T) {
	dividedOnce(t, func(t *testing.T, d *divided) {
		d.together()
		d.hr.edit(moved(south), "N1")
		d.together()
		d.pass(time.Hour)
		d.together()
		d.wantMembers(south, "N1", "S1", "S2")
		d.again(2)
		d.hr.edit(moved(north), "N1")
		d.pass(time.Hour)
		d.together(d.shards[0])
		d.wantMembers(south, "N1", "S1", "S2")
		for range 3 { // a person has to compare north first, and Vitable refuses N1 as long as south has them
			d.pass(7 * time.Hour)
			d.together(d.shards[0], d.shards[1])
			d.shards[1].decide()
		}
		d.wantMembers(north, "N1", "N2")
		d.wantMembers(south, "S1", "S2")
	})
}

// A shard whose clock is ahead seems to be at work long after it was killed.
func TestAShardWhoseClockIsAhead(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		d.hr.edit(moved(south), "N1")
		ahead := time.Now().Add(50 * time.Minute)
		killed := shard.Notice{
			Until: ahead.Add(shard.Presence), Has: shard.PeopleOf([]string{"S1", "S2"}), Awaits: map[string]string{"N1": south},
		}
		if err := d.of(south).board.Publish(killed); err != nil {
			t.Fatal(err)
		}
		d.pass(40 * time.Minute)
		d.together(d.of(north))
		d.wantMembers(north, "N1", "N2")
		d.wantLawful()
	})
}

// A run that takes people from many shards stays until the last of them has let go,
// however many times it has to plan anew.
func TestPeopleFromManyShards(t *testing.T) {
	const count = 8
	inWorld(t, func(t *testing.T, w *world) {
		groups := oneGroupEach(count)
		listed := make([]sandbox.Group, count)
		for i, name := range groups {
			listed[i] = sandbox.Group{Name: name, ExternalReferenceID: name}
		}
		w.box = sandbox.New(sandbox.Options{Groups: listed, Plans: []sandbox.Plan{{ID: gold, Name: "Gold"}, {ID: silver, Name: "Silver"}}})
		w.wire.Handler = w.box
		d := divide(w, count)
		d.hr.hire(groups[0], "Z1")
		for i := 1; i < count; i++ {
			d.hr.hire(groups[i], refs(fmt.Sprintf("P%d-", i), 20+i)...)
		}
		d.together()
		d.box.SetProcessing(func(members int) time.Duration {
			if members < 15 {
				return time.Second
			}
			return time.Duration(members-18) * time.Minute // 2 to 8 minutes, each at another time
		})
		d.pass(time.Hour)
		var want []string
		for i := 1; i < count; i++ {
			moves := fmt.Sprintf("P%d-1", i)
			d.hr.edit(moved(groups[0]), moves)
			want = append(want, moves)
		}
		d.together()
		d.wantMembers(groups[0], append(slices.Clone(want), "Z1")...)
		d.wantLawful(want...)
	})
}

// oneGroupEach names a group for each shard.
func oneGroupEach(count int) []string {
	groups := make([]string, count)
	for i, found := 0, 0; found < count; i++ {
		name := fmt.Sprintf("g%d", i)
		if owner := shard.Owner(name, count); groups[owner] == "" {
			groups[owner] = name
			found++
		}
	}
	return groups
}

// Whom Vitable refused, as a group of another shard had them of which nobody here knows,
// is tried again as soon as those who are refused for any other reason.
func TestRefusedForAGroupOfAnotherShard(t *testing.T) {
	inShards(t, func(t *testing.T, d *divided) {
		gains := d.of(south)
		old := gains.backup()
		d.hr.edit(moved(south), "N1")
		d.together()
		d.wantMembers(south, "N1", "S1", "S2")
		gains.settings.Limits.FirstSync = plan.FirstHold
		gains.putBack(old) // it does not know of N1
		d.hr.edit(moved(north), "N1")
		for range 4 {
			d.pass(6 * time.Hour)
			d.together()
		}
		d.wantMembers(south, "N1", "S1", "S2")
		gains.decide()
		d.together()
		d.wantMembers(south, "S1", "S2")
		d.pass(6 * time.Hour)
		d.together()
		d.wantMembers(north, "N1", "N2")
	})
}
