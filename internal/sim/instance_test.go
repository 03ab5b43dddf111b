package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/shard"
	"github.com/rosterd/rosterd/internal/store"
)

// instance is the place of one rosterd: its part of the groups, its state and its
// wire to Vitable. Processes come and go in it.
type instance struct {
	w         *world
	number    int
	shard     shard.Shard // zero: every group is its own
	data      string      // its directory
	notices   string      // the directory that it shares with other shards
	wire      reconciletest.Wire
	url       string // of Vitable, and how it is reached
	transport http.RoundTripper
	proc      *process
	looks     map[string]bool // configurations and layouts that a run of it has seen
	turned    map[int][]bool  // whether the last readable export of a system had its columns in another order
	pinned    map[string]bool
	complete  map[string]int   // reference_id -> its complete pulls in a row without a row
	torn      map[string]bool  // reference_ids whose rows it has seen to contradict each other
	intents   map[string]int64 // group id -> the durable intent that has no answer
	durable   map[string]int64 // group -> the last durable intent

	westThen     bool       // whether west was there when the backup was made
	approvedThen []approval // what people had let pass by then
}

// divided makes the instances of a world.
func (w *world) divided(data string) []*instance {
	count := w.story.Setup.Shards
	all := make([]*instance, max(1, count))
	for i := range all {
		in := &instance{
			w: w, number: i, data: data, url: "http://127.0.0.1",
			looks: map[string]bool{}, turned: map[int][]bool{}, pinned: map[string]bool{}, complete: map[string]int{}, torn: map[string]bool{}, intents: map[string]int64{}, durable: map[string]int64{},
		}
		if count > 0 {
			in.shard = shard.Shard{Index: i, Count: count}
			in.data, in.notices = filepath.Join(data, fmt.Sprintf("data%d", i)), filepath.Join(data, "notices")
		}
		in.wire.Handler, in.transport = w.box, &in.wire
		all[i] = in
	}
	return all
}

// owns reports whether a group is this instance's.
func (in *instance) owns(group string) bool { return in.shard.Count == 0 || in.shard.Owns(group) }

// String names it in what is told of a history.
func (in *instance) String() string {
	if in.shard.Count == 0 {
		return "rosterd"
	}
	return "shard " + in.shard.String()
}

// restart ends the process, where there is one, and starts another.
func (in *instance) restart(ctx context.Context) error {
	if err := in.end(); err != nil {
		return fmt.Errorf("end process: %w", err)
	}
	p, err := in.start(ctx)
	if err != nil {
		return fmt.Errorf("law 6: rosterd does not start: %w", err)
	}
	in.proc = p
	return nil
}

// up starts a process where there is none.
func (in *instance) up(ctx context.Context) error {
	if in.proc != nil {
		return nil
	}
	return in.restart(ctx)
}

// end ends the process, where there is one.
func (in *instance) end() error {
	if in.proc == nil {
		return nil
	}
	ended := in.proc.end()
	in.proc = nil
	return ended
}

// each does something to every instance, until it fails.
func (w *world) each(do func(in *instance) error) error {
	for _, in := range w.instances {
		if err := do(in); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) allUp(ctx context.Context) error {
	return w.each(func(in *instance) error { return in.up(ctx) })
}

func (w *world) endAll() (err error) {
	for _, in := range w.instances {
		err = errors.Join(err, in.end())
	}
	return err
}

// look tells configurations and layouts apart. An export that cannot be read is taken to
// look as it did last; where a run was cut short that read it, it may not be known how.
func (in *instance) look() (possible []string) {
	possible = []string{fmt.Sprint(in.w.version)}
	for i, s := range in.w.systems {
		turned := []bool{s.flaw == reordered}
		if s.flaw.broken() && len(in.turned[i]) > 0 {
			turned = in.turned[i]
		}
		var more []string
		for _, text := range possible {
			for _, is := range turned {
				more = append(more, fmt.Sprint(text, " ", is))
			}
		}
		possible = more
	}
	return possible
}

// looked notes what a run has seen, or may have seen where it was disturbed or did not
// reach Vitable: then it takes nothing for good.
func (in *instance) looked(disturbed bool) {
	for _, look := range in.look() {
		in.looks[look] = true
	}
	for i, s := range in.w.systems {
		switch {
		case s.flaw.broken():
		case disturbed:
			in.turned[i] = append(in.turned[i], s.flaw == reordered)
		default:
			in.turned[i] = []bool{s.flaw == reordered}
		}
	}
}

// rewired reports whether the configuration or a layout is one that no run has seen.
func (in *instance) rewired() bool {
	return len(in.looks) > 0 && !slices.ContainsFunc(in.look(), func(look string) bool { return in.looks[look] })
}

// calm takes away whatever disturbed the last run.
func (in *instance) calm() {
	in.wire.Before, in.wire.After = nil, nil
	in.proc.board.Board = in.proc.notices
}

// fused returns a run that is disturbed at one of its steps into the world.
func (in *instance) fused(fuse *reconciletest.Fuse) func(reconcile.Store) reconcile.Store {
	fuse.Wire(&in.wire)
	in.watchIntents()
	in.proc.board.Board = fuse.Board(in.proc.notices)
	return fuse.Store
}

// disturb tells the run to stop at a request, or starts another process then.
func (in *instance) disturb(ctx context.Context, d day, cancel func()) {
	before, requests := in.wire.Before, 0
	in.wire.Before = func(r *http.Request) error {
		in.w.mu.Lock()
		requests++
		now := requests == d.At
		in.w.mu.Unlock()
		switch {
		case now && d.Run == stopped:
			cancel()
		case now:
			if other, err := in.start(ctx); !errors.Is(err, store.ErrBusy) {
				in.w.accuse(errors.Join(errors.New("law 5: a second process is not told to wait"), err))
				if err == nil {
					_ = other.end()
				}
			}
		}
		return before(r)
	}
}

// saved is where the backup of the first day is.
func (in *instance) saved() string {
	return filepath.Join(filepath.Dir(in.w.exports), fmt.Sprintf("saved%d.db", in.number))
}

// save makes a backup, once.
func (in *instance) save(ctx context.Context) error {
	err := in.proc.store.Backup(ctx, in.saved())
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	in.westThen, in.approvedThen = in.w.hasWest(), in.w.laws.approvals(in)
	return err
}

func (w *world) hasWest() bool { return w.box.Members(west) != nil }

// restore puts the backup back, days late. What is in flight at Vitable is
// unknown to it and has to end first; what people decided since is gone. A group
// that rosterd created since is not among those that a backup can know of.
func (in *instance) restore(ctx context.Context) error {
	w := in.w
	text, err := os.ReadFile(in.saved())
	unknown := in.owns(west) && w.hasWest() != in.westThen
	if errors.Is(err, fs.ErrNotExist) || w.story.Setup.FirstSync != "hold" || unknown { // "allow" is no setting to restore with
		return nil
	}
	err = in.end()
	database := filepath.Join(in.data, "rosterd.db")
	err = errors.Join(err, ignoreMissing(os.Remove(database+"-wal")), ignoreMissing(os.Remove(database+"-shm")), os.WriteFile(database, text, 0o600))
	if err != nil {
		return err
	}
	ledger := w.box.Ledger()
	for number := range w.laws.pending {
		if entry := ledger[number-1]; in.owns(entry.Group) {
			w.box.WriteOff(entry.RequestID)
		}
	}
	for _, s := range w.systems {
		s.taken[in.number].pulled = time.Time{}
	}
	w.tell("the backup of the first day is put back at %s", in)
	if err := in.restart(ctx); err != nil {
		return err
	}
	pins, err := in.proc.store.Pins(ctx)
	clear(in.pinned)
	clear(in.torn)
	for _, pin := range pins {
		in.pinned[pin.ReferenceID] = true
	}
	w.laws.restored(in)
	return err
}

// knownByGroup are those who are in each group, or may be, by what the state says.
func (in *instance) knownByGroup() map[string]map[string]bool {
	ctx, known := context.Background(), map[string]map[string]bool{}
	note := func(group string, all []roster.Enrolled) {
		if known[group] == nil {
			known[group] = map[string]bool{}
		}
		for i := range all {
			known[group][all[i].Member.ReferenceID] = true
		}
	}
	for _, group := range allGroups() {
		base, err := in.proc.store.Baseline(ctx, group)
		if err != nil {
			in.w.accuse(err)
		}
		note(group, base.Members)
	}
	unsettled, err := in.proc.store.Unsettled(ctx)
	if err != nil {
		in.w.accuse(err)
	}
	for _, sync := range unsettled {
		note(sync.Group, sync.Entries)
	}
	return known
}

// watchIntents notes every roster that goes out without a durable intent. An
// intent may be sent more than once, until it has an answer.
func (in *instance) watchIntents() {
	before := in.wire.Before
	in.wire.Before = func(r *http.Request) error {
		if isRoster(r) && !in.intends(strings.Split(r.URL.Path, "/")[3]) {
			in.w.accuse(errors.New("law 4: a roster goes out without an intent"))
		}
		if before == nil {
			return nil
		}
		return before(r)
	}
}

// isRoster reports whether a request submits a roster.
func isRoster(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/members/sync")
}

func (in *instance) intends(groupID string) bool {
	in.w.mu.Lock()
	defer in.w.mu.Unlock()
	return in.intents[groupID] != 0
}

// intended notes a durable intent.
func (in *instance) intended(sync roster.Sync, id int64) {
	in.w.mu.Lock()
	defer in.w.mu.Unlock()
	in.intents[sync.GroupID], in.durable[sync.Group] = id, id
}

// answered notes that an intent has its answer, or never gets one.
func (in *instance) answered(id int64) {
	in.w.mu.Lock()
	defer in.w.mu.Unlock()
	maps.DeleteFunc(in.intents, func(_ string, open int64) bool { return open == id })
}

// inFlight are the requests that rosterd follows, by request id.
func (w *world) inFlight(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	err := w.each(func(in *instance) error {
		syncs, err := in.proc.store.InFlight(ctx)
		for _, sync := range syncs {
			all[sync.RequestID] = true
		}
		return err
	})
	return all, err
}
