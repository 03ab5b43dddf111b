package sim_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/schedule"
	"github.com/rosterd/rosterd/internal/store"
)

// timeFaults are those of clocks, and of two at the same time.
func timeFaults() []fault {
	return []fault{
		{number: "F56", fault: "a schedule within the hour that spring leaves out", right: "once that day", injected: "half past two in New York, around the second Sunday of March", play: clockChange(time.Date(2027, 3, 12, 12, 0, 0, 0, time.UTC))},
		{number: "F57", fault: "a schedule within the hour that autumn has twice", right: "once that day", injected: "half past one in New York, around the first Sunday of November", play: clockChange(time.Date(2027, 11, 5, 12, 0, 0, 0, time.UTC))},
		{number: "F58", fault: "the clock steps", right: "no date acts on a clock that cannot be", injected: "two days back; to 1970; two days and a year ahead, the dates of a termination among them", play: stage(clockSteps)},
		{number: "F59", fault: "a machine that slept over the schedule", right: "one run, not one for each", injected: "a clock that is three days on at once", play: stage(slept)},
		{number: "F60", fault: "two at once", right: "one has the lease, the others say so and go", injected: "another process starts in the middle of a run", play: stage(func(s *scene) string {
			s.hire()
			return "the other: " + store.ErrBusy.Error() + "; this one: " + s.run(day{Run: crowded, At: 3})
		})},
		{number: "F61", fault: "a process sleeps past its lease and wakes", right: "its next write is refused before anything is sent", injected: "a lease that was taken over meanwhile", elsewhere: "internal/store TestFencing"},
		{number: "F62", fault: "an approval twice, too late, or of another set", right: "it counts once, for that set, for its time", injected: "the same approval again after use; one that lapsed; one with yesterday's digest", play: stage(approvedTwice)},
		{number: "F63", fault: "leap days and turns of the year", right: "dates as calendars have them", injected: "every day of a century against Go's own calendar", elsewhere: "internal/roster TestDatesAreThoseOfPackageTime"},
	}
}

// clockChange counts the runs of a daily schedule over three days, each at the
// two hours that clocks are changed in.
func clockChange(from time.Time) func(t *testing.T) string {
	return func(t *testing.T) (happened string) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			offset := time.Until(from)
			spec := "30 2 * * *"
			if from.Month() > time.June {
				spec = "30 1 * * *"
			}
			plan, err := schedule.Parse(spec, "America/New_York")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 72*time.Hour)
			defer cancel()
			runs := 0
			schedule.Loop(ctx, plan, schedule.Options{
				Now: func() time.Time { return time.Now().Add(offset) }, NextDue: func(time.Time) {}, Panicked: func(any) {},
			}, func(context.Context, string) { runs++ })
			happened = fmt.Sprintf("%d runs in three days", runs)
		})
		return happened
	}
}

func clockSteps(s *scene) string {
	s.employer.apply(leavesSoon, 2, 0, s.today)
	s.must(s.publish(day{}))
	dated := s.run(day{})
	happened := "with a date in two days: " + dated
	for _, step := range []struct {
		name string
		by   time.Duration
	}{
		{"two days back", -48 * time.Hour},
		{"1970", time.Until(time.Unix(0, 0))},
		{"two days ahead", 48 * time.Hour},
		{"a year ahead", 365 * 24 * time.Hour},
	} {
		s.offset = step.by
		happened += "; " + step.name + ": " + s.fails(reconcile.ErrClock, nil)
		s.must(s.publish(day{}))
	}
	s.offset = 0
	if !s.isCovered(north, "E003") {
		s.t.Error("somebody left before their date")
	}
	return happened + "; right again: " + s.run(day{})
}

func slept(s *scene) string {
	s.hire()
	plan, err := schedule.Parse("@hourly", "America/New_York")
	s.must(err)
	ctx, cancel := context.WithTimeout(s.ctx, 30*time.Minute)
	defer cancel()
	before, runs := len(s.box.Ledger()), 0
	sleeps := time.Now().Add(10 * time.Minute)
	now := func() time.Time {
		if time.Now().After(sleeps) {
			s.offset = 72*time.Hour + 20*time.Minute
			s.theirs = s.offset
		}
		return s.now()
	}
	schedule.Loop(ctx, plan, schedule.Options{Now: now, NextDue: func(time.Time) {}, Panicked: func(any) {}}, func(context.Context, string) {
		runs++
		for _, system := range s.systems {
			s.must(os.Chtimes(system.path, s.now(), s.now()))
		}
		s.must(s.once(s.ctx, day{}))
	})
	s.offset, s.theirs = 0, 0
	s.must(s.pass(73 * time.Hour))
	return fmt.Sprintf("%d run for 72 hours%s", runs, s.since(before))
}

// approvedTwice empties east, which waits for a person whatever the limits.
func approvedTwice(s *scene) string {
	leave := func(status string) {
		for i := range s.employer.workers {
			if one := &s.employer.workers[i]; one.group == east {
				one.status = status
			}
		}
		s.must(s.publish(day{}))
	}
	leave("unpaid")
	held := s.run(day{})
	hold := s.onlyHold()
	verdict := store.Verdict{HoldID: hold.ID, Digest: hold.Digest, By: clerkName, Why: clerkWhy, At: s.now(), ExpiresAt: s.now().Add(time.Hour)}
	_, err := s.proc.store.Approve(s.ctx, verdict)
	s.must(err)
	s.must(s.pass(2 * time.Hour))
	lapsed := s.run(day{})
	if len(s.box.Members(east)) != 5 {
		s.t.Error("an approval that lapsed let people go")
	}
	s.must(s.decideOutOfDate(s.ctx))
	s.must(s.decideAll(s.ctx))
	approved := s.run(day{})
	if len(s.box.Members(east)) != 0 {
		s.t.Error("an approval let nobody go")
	}
	leave("active")
	s.must(s.once(s.ctx, day{}))
	leave("unpaid")
	again := s.run(day{})
	if len(s.box.Members(east)) != 5 {
		s.t.Error("a used approval let people go")
	}
	return "asked: " + held + "; approved and lapsed: " + lapsed + "; approved: " + approved + "; the same people again: " + again
}

func (s *scene) onlyHold() roster.Hold {
	s.t.Helper()
	holds, err := s.proc.store.ActiveHolds(s.ctx)
	s.must(err)
	if len(holds) != 1 {
		s.t.Fatalf("%d holds, want one", len(holds))
	}
	return holds[0]
}
