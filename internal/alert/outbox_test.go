package alert_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap/zaptest/observer"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// inbox is a sender in memory.
type inbox struct {
	fail func(ctx context.Context, attempt int) error // nil: it works

	mu       sync.Mutex
	attempts int
	got      []string // IDs
	words    []string
	kept     int
}

func (b *inbox) Send(ctx context.Context, m roster.Message) error {
	b.mu.Lock()
	b.attempts++
	attempt := b.attempts
	b.mu.Unlock()
	if b.fail != nil {
		if err := b.fail(ctx, attempt); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got, b.words = append(b.got, m.ID), append(b.words, words([]roster.Message{m})...)
	return nil
}

func (b *inbox) received() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.words)
}

func (b *inbox) tried() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.attempts
}

// keeper is an inbox that forgets.
type keeper struct{ inbox }

func (k *keeper) Keep(_ context.Context, open []roster.Notice) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept += len(open)
	return nil
}

func hangs(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }

func isDown(context.Context, int) error { return errors.New("connection refused") }

// office is a store in which something is wrong, and senders that tell of it.
type office struct {
	*testing.T
	dir     string
	store   *store.Store
	metrics *alert.Metrics
	senders map[string]alert.Sender
	log     *observer.ObservedLogs
	doubted bool          // the clock is
	ahead   time.Duration // so is the clock
}

func newOffice(t *testing.T, senders map[string]alert.Sender) *office {
	o := &office{T: t, dir: canary.Dir(t), senders: senders}
	s, err := store.Open(t.Context(), store.Options{Dir: o.dir, Now: time.Now})
	o.must(err)
	t.Cleanup(func() { _ = s.Close() })
	_, err = s.Lease(t.Context(), "test", false)
	o.must(err)
	o.store = s
	return o
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// outbox is a new one over the same store, as after a start.
func (o *office) outbox(s alert.Store) *alert.Outbox {
	log, entries := canary.Log(o.T)
	o.log = entries
	var targets []alert.Target
	var names []string
	for name, sender := range o.senders {
		targets = append(targets, alert.Target{Recipient: alert.Recipient{Name: name, Renotify: 24 * time.Hour}, Sender: sender})
		names = append(names, name)
	}
	o.metrics = alert.NewMetrics(nil, names, nil)
	return alert.New(alert.Deps{
		Store: s, Targets: targets, Metrics: o.metrics, Log: log,
		Now: func() time.Time { return time.Now().Add(o.ahead) }, Vouched: func() bool { return !o.doubted },
	})
}

// run stores a run that found these failures and nothing else.
func (o *office) run(found ...roster.Failure) {
	o.Helper()
	o.must(o.store.Sweep(o.Context(), roster.Sweep{Found: found, Evaluated: func(roster.Failure) bool { return true }}))
	at := time.Now()
	o.must(o.store.FinishRun(o.Context(), roster.Run{ID: "run " + at.Format(time.TimeOnly), StartedAt: at, EndedAt: at, Outcome: roster.RunFailures}))
}

func (o *office) want(sender *inbox, want ...string) {
	o.Helper()
	if diff := cmp.Diff(append([]string{}, want...), append([]string{}, sender.received()...)); diff != "" {
		o.Errorf("received (-want +got):\n%s", diff)
	}
}

// during runs an outbox while something happens.
func (o *office) during(b *alert.Outbox, what func()) {
	ctx, stop := context.WithCancel(o.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.Run(ctx) }()
	what()
	stop()
	<-done
}

func TestOneStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		b := o.outbox(o.store)
		o.during(b, func() {
			o.run(invalid("", "E1"))
			o.must(b.Queue(t.Context()))
			synctest.Wait()
			o.want(ops, "opened invalid_row  1")
			o.run(invalid("", "E1"), invalid("", "E2"))
			o.must(b.Queue(t.Context()))
			time.Sleep(23 * time.Hour)
			o.want(ops, "opened invalid_row  1")
			time.Sleep(2 * time.Hour)
			o.want(ops, "opened invalid_row  1", "reminder invalid_row  2")
			o.run()
			o.must(b.Queue(t.Context()))
			time.Sleep(25 * time.Hour)
			o.want(ops, "opened invalid_row  1", "reminder invalid_row  2", "resolved invalid_row  0")
		})
		o.during(o.outbox(o.store), func() { time.Sleep(25 * time.Hour) }) // nor after a start
		o.want(ops, "opened invalid_row  1", "reminder invalid_row  2", "resolved invalid_row  0")
	})
}

// Ada knows of four people, and not of the ten whom the next run holds.
func TestWhoKnowsOfAHoldIsToldOfTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		held := roster.Failure{Group: "sales", Kind: roster.RemovalsHeld}
		holds := func(digest string) {
			o.must(o.store.SavePlan(t.Context(), roster.PlanRecord{
				Run: roster.Run{ID: "run", StartedAt: time.Now()}, Groups: []roster.GroupState{{ExternalReferenceID: "sales"}},
				Holds: []roster.Hold{{Group: "sales", Digest: digest, Reason: roster.ReasonGroupLimit}}, Sweep: roster.Sweep{Found: []roster.Failure{held}},
			}))
			o.run(held)
		}
		b := o.outbox(o.store)
		o.during(b, func() {
			holds("four")
			o.must(b.Queue(t.Context()))
			synctest.Wait()
			o.want(ops, "opened removals_held sales 1")
			o.must(o.store.Acknowledge(t.Context(), "f1"))
			time.Sleep(48 * time.Hour)
			holds("four")
			o.must(b.Queue(t.Context()))
			synctest.Wait()
			o.want(ops, "opened removals_held sales 1")
			time.Sleep(24 * time.Hour)
			holds("ten others")
			o.must(b.Queue(t.Context()))
			synctest.Wait()
			o.want(ops, "opened removals_held sales 1", "opened removals_held sales 1")
		})
	})
}

// A clock that is a year ahead and doubted gives up nothing, and what it puts off goes
// out once it is right.
func TestAClockThatWasAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{fail: isDown}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		o.run(invalid("", "E1"))
		o.during(o.outbox(o.store), synctest.Wait)
		o.ahead, o.doubted = 365*24*time.Hour, true
		o.during(o.outbox(o.store), func() { time.Sleep(20 * time.Minute) })
		if isCounted(o, "ops", "failed", 0) || !isCounted(o, "ops", "given_up", 0) {
			t.Error("the message was not tried, or given up")
		}
		o.ahead, o.doubted, ops.fail = 0, false, nil
		o.during(o.outbox(o.store), synctest.Wait)
		o.want(ops, "opened invalid_row  1")
	})
}

// A sender that hangs or is down delays neither whoever queues nor another sender.
func TestATroubledSenderDelaysNobody(t *testing.T) {
	for name, fail := range map[string]func(context.Context, int) error{"hangs": hangs, "is down": isDown} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				good, bad := &inbox{}, &inbox{fail: fail}
				o := newOffice(t, map[string]alert.Sender{"good": good, "bad": bad})
				b := o.outbox(o.store)
				o.during(b, func() {
					begun := time.Now()
					o.run(invalid("", "E1"))
					o.must(b.Queue(t.Context()))
					o.run()
					o.must(b.Queue(t.Context()))
					synctest.Wait()
					if took := time.Since(begun); took != 0 {
						t.Errorf("it took %s", took)
					}
					o.want(good, "opened invalid_row  1", "resolved invalid_row  0")
				})
				if bad.tried() == 0 {
					t.Error("the other was not tried")
				}
			})
		})
	}
}

// It is tried again at growing intervals, in order, and given up after three days.
func TestDownForDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(2 * 24 * time.Hour)
		late := &inbox{fail: func(context.Context, int) error {
			if time.Now().Before(back) {
				return errors.New("down")
			}
			return nil
		}}
		never := &inbox{fail: isDown}
		o := newOffice(t, map[string]alert.Sender{"late": late, "never": never})
		b := o.outbox(o.store)
		o.during(b, func() {
			o.run(invalid("", "E1"))
			o.must(b.Queue(t.Context()))
			time.Sleep(time.Hour)
			o.run()
			o.must(b.Queue(t.Context()))
			time.Sleep(73 * time.Hour)
		})
		o.want(late, "opened invalid_row  1", "resolved invalid_row  0")
		if tries := never.tried(); tries < 100 || tries > 400 {
			t.Errorf("%d attempts in three days", tries)
		}
		pending, err := o.store.CountPendingMessages(t.Context())
		o.must(err)
		if pending != 0 || !isCounted(o, "never", "given_up", 2) {
			t.Errorf("%d are pending, and what was given up is not counted as two", pending)
		}
	})
}

// A job that runs once a week is always older than three days: what its sender could
// not take it is offered again before it is given up, and what was given up is decided
// anew.
func TestWeeklyJob(t *testing.T) {
	down := func(weeks ...int) []int { return weeks }
	for _, tt := range []struct {
		name string
		down []int // weeks, from 0, in which nobody takes anything
		over int   // the week in which it is over
		want []string
	}{
		{"always there", down(), 2, []string{"0 opened", "1 reminder", "2 resolved"}},
		{"away when it begins", down(0), 9, []string{"1 opened", "2 reminder", "3 reminder", "4 reminder"}},
		{"away for longer", down(0, 1, 2), 9, []string{"3 opened", "4 reminder"}},
		{"away when it ends", down(1), 1, []string{"0 opened", "2 resolved"}},
		{"away for longer when it ends", down(1, 2, 3), 1, []string{"0 opened", "4 resolved"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				week := 0
				ops := &inbox{fail: func(context.Context, int) error {
					if slices.Contains(tt.down, week) {
						return errors.New("down")
					}
					return nil
				}}
				o := newOffice(t, map[string]alert.Sender{"ops": ops})
				got := []string{}
				for ; week < 5; week++ {
					if week < tt.over {
						o.run(invalid("", "E1"))
					} else {
						o.run()
					}
					before := len(ops.received())
					b := o.outbox(o.store)
					o.must(b.Queue(t.Context()))
					ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
					b.Flush(ctx)
					cancel()
					for _, word := range ops.received()[before:] {
						what, _, _ := strings.Cut(word, " ")
						got = append(got, strconv.Itoa(week)+" "+what)
					}
					time.Sleep(7 * 24 * time.Hour)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("received (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// A daemon that was off for days tries what is old before it gives it up.
func TestADaemonThatWasOffForDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{fail: isDown}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		o.run(invalid("", "E1"))
		o.during(o.outbox(o.store), func() { time.Sleep(time.Minute) })
		time.Sleep(4 * 24 * time.Hour)
		ops.fail = nil
		o.during(o.outbox(o.store), synctest.Wait)
		if got := ops.received(); !slices.Contains(got, "opened invalid_row  1") { // and perhaps a reminder, at once
			t.Errorf("received %q", got)
		}
	})
}

func isCounted(o *office, sender, outcome string, want float64) bool {
	return testutil.ToFloat64(o.metrics.Counter(sender, outcome)) == want
}

// deaf is a store that loses what it is told about what was sent, as a crash does.
type deaf struct{ *store.Store }

func (deaf) MessageSent(context.Context, string, time.Time) error { return errors.New("disk full") }

func TestCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		o.run(invalid("", "E1"))
		o.must(o.outbox(o.store).Queue(t.Context())) // and nobody sends it
		o.want(ops)
		o.during(o.outbox(deaf{o.store}), synctest.Wait) // it is sent, and nobody notes it
		o.want(ops, "opened invalid_row  1")
		o.during(o.outbox(o.store), synctest.Wait)
		o.want(ops, "opened invalid_row  1", "opened invalid_row  1")
		if ops.got[0] != ops.got[1] {
			t.Error("the second one has another ID")
		}
		o.during(o.outbox(o.store), func() { time.Sleep(time.Hour) })
		o.want(ops, "opened invalid_row  1", "opened invalid_row  1")
	})
}

// What is sent but cannot be noted is not sent again and again.
func TestFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		o.run(invalid("", "E1"))
		b := o.outbox(deaf{o.store})
		o.during(b, func() { time.Sleep(time.Hour + time.Minute) })
		if got := len(ops.received()); got < 2 || got > 3 {
			t.Errorf("sent %d times in an hour, want about two", got)
		}
	})
}

func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, slow, bad := &inbox{}, &inbox{fail: func(_ context.Context, attempt int) error {
			if attempt == 1 {
				return errors.New("busy")
			}
			return nil
		}}, &inbox{fail: hangs}
		o := newOffice(t, map[string]alert.Sender{"good": good, "slow": slow, "bad": bad})
		o.run(invalid("", "E1"))
		b := o.outbox(o.store)
		o.must(b.Queue(t.Context()))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		begun := time.Now()
		b.Flush(ctx)
		if took := time.Since(begun); took > 30*time.Second {
			t.Errorf("it took %s", took)
		}
		o.want(good, "opened invalid_row  1")
		o.want(slow, "opened invalid_row  1")
		bad.fail = nil // the next one sends what is left
		time.Sleep(time.Minute)
		o.outbox(o.store).Flush(t.Context())
		o.want(bad, "opened invalid_row  1")
	})
}

// What some of its recipients will never have is sent nevertheless, and the log says so.
func TestWhatIsSentToSomeIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{fail: func(context.Context, int) error { return &alert.Partly{Err: errors.New("1 of 2 recipients")} }}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		o.run(invalid("", "E1"))
		o.during(o.outbox(o.store), func() { time.Sleep(time.Hour) })
		if ops.tried() != 1 || !isCounted(o, "ops", "sent", 1) {
			t.Errorf("%d attempts, and it does not count as sent", ops.tried())
		}
		if o.log.FilterMessage("notification not sent to everybody").Len() != 1 {
			t.Error("the log says nothing")
		}
	})
}

// A service that says when to come back is left alone until then, with everything.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops := &inbox{fail: func(_ context.Context, attempt int) error {
			if attempt == 1 {
				return &alert.Later{Wait: 10 * time.Minute, Err: errors.New("429")}
			}
			return nil
		}}
		o := newOffice(t, map[string]alert.Sender{"ops": ops})
		b := o.outbox(o.store)
		o.during(b, func() {
			o.run(invalid("", "E1"), roster.Failure{Kind: roster.SourceFailed, Source: "hq", Reason: "x"})
			o.must(b.Queue(t.Context()))
			time.Sleep(10*time.Minute - time.Second)
			if got := ops.tried(); got != 1 {
				t.Errorf("%d attempts before it was time", got)
			}
			time.Sleep(2 * time.Second)
			o.want(ops, "opened source_failed  1", "opened invalid_row  1")
		})
	})
}

// Who forgets is told again until it is over, well within five minutes.
func TestKeepersAreToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		am := &keeper{}
		o := newOffice(t, map[string]alert.Sender{"am": am})
		b := o.outbox(o.store)
		o.during(b, func() {
			o.run(invalid("", "E1"))
			o.must(b.Queue(t.Context()))
			time.Sleep(time.Hour)
			o.run()
			o.must(b.Queue(t.Context()))
			time.Sleep(time.Hour)
		})
		if am.kept < 55 || am.kept > 62 {
			t.Errorf("told again %d times in an hour, want every minute", am.kept)
		}
		o.want(&am.inbox, "opened invalid_row  1", "resolved invalid_row  0")
	})
}
