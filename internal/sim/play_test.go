package sim_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
)

// play plays a history in a bubble of its own. The error is a broken law.
func play(t *testing.T, h history) (err error) {
	t.Helper()
	data, exports := canary.Dir(t), canary.Input(t)
	synctest.Test(t, func(t *testing.T) {
		w, failed := newWorld(t, data, exports, h)
		if failed != nil {
			err = failed
			return
		}
		if err = w.play(t.Context()); err != nil {
			err = fmt.Errorf("%w\n%s", err, strings.Join(w.told, "\n"))
		}
		if *verbose {
			t.Logf("%s\n%s", strings.Join(w.told, "\n"), w.logs)
		}
	})
	return err
}

// play makes the days of the history, and then lets everything come to rest.
func (w *world) play(ctx context.Context) (err error) {
	defer func() {
		err = errors.Join(err, w.endAll())
		synctest.Wait()
	}()
	if err := w.begin(ctx); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	for i, d := range w.story.Days {
		if err := w.live(ctx, d); err != nil {
			return fmt.Errorf("day %d: %w", i+1, err)
		}
	}
	if err := w.comeToRest(ctx); err != nil {
		return fmt.Errorf("at rest: %w", err)
	}
	return nil
}

// begin is the first day: a whole export, a run, and, where Vitable knows the
// groups already, an administrator who compares.
func (w *world) begin(ctx context.Context) error {
	if err := w.publish(day{}); err != nil {
		return err
	}
	if !w.story.Setup.Enrolled {
		return w.allUp(ctx)
	}
	for range 2 {
		if err := w.once(ctx, day{}); err != nil {
			return err
		}
		if err := w.decide(ctx, diligentClerk, 0); err != nil {
			return err
		}
		if err := w.pass(time.Hour); err != nil {
			return err
		}
	}
	return nil
}

// live is one day.
func (w *world) live(ctx context.Context, d day) error {
	for _, c := range d.Changes {
		w.employer.apply(c.What, c.Who, c.Arg, w.today)
	}
	w.tell("changes %v, flaws %q, troubles %v, run %q at %d, only %d", d.Changes, d.Flaws, d.API, d.Run, d.At, d.Only)
	if err := w.publish(d); err != nil {
		return err
	}
	w.trouble(d.API)
	if err := w.work(ctx, d); err != nil {
		return err
	}
	w.box.SetFaults()
	w.box.SetRules()
	if err := w.allUp(ctx); err != nil {
		return err
	}
	if err := errors.Join(w.decide(ctx, d.Clerk, d.Pick), w.each(func(in *instance) error { return in.save(ctx) })); err != nil {
		return err
	}
	known, err := w.inFlight(ctx)
	if err != nil {
		return err
	}
	err = w.pass(time.Duration(d.Hours) * time.Hour)
	w.endUnheard(known)
	return err
}

// endUnheard lets Vitable's support end what is stuck there and what rosterd never
// heard of: a fate that is unknown settles in time, or nobody could go on.
func (w *world) endUnheard(known map[string]bool) {
	ledger := w.box.Ledger()
	for number := range w.laws.pending {
		if entry := ledger[number-1]; entry.Sync.ProcessedAt == nil && !known[entry.RequestID] {
			w.box.WriteOff(entry.RequestID)
		}
	}
}

// publish lets the HR systems write their exports.
func (w *world) publish(d day) error {
	for i, s := range w.systems {
		f := d.Flaws[i]
		if d.Run == restored && (f == old || f == cut || f == shrunken || f == late) {
			f = clean // a backup does not know what came since
		}
		if (d.Run == scheduled || s.flaw.fleeting()) && (f.fleeting() || f == late || f == again) {
			f = clean
		}
		if err := s.write(w.employer.of(i), f, d.Pick, time.Now()); err != nil {
			return err
		}
	}
	for _, one := range w.employer.workers {
		w.serials[one.ref] = one.serial
	}
	return w.pass(2 * time.Second)
}
