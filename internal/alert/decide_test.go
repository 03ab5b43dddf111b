package alert_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/roster"
)

// monday is when the tests begin.
func monday() time.Time { return time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC) }

func ops() []alert.Recipient { return []alert.Recipient{{Name: "ops", Renotify: 24 * time.Hour}} }

func invalid(group, ref string) roster.Failure {
	return roster.Failure{Group: group, ReferenceID: ref, Source: "hq", Kind: roster.InvalidRow, FirstSeen: monday(), State: roster.FailureOpen}
}

func world(failures ...roster.Failure) alert.World {
	return alert.World{
		Failures: failures, Groups: map[string]bool{"sales": true, "ware": true},
		Run: roster.Run{ID: "run1", Outcome: roster.RunFailures, EndedAt: monday()},
	}
}

// told is that ops was told so of invalid rows in sales.
func told(what roster.What, at time.Time) roster.Told {
	return roster.Told{Sender: "ops", Notice: roster.Notice{
		Incident: roster.Incident{Kind: roster.InvalidRow, Group: "sales", Source: "hq"}, What: what, At: at,
	}}
}

// words are the messages in short: what, kind, group, number.
func words(messages []roster.Message) []string {
	all := []string{}
	for _, m := range messages {
		var parts []string
		for _, n := range m.Notices {
			parts = append(parts, fmt.Sprintf("%s %s %s %d", n.What, n.Kind, n.Group, n.Failures))
		}
		all = append(all, strings.Join(parts, ", "))
	}
	return all
}

func TestDecide(t *testing.T) {
	now := monday().Add(48 * time.Hour)
	acked := invalid("sales", "E1")
	acked.State = roster.FailureAcknowledged
	held := roster.Failure{Group: "sales", Kind: roster.RemovalsHeld, FirstSeen: monday(), State: roster.FailureOpen}
	hold := func(state roster.HoldState, at time.Time) func(*alert.World) {
		return func(w *alert.World) { w.Holds = []roster.Hold{{Group: "sales", State: state, CreatedAt: at}} }
	}
	toldHeld := told(roster.Opened, now.Add(-time.Hour))
	toldHeld.Notice.Incident = roster.Incident{Kind: roster.RemovalsHeld, Group: "sales"}
	waiting := told(roster.Opened, monday())
	waiting.Pending = true
	toldOther := told(roster.Opened, now)
	toldOther.Sender = "mail"
	run := func(outcome roster.RunOutcome) func(*alert.World) {
		return func(w *alert.World) { w.Run.Outcome = outcome }
	}
	toldAPI := told(roster.Opened, now)
	toldAPI.Notice.Incident = roster.Incident{Kind: roster.APIUnavailable}
	doubted := func(w *alert.World) { w.Doubted = true }
	ahead := told(roster.Opened, now.Add(400*24*time.Hour))
	heldAhead := toldHeld
	heldAhead.Notice.At = ahead.Notice.At
	for _, tt := range []struct {
		name     string
		failures []roster.Failure
		told     []roster.Told
		change   func(*alert.World)
		want     []string
	}{
		{"nothing is wrong", nil, nil, nil, nil},
		{"a class of failures is told once", []roster.Failure{invalid("sales", "E1"), invalid("sales", "E2")}, nil, nil, []string{"opened invalid_row sales 2"}},
		{"each group is a class", []roster.Failure{invalid("sales", "E1"), invalid("ware", "E2")}, nil, nil, []string{"opened invalid_row sales 1", "opened invalid_row ware 1"}},
		{"a group that Vitable lacks is not named", []roster.Failure{invalid("A cell", "E1")}, nil, nil, []string{"opened invalid_row  1"}},
		{"what was told is not told again", []roster.Failure{invalid("sales", "E1")}, []roster.Told{told(roster.Opened, now.Add(-23*time.Hour))}, nil, nil},
		{"what another was told is", []roster.Failure{invalid("sales", "E1")}, []roster.Told{toldOther}, nil, []string{"opened invalid_row sales 1"}},
		{"a reminder after a day", []roster.Failure{invalid("sales", "E1")}, []roster.Told{told(roster.Opened, now.Add(-24*time.Hour))}, nil, []string{"reminder invalid_row sales 1"}},
		{"no reminder of what was not sent", []roster.Failure{invalid("sales", "E1")}, []roster.Told{waiting}, nil, nil},
		{"no reminder of what somebody knows", []roster.Failure{acked}, []roster.Told{told(roster.Opened, monday())}, nil, nil},
		{"a reminder while nobody knows of one of them", []roster.Failure{acked, invalid("sales", "E2")}, []roster.Told{told(roster.Opened, monday())}, nil, []string{"reminder invalid_row sales 2"}},
		{"a word when it is over", nil, []roster.Told{told(roster.Reminder, monday())}, nil, []string{"resolved invalid_row sales 0"}},
		{"and after somebody knew", nil, []roster.Told{told(roster.Opened, monday())}, nil, []string{"resolved invalid_row sales 0"}},
		{"a run that is under way", []roster.Failure{invalid("sales", "E1")}, nil, run(roster.RunRunning), nil},

		{"a hold", []roster.Failure{held}, nil, hold(roster.HoldOpen, now), []string{"opened removals_held sales 1"}},
		{"a hold that was told", []roster.Failure{held}, []roster.Told{toldHeld}, hold(roster.HoldOpen, monday()), nil},
		{"a hold of another set", []roster.Failure{held}, []roster.Told{toldHeld}, hold(roster.HoldOpen, now), []string{"opened removals_held sales 1"}},
		{"a hold that was rejected", []roster.Failure{held}, nil, hold(roster.HoldRejected, now), nil},

		{"a reminder of what a clock told that was ahead", []roster.Failure{invalid("sales", "E1")}, []roster.Told{ahead}, nil, []string{"reminder invalid_row sales 1"}},
		{"none of what one told that was a little ahead", []roster.Failure{invalid("sales", "E1")}, []roster.Told{told(roster.Opened, now.Add(time.Minute))}, nil, nil},
		{"a hold, after a clock that was ahead", []roster.Failure{held}, []roster.Told{heldAhead}, hold(roster.HoldOpen, now), []string{"opened removals_held sales 1"}},
		{"no reminder by a clock that is doubted", []roster.Failure{invalid("sales", "E1")}, []roster.Told{told(roster.Opened, monday())}, doubted, nil},
		{"nor by one that seems to be behind", []roster.Failure{invalid("sales", "E1")}, []roster.Told{ahead}, doubted, nil},
		{"but what is new", []roster.Failure{invalid("sales", "E1")}, nil, doubted, []string{"opened invalid_row sales 1"}},
		{"and what is over", nil, []roster.Told{told(roster.Opened, monday())}, doubted, []string{"resolved invalid_row sales 0"}},

		{"Vitable is away", nil, nil, run(roster.RunAPI), []string{"opened api_unavailable  0"}},
		{"Vitable is still away", nil, []roster.Told{toldAPI}, run(roster.RunAPI), nil},
		{"Vitable is back", nil, []roster.Told{toldAPI}, run(roster.RunDone), []string{"resolved api_unavailable  0"}},
		{"nobody knows whether Vitable is back", nil, []roster.Told{toldAPI}, run(roster.RunInterrupted), nil},
		{"a run that failed", nil, []roster.Told{toldAPI}, run(roster.RunError), []string{"opened run_failed  0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := world(tt.failures...)
			if tt.change != nil {
				tt.change(&w)
			}
			got := words(alert.Decide(w, tt.told, ops(), now))
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// More than five at once are one message, with the gravest first; so are those that
// end together.
func TestFloodIsOneMessage(t *testing.T) {
	w := world()
	for _, kind := range []roster.Kind{roster.InvalidRow, roster.Duplicate, roster.RuleError, roster.RemoteAdd, roster.UnmappedPlan} {
		w.Failures = append(w.Failures, roster.Failure{Kind: kind, Group: "sales", FirstSeen: monday(), State: roster.FailureOpen})
	}
	if got := len(alert.Decide(w, nil, ops(), monday())); got != 5 {
		t.Errorf("%d messages for five incidents", got)
	}
	w.Failures = append(w.Failures, roster.Failure{Kind: roster.SyncStuck, Group: "sales", FirstSeen: monday(), State: roster.FailureOpen})
	digest := alert.Decide(w, nil, ops(), monday())
	if len(digest) != 1 || len(digest[0].Notices) != 6 || digest[0].Notices[0].Severity != roster.Critical {
		t.Fatalf("six incidents are %v", words(digest))
	}
	var last []roster.Told
	for _, n := range digest[0].Notices {
		last = append(last, roster.Told{Sender: "ops", Notice: n})
	}
	over := alert.Decide(world(), last, ops(), monday())
	if len(over) != 1 || len(over[0].Notices) != 6 || over[0].Notices[0].What != roster.Resolved {
		t.Errorf("the end of six incidents is %v", words(over))
	}
}

func TestWithoutRenotifyThereAreNoReminders(t *testing.T) {
	got := alert.Decide(world(invalid("sales", "E1")), []roster.Told{told(roster.Opened, monday())},
		[]alert.Recipient{{Name: "ops"}}, monday().Add(1000*time.Hour))
	if len(got) != 0 {
		t.Errorf("messages %v", words(got))
	}
}
