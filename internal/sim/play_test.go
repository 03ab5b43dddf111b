package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/schedule"
	"github.com/rosterd/rosterd/internal/store"
)

// world is an employer, a Vitable, and a rosterd between them.
type world struct {
	t         *testing.T // for what has to be searched when the history ends
	story     history
	data      string // rosterd's directory
	exports   string // where the HR systems write to, and the configuration is
	box       *sandbox.Server
	wire      reconciletest.Wire
	url       string // of Vitable, and how it is reached
	transport http.RoundTripper
	employer  *employer
	systems   [sources]*system
	zone      *time.Location
	offset    time.Duration   // by which rosterd's clock is wrong
	theirs    time.Duration   // by which Vitable's is
	version   int             // of the configuration
	looks     map[string]bool // configurations and layouts that a run has seen
	proc      *process
	runs      int
	laws      *laws
	pinned    map[string]bool
	serials   map[string]int    // reference_id -> who that is
	plans     map[string]string // reference_id -> plan of the subscription
	logs      *canary.Buffer
	log       io.Writer // logs, or what stands in its place
	told      []string  // what happened, for people

	westThen     bool       // whether west was there when the backup was made
	approvedThen []approval // what people had let pass by then

	mu sync.Mutex

	intents map[string]int64 // group id -> the durable intent that has no answer
	broken  error            // what the wire saw that breaks a law
}

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

func newWorld(t *testing.T, data, exports string, h history) (*world, error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	w := &world{
		t: t, story: h, data: data, exports: exports, logs: canary.Output(t), employer: newEmployer(h.Setup.Sizes), zone: zone,
		pinned: map[string]bool{}, serials: map[string]int{}, plans: map[string]string{}, intents: map[string]int64{}, looks: map[string]bool{},
	}
	w.box = sandbox.New(sandbox.Options{
		Groups:     groups(),
		Plans:      []sandbox.Plan{{ID: gold, Name: "Gold"}, {ID: silver, Name: "Silver"}},
		Processing: processingTimes()[h.Setup.Processing],
		Now:        func() time.Time { return time.Now().Add(w.theirs) },
	})
	w.log = w.logs
	w.wire.Handler, w.url, w.transport = w.box, "http://127.0.0.1", &w.wire
	w.laws = newLaws(w)
	for i := range w.systems {
		w.systems[i] = &system{path: filepath.Join(exports, fmt.Sprintf("export%d", i), "census.csv")}
	}
	if h.Setup.Enrolled {
		for _, one := range w.employer.workers {
			w.box.Seed(one.group, one.seed())
		}
		if h.Setup.FirstSync == "hold" { // "allow" is for those who know that there is nobody
			w.box.Seed(north, worker{serial: 999, ref: stray, plan: gold}.seed())
		}
	}
	return w, w.configure()
}

// stray is covered in north, and no HR system knows them.
const stray = "STRAY"

// groups are more than fit on one page of Vitable's list, those of the employer
// last.
func groups() []sandbox.Group {
	var all []sandbox.Group
	for n := range 100 {
		all = append(all, sandbox.Group{Name: "Other", ExternalReferenceID: "other" + letters(n)})
	}
	return append(all,
		sandbox.Group{Name: "North", ExternalReferenceID: north}, sandbox.Group{Name: "South", ExternalReferenceID: south},
		sandbox.Group{Name: "East", ExternalReferenceID: east})
}

// processingTimes are how long Vitable takes for a roster.
func processingTimes() []func(int) time.Duration {
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	return []func(int) time.Duration{always(50 * time.Millisecond), always(5 * time.Second), always(42 * time.Second), always(12 * time.Minute)}
}

// seed is a worker as Vitable has them.
func (w worker) seed() sandbox.Member {
	row := w.row()
	return sandbox.Member{
		ReferenceID: w.ref, FirstName: row[1], LastName: row[2], DateOfBirth: row[3], Phone: row[4], Email: row[5], PlanID: w.plan,
		Address: sandbox.Address{Line1: row[6], City: row[7], State: row[8], Zipcode: row[9]},
	}
}

func (w *world) now() time.Time { return time.Now().Add(w.offset) }

// pass lets time go by. Over a night with a long way to the next run the process
// ends, as that of a job does.
func (w *world) pass(d time.Duration) error {
	var err error
	if w.proc != nil && d > 24*time.Hour {
		err = w.proc.end()
		w.proc = nil
	}
	time.Sleep(d)
	return err
}

// today is the employer's civil date, some days on.
func (w *world) today(in int) string {
	return time.Now().In(w.zone).AddDate(0, 0, in).Format(time.DateOnly)
}

func (w *world) tell(format string, args ...any) {
	w.told = append(w.told, time.Now().Format("Jan 02 15:04 ")+fmt.Sprintf(format, args...))
}

// play makes the days of the history, and then lets everything come to rest.
func (w *world) play(ctx context.Context) (err error) {
	defer func() {
		if w.proc != nil {
			err = errors.Join(err, w.proc.end())
		}
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
		return w.restart(ctx)
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
	w.tell("changes %v, flaws %q, troubles %v, run %q at %d", d.Changes, d.Flaws, d.API, d.Run, d.At)
	if err := w.publish(d); err != nil {
		return err
	}
	w.trouble(d.API)
	if err := w.work(ctx, d); err != nil {
		return err
	}
	w.box.SetFaults()
	w.box.SetRules()
	if err := w.up(ctx); err != nil {
		return err
	}
	if err := errors.Join(w.decide(ctx, d.Clerk, d.Pick), w.save(ctx)); err != nil {
		return err
	}
	known, err := w.proc.store.InFlight(ctx)
	if err != nil {
		return err
	}
	err = w.pass(time.Duration(d.Hours) * time.Hour)
	w.endUnheard(known)
	return err
}

// endUnheard lets Vitable's support end what is stuck there and what rosterd never
// heard of: a fate that is unknown settles in time, or nobody could go on.
func (w *world) endUnheard(known []roster.Sync) {
	ledger := w.box.Ledger()
	for number := range w.laws.pending {
		entry := ledger[number-1]
		heard := slices.ContainsFunc(known, func(s roster.Sync) bool { return s.RequestID == entry.RequestID })
		if entry.Sync.ProcessedAt == nil && !heard {
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

// trouble makes Vitable misbehave until the end of the day.
func (w *world) trouble(all []trouble) {
	for _, t := range all {
		if one, ok := strings.CutPrefix(t.What, "refuse "); ok {
			w.box.Refuse(w.employer.workers[t.Who%len(w.employer.workers)].ref, one, "blocked")
			continue
		}
		fault := faults()[t.What]
		fault.After, fault.Times = t.After, t.Times
		w.box.AddFault(fault)
	}
}

// faults are the misbehaviours of Vitable, by the name that a history has.
func faults() map[string]sandbox.Fault {
	return map[string]sandbox.Fault{
		"500":             {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 500},
		"503 later":       {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 503, RetryAfter: "3"},
		"429":             {Call: sandbox.AnyCall, Kind: sandbox.FaultRetryAfter, RetryAfter: "2"},
		"401":             {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 401},
		"refused roster":  {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 422},
		"conflict":        {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 409},
		"502 roster":      {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 502},
		"reset":           {Call: sandbox.AnyCall, Kind: sandbox.FaultReset},
		"lost answer":     {Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer},
		"lost 504":        {Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Status: 504, Delay: 30 * time.Second},
		"truncated":       {Call: sandbox.AnyCall, Kind: sandbox.FaultTruncate},
		"login page":      {Call: sandbox.AnyCall, Kind: sandbox.FaultHTML},
		"redirect":        {Call: sandbox.AnyCall, Kind: sandbox.FaultRedirect},
		"slow":            {Call: sandbox.AnyCall, Kind: sandbox.FaultSlow, Delay: 20 * time.Second},
		"hang":            {Call: sandbox.AnyCall, Kind: sandbox.FaultHang},
		"never completes": {Call: sandbox.SubmitSync, Kind: sandbox.FaultNeverCompletes},
		"no results":      {Call: sandbox.GetSync, Kind: sandbox.FaultNoResults},
		"wrong id":        {Call: sandbox.GetSync, Kind: sandbox.FaultWrongID},
		"wrong receipt":   {Call: sandbox.SubmitSync, Kind: sandbox.FaultWrongID},
		"short page":      {Call: sandbox.ListGroups, Kind: sandbox.FaultShortPage},
		"short plans":     {Call: sandbox.ListPlans, Kind: sandbox.FaultShortPage},
		"repeated page":   {Call: sandbox.ListGroups, Kind: sandbox.FaultRepeatPage},
		"no pagination":   {Call: sandbox.ListGroups, Kind: sandbox.FaultNoPagination},
	}
}

func troubles() []string {
	all := []string{"refuse add", "refuse remove"}
	for name := range faults() {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// restart ends the process, where there is one, and starts another.
func (w *world) restart(ctx context.Context) error {
	if w.proc != nil {
		if err := w.proc.end(); err != nil {
			return fmt.Errorf("end process: %w", err)
		}
		w.proc = nil
	}
	p, err := w.start(ctx)
	if err != nil {
		return fmt.Errorf("law 6: rosterd does not start: %w", err)
	}
	w.proc = p
	return nil
}

// up starts a process where there is none.
func (w *world) up(ctx context.Context) error {
	if w.proc != nil {
		return nil
	}
	return w.restart(ctx)
}

// work makes the runs of a day.
func (w *world) work(ctx context.Context, d day) error {
	switch d.Run {
	case notAtAll:
		return nil
	case scheduled:
		return w.byTheClock(ctx)
	case restarted, rewired:
		if d.Run == rewired {
			w.version++
			if err := w.configure(); err != nil {
				return err
			}
		}
		if err := w.restart(ctx); err != nil {
			return err
		}
	case restored:
		if err := w.restore(ctx); err != nil {
			return err
		}
	case backwards:
		return w.inThePast(ctx)
	}
	if err := w.once(ctx, d); err != nil {
		return err
	}
	if d.Run == repeated {
		return errors.Join(w.pass(3*time.Minute), w.again(ctx))
	}
	return nil
}

// once makes one run, with what disturbs it.
func (w *world) once(ctx context.Context, d day) error {
	if err := w.up(ctx); err != nil {
		return err
	}
	w.wire.Before, w.wire.After = nil, nil
	w.watchIntents()
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	var around func(reconcile.Store) reconcile.Store
	switch d.Run {
	case killed, killedHot:
		around = w.fused(&reconciletest.Fuse{At: d.At, After: d.Run == killedHot, OnBlow: cancel})
	case diskFull:
		fuse := &reconciletest.Fuse{At: d.At, Once: true}
		around = fuse.Store
	case stopped, crowded:
		w.disturb(ctx, d, cancel)
	}
	err := w.judged(true, func() (roster.Run, error) { return w.proc.run(running, reconcile.Options{}, around) }, around != nil || d.Run == stopped)
	if w.proc != nil && (d.Run == killed || d.Run == killedHot) {
		err = errors.Join(err, w.proc.end())
		w.proc = nil
	}
	w.wire.Before, w.wire.After = nil, nil
	return err
}

// again is a run that the daemon repeats within minutes.
func (w *world) again(ctx context.Context) error {
	w.watchIntents()
	return w.judged(false, func() (roster.Run, error) { return w.proc.run(ctx, reconcile.Options{Repeat: true}, nil) }, false)
}

// judged makes a run and asserts the laws.
func (w *world) judged(counts bool, run func() (roster.Run, error), disturbed bool) error {
	w.runs++
	e := w.laws.before(counts)
	w.rememberPlans()
	made, err := run()
	w.tell("run %d: %s, exit %d, groups %+v, removed %d (%v)", w.runs, made.Outcome, made.ExitCode, made.Groups, made.Removed, err)
	w.looks[w.look()] = true
	if err != nil && !disturbed {
		return fmt.Errorf("law 6: the run fails: %w", err)
	}
	if broken := w.laws.after(e); broken != nil {
		return broken
	}
	if broken := w.seen(); broken != nil {
		return broken
	}
	if disturbed { // it may have taken its pulls for good, or not
		for _, s := range w.systems {
			s.counted, s.lacked = min(s.counted, s.rows), slices.Concat(s.lacked, s.unsaid)
		}
		return nil
	}
	w.laws.forget()
	if counts && made.Outcome != roster.RunAPI {
		w.laws.present(e)
	}
	for i, source := range made.Sources {
		if source.State == roster.SourceOK && made.Outcome != roster.RunAPI { // without Vitable a run takes nothing for good
			s := w.systems[i]
			s.pulled, s.counted, s.lacked = s.written, s.rows, s.unsaid
		}
	}
	return w.laws.truth(made, e)
}

// look tells configurations and layouts apart.
func (w *world) look() string {
	text := fmt.Sprint(w.version)
	for _, s := range w.systems {
		text += fmt.Sprint(" ", s.flaw == reordered)
	}
	return text
}

// rememberPlans notes the plans that people are subscribed on.
func (w *world) rememberPlans() {
	for _, group := range []string{north, south, east, west} {
		for _, ref := range w.box.Members(group) {
			if one, ok := w.box.Member(group, ref); ok {
				w.plans[ref] = one.PlanID
			}
		}
	}
}

// disturb tells the run to stop at a request, or starts another process then.
func (w *world) disturb(ctx context.Context, d day, cancel func()) {
	before, requests := w.wire.Before, 0
	w.wire.Before = func(r *http.Request) error {
		w.mu.Lock()
		requests++
		now := requests == d.At
		w.mu.Unlock()
		switch {
		case now && d.Run == stopped:
			cancel()
		case now:
			if other, err := w.start(ctx); !errors.Is(err, store.ErrBusy) {
				w.mu.Lock()
				w.broken = errors.Join(errors.New("law 5: a second process is not told to wait"), err)
				w.mu.Unlock()
				if err == nil {
					_ = other.end()
				}
			}
		}
		return before(r)
	}
}

// saved is where the backup of the first day is.
func (w *world) saved() string { return filepath.Join(filepath.Dir(w.exports), "saved.db") }

// save makes a backup, once.
func (w *world) save(ctx context.Context) error {
	err := w.proc.store.Backup(ctx, w.saved())
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	w.westThen, w.approvedThen = w.hasWest(), w.laws.approvals()
	return err
}

func (w *world) hasWest() bool { return w.box.Members(west) != nil }

// restore puts the backup back, days late. What is in flight at Vitable is
// unknown to it and has to end first; what people decided since is gone. A group
// that rosterd created since is not among those that a backup can know of.
func (w *world) restore(ctx context.Context) error {
	text, err := os.ReadFile(w.saved())
	if errors.Is(err, fs.ErrNotExist) || w.story.Setup.FirstSync != "hold" || w.hasWest() != w.westThen { // "allow" is no setting to restore with
		return nil
	}
	if w.proc != nil {
		err = w.proc.end()
		w.proc = nil
	}
	database := filepath.Join(w.data, "rosterd.db")
	err = errors.Join(err, ignoreMissing(os.Remove(database+"-wal")), ignoreMissing(os.Remove(database+"-shm")), os.WriteFile(database, text, 0o600))
	if err != nil {
		return err
	}
	for number := range w.laws.pending {
		w.box.WriteOff(w.box.Ledger()[number-1].RequestID)
	}
	for _, s := range w.systems {
		s.pulled = time.Time{}
	}
	w.tell("the backup of the first day is put back")
	if err := w.restart(ctx); err != nil {
		return err
	}
	pins, err := w.proc.store.Pins(ctx)
	clear(w.pinned)
	for _, pin := range pins {
		w.pinned[pin.ReferenceID] = true
	}
	w.laws.restored(w.approvedThen)
	return err
}

// byTheClock is the daemon for a while.
func (w *world) byTheClock(ctx context.Context) error {
	if err := w.up(ctx); err != nil {
		return err
	}
	plan, err := schedule.Parse("*/40 * * * *", "America/New_York")
	if err != nil {
		return err
	}
	two, cancel := context.WithTimeout(ctx, 90*time.Minute)
	defer cancel()
	var failed error
	schedule.Loop(two, plan, schedule.Options{Now: w.now, NextDue: func(time.Time) {}, Panicked: func(cause any) { failed = fmt.Errorf("panic: %v", cause) }},
		func(context.Context, string) {
			if failed == nil {
				failed = w.once(ctx, day{})
			}
		})
	return failed
}

// inThePast is a run while the clock is two days back, which must do nothing.
func (w *world) inThePast(ctx context.Context) error {
	if err := w.up(ctx); err != nil {
		return err
	}
	last, known, err := w.proc.store.LastRun(ctx)
	if err != nil {
		return err
	}
	w.offset = -48 * time.Hour
	defer func() { w.offset = 0 }()
	before := len(w.box.Ledger())
	refuses := known && w.now().Add(24*time.Hour).Before(last.StartedAt)
	if !refuses {
		return nil
	}
	_, err = w.proc.run(ctx, reconcile.Options{}, nil)
	wrote := slices.ContainsFunc(w.box.Ledger()[before:], func(e sandbox.Entry) bool { return e.Method != http.MethodGet })
	if !errors.Is(err, reconcile.ErrClock) || wrote {
		return errors.Join(errors.New("law 1: a run two days before the last one is made"), err)
	}
	return nil
}

// comeToRest takes every fault away, lets the administrator decide whatever
// waits, and asserts law 6: everybody is where they belong, and then nothing
// is sent.
func (w *world) comeToRest(ctx context.Context) error {
	if err := w.up(ctx); err != nil {
		return err
	}
	for i := range w.employer.workers {
		w.employer.workers[i].broken = false
	}
	if err := errors.Join(w.unpinAll(ctx), w.giveUp(ctx)); err != nil {
		return err
	}
	if err := w.pass(w.untilMorning()); err != nil { // no date comes while it is asserted that nothing changes
		return err
	}
	w.tell("at rest")
	for range 9 {
		if err := w.publish(day{}); err != nil {
			return err
		}
		if err := w.once(ctx, day{}); err != nil {
			return err
		}
		if err := w.decideAll(ctx); err != nil {
			return err
		}
		if w.differs(ctx) == nil {
			break
		}
		if err := w.pass(23 * time.Hour); err != nil {
			return err
		}
	}
	if err := w.differs(ctx); err != nil {
		return fmt.Errorf("law 6: %w", err)
	}
	return w.quiet(ctx)
}

// untilMorning is the time until the next morning at the employer's.
func (w *world) untilMorning() time.Duration {
	now := time.Now().In(w.zone)
	return time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 0, 0, w.zone).Sub(now)
}

// differs says where Vitable and the truth differ. Vitable lists nobody: who is in
// a group that a backup knows nothing of and the exports no more, nobody can tell.
func (w *world) differs(ctx context.Context) error {
	known := map[string]bool{}
	states, err := w.proc.store.Groups(ctx)
	for _, state := range states {
		known[state.ExternalReferenceID] = state.HasBaseline
	}
	want := map[string][]string{}
	for _, one := range w.employer.workers {
		if one.covered(w.today(0)) {
			want[one.group] = append(want[one.group], one.ref)
		}
	}
	for _, group := range []string{north, south, east, west} {
		slices.Sort(want[group])
		if w.laws.old && !known[group] && len(want[group]) == 0 {
			continue
		}
		if got := w.box.Members(group); !slices.Equal(got, want[group]) {
			return fmt.Errorf("%s has %v and should have %v", group, got, want[group])
		}
	}
	return err
}

// quiet asserts that a run after everything came to rest sends nothing, and
// that every request was followed to its end.
func (w *world) quiet(ctx context.Context) error {
	last := 1
	if w.laws.old {
		last = 2 // after a backup even the plans of subscriptions have to be found out
	}
	for round := range last + 1 {
		before := len(w.box.Ledger())
		if err := errors.Join(w.pass(time.Minute), w.once(ctx, day{})); err != nil {
			return err
		}
		ledger := w.box.Ledger()
		for _, entry := range ledger[before:] {
			if round == last && entry.Call == sandbox.SubmitSync && sentOnTheDay(ledger, entry) {
				return fmt.Errorf("law 6: nothing changed, and %s is sent again", entry.Group)
			}
		}
	}
	inFlight, err := w.proc.store.InFlight(ctx)
	if err != nil {
		return err
	}
	if len(inFlight) > 0 {
		return fmt.Errorf("law 4: %d requests are forgotten", len(inFlight))
	}
	return nil
}

// sentOnTheDay reports whether a group had a roster in the day before: after a
// day even one that did not change is sent again.
func sentOnTheDay(ledger []sandbox.Entry, one sandbox.Entry) bool {
	return slices.ContainsFunc(ledger, func(e sandbox.Entry) bool {
		return e.Sync != nil && e.Sync.ProcessedAt != nil && e.Group == one.Group && e.Number < one.Number && one.At.Sub(*e.Sync.ProcessedAt) < 24*time.Hour
	})
}

// watchIntents notes every roster that goes out without a durable intent. An
// intent may be sent more than once, until it has an answer.
func (w *world) watchIntents() {
	before := w.wire.Before
	w.wire.Before = func(r *http.Request) error {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members/sync") {
			w.mu.Lock()
			if group := strings.Split(r.URL.Path, "/")[3]; w.intents[group] == 0 {
				w.broken = errors.New("law 4: a roster goes out without an intent")
			}
			w.mu.Unlock()
		}
		if before == nil {
			return nil
		}
		return before(r)
	}
}

// intended notes a durable intent.
func (w *world) intended(groupID string, id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.intents[groupID] = id
}

// answered notes that an intent has its answer, or never gets one.
func (w *world) answered(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.DeleteFunc(w.intents, func(_ string, open int64) bool { return open == id })
}

// seen is what the wire saw that breaks a law.
func (w *world) seen() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}
