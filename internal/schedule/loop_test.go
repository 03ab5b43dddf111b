package schedule_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/schedule"
)

// pass lets the bubble's time pass.
func pass(d time.Duration) { <-time.After(d) }

// bench runs a loop in a bubble, where time is the test's: it starts at
// midnight, 1 January 2000, UTC.
type bench struct {
	step    atomic.Int64 // what the wall clock is ahead of the true time, in nanoseconds
	trigger chan struct{}
	calls   []string
	panics  int
	last    time.Time // when the run before began
	next    time.Time // what was told to be due next
	run     func(n int)
}

func (b *bench) now() time.Time { return time.Now().UTC().Add(time.Duration(b.step.Load())) }

func (b *bench) loop(t *testing.T, spec string, atStart bool, long time.Duration) {
	t.Helper()
	s, err := schedule.Parse(spec, "UTC")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), long)
	defer cancel()
	if b.trigger == nil {
		b.trigger = make(chan struct{}, 1)
	}
	schedule.Loop(ctx, s, schedule.Options{
		Now: b.now, Last: b.last, RunAtStart: atStart, Trigger: b.trigger,
		NextDue: func(next time.Time) { b.next = next }, Panicked: func(any) { b.panics++ },
	}, func(_ context.Context, trigger string) {
		b.calls = append(b.calls, trigger+" "+b.now().Format("02 15:04"))
		if b.run != nil {
			b.run(len(b.calls))
		}
	})
}

func TestLoop(t *testing.T) {
	tests := []struct {
		name    string
		spec    string
		atStart bool
		long    time.Duration
		during  func(b *bench)
		run     func(b *bench, n int)
		want    []string
		panics  int
	}{
		{name: "on time", spec: "0 */6 * * *", long: 13 * time.Hour, want: []string{"schedule 01 06:00", "schedule 01 12:00"}},
		{name: "at the start too", spec: "0 */6 * * *", atStart: true, long: 7 * time.Hour, want: []string{"start 01 00:00", "schedule 01 06:00"}},
		{
			name: "what comes due during the run at the start is caught up, once", spec: "0 * * * *", atStart: true, long: 210 * time.Minute,
			run: func(_ *bench, n int) {
				if n == 1 {
					pass(150 * time.Minute)
				}
			},
			want: []string{"start 01 00:00", "catch_up 01 02:30", "schedule 01 03:00"},
		},
		{
			name: "a request during a scheduled run is a run of its own", spec: "0 * * * *", long: 90 * time.Minute,
			run: func(b *bench, n int) {
				if n == 1 {
					b.trigger <- struct{}{}
					pass(10 * time.Minute)
				}
			},
			want: []string{"schedule 01 01:00", "manual 01 01:10"},
		},
		{
			name: "the clock goes back a little before a due time: once, by the new clock", spec: "0 6 * * *", long: 8 * time.Hour,
			during: func(b *bench) { pass(5*time.Hour + 50*time.Minute); b.step.Add(-int64(30 * time.Minute)) },
			want:   []string{"schedule 01 06:00"},
		},
		{
			name: "the clock goes forward a little: on time by the new clock", spec: "0 6 * * *", long: 8 * time.Hour,
			during: func(b *bench) { pass(3 * time.Hour); b.step.Add(int64(2 * time.Hour)) },
			want:   []string{"schedule 01 06:00"},
		},
		{
			name: "asked for, and asked twice while it runs", spec: "0 6 * * *", long: 3 * time.Hour,
			during: func(b *bench) { pass(time.Hour); b.trigger <- struct{}{} },
			run: func(b *bench, n int) {
				if n == 1 {
					b.trigger <- struct{}{}
					select {
					case b.trigger <- struct{}{}:
					default:
					}
					pass(10 * time.Minute)
				}
			},
			want: []string{"manual 01 01:00", "manual 01 01:10"},
		},
		{
			name: "a long run swallows what came due meanwhile, once", spec: "0 * * * *", long: 330 * time.Minute,
			run: func(_ *bench, n int) {
				if n == 1 {
					pass(150 * time.Minute)
				}
			},
			want: []string{"schedule 01 01:00", "catch_up 01 03:30", "schedule 01 04:00", "schedule 01 05:00"},
		},
		{
			name: "a minute late is on time", spec: "0 * * * *", long: 130 * time.Minute,
			run: func(_ *bench, n int) {
				if n == 1 {
					pass(61 * time.Minute)
				}
			},
			want: []string{"schedule 01 01:00", "schedule 01 02:01"},
		},
		{
			name: "a panic does not end the schedule", spec: "0 * * * *", long: 150 * time.Minute,
			run: func(_ *bench, n int) {
				if n == 1 {
					panic("a bug")
				}
			},
			want: []string{"schedule 01 01:00", "schedule 01 02:00"}, panics: 1,
		},
		{
			name: "the machine slept for two days: one catch-up", spec: "0 */6 * * *", long: 8 * time.Hour,
			during: func(b *bench) { pass(time.Hour + 30*time.Second); b.step.Add(int64(48 * time.Hour)) },
			want:   []string{"catch_up 03 01:01", "schedule 03 06:00"},
		},
		{
			name: "the clock goes back over a due time: not twice", spec: "0 6 * * *", long: 8 * time.Hour,
			during: func(b *bench) { pass(6*time.Hour + time.Minute); b.step.Add(-int64(10 * time.Minute)) },
			want:   []string{"schedule 01 06:00"},
		},
		{
			name: "the clock was a year ahead and is set right: it goes on", spec: "0 6 * * *", long: 20 * time.Hour,
			during: func(b *bench) {
				b.step.Add(int64(365 * 24 * time.Hour))
				pass(8 * time.Hour)
				b.step.Store(-int64(4 * time.Hour))
			},
			want: []string{"schedule 31 06:00", "schedule 01 06:00"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bench{trigger: make(chan struct{}, 1)}
				if test.run != nil {
					b.run = func(n int) { test.run(b, n) }
				}
				if test.during != nil {
					go test.during(b)
					synctest.Wait()
				}
				b.loop(t, test.spec, test.atStart, test.long)
				if diff := cmp.Diff(test.want, b.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
				if b.panics != test.panics {
					t.Errorf("%d panics were told", b.panics)
				}
			})
		})
	}
}

// A stop waits for the run under way and starts no other.
func TestLoopStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		b.run = func(int) { pass(2 * time.Hour) }
		began := time.Now()
		b.loop(t, "0 * * * *", false, 90*time.Minute)
		if took := time.Since(began); took != 3*time.Hour {
			t.Errorf("ended after %s", took)
		}
		if len(b.calls) != 1 {
			t.Errorf("%d runs", len(b.calls))
		}
	})
}

// The program before this one has runs too: they are where the loop goes on.
func TestLoopGoesOnFromTheLastRun(t *testing.T) {
	ago := func(d time.Duration) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(-d) }
	tests := []struct {
		name    string
		spec    string
		last    time.Time
		atStart bool
		want    []string
	}{
		{"nothing was missed", "0 */6 * * *", ago(0), false, []string{"schedule 01 06:00"}},
		{"missed for days: once", "0 */6 * * *", ago(72 * time.Hour), false, []string{"catch_up 01 00:00", "schedule 01 06:00"}},
		{"a run at the start is the catch-up", "0 */6 * * *", ago(72 * time.Hour), true, []string{"start 01 00:00", "schedule 01 06:00"}},
		{"a duration runs on over a restart", "@every 5h", ago(2 * time.Hour), false, []string{"schedule 01 03:00"}},
		{"a duration starts anew with a run at the start", "@every 5h", ago(2 * time.Hour), true, []string{"start 01 00:00", "schedule 01 05:00"}},
		{"no last run", "@every 5h", time.Time{}, false, []string{"schedule 01 05:00"}},
		{"a last run of a clock that was wrong", "0 */6 * * *", ago(-48 * time.Hour), false, []string{"schedule 01 06:00"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bench{last: test.last}
				b.loop(t, test.spec, test.atStart, 7*time.Hour)
				if diff := cmp.Diff(test.want, b.calls); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// While a run is under way, the next due time is the one after it.
func TestLoopTellsWhatIsNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bench{}
		var during []string
		b.run = func(int) { during = append(during, b.next.Format("02 15:04")) }
		b.loop(t, "0 */6 * * *", true, 13*time.Hour)
		if diff := cmp.Diff([]string{"01 06:00", "01 12:00", "01 18:00"}, during); diff != "" {
			t.Errorf("next due (-want +got):\n%s", diff)
		}
	})
}

// A request and the end together are the end. Which of them is looked at first
// is chance, so there are many of them.
func TestLoopPrefersToStop(t *testing.T) {
	s, err := schedule.Parse("0 6 * * *", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		trigger := make(chan struct{}, 1)
		trigger <- struct{}{}
		schedule.Loop(ctx, s, schedule.Options{
			Now:     func() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) },
			Trigger: trigger, NextDue: func(time.Time) { cancel() }, Panicked: func(any) {},
		}, func(context.Context, string) { t.Error("a run after the end") })
	}
}
