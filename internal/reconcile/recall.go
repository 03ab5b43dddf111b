package reconcile

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// memory is what is known from before this run.
type memory struct {
	mu     sync.Mutex // guards states, open, busy and settles: requests end beside the run
	states map[string]roster.GroupState
	// open are the baselines of groups with requests of which no outcome is
	// known yet, doubtful people included, see plan.Doubt. The store has the
	// others, which nothing changes while a plan is made.
	open map[string]roster.Baseline
	// left are, by group, those whom a request of unknown fate left out: they may
	// have lost coverage, though the baseline has them.
	left     map[string]map[string]bool
	holds    map[string]roster.Hold
	pins     map[string]bool
	pulls    map[string]roster.Pull // last good ones
	recent   map[string]int
	busy     map[string]roster.Reason
	inFlight []roster.Sync        // accepted, not finished
	settles  map[string]time.Time // when a group of an unknown request may be sent again
}

// recall loads what is known. A request that was intended and has no answer
// was cut off by a crash: it may have been accepted. mark makes that durable.
func (r *Reconciler) recall(ctx context.Context, mark bool) (*memory, error) {
	m := &memory{
		states: map[string]roster.GroupState{}, open: map[string]roster.Baseline{},
		busy: map[string]roster.Reason{}, settles: map[string]time.Time{}, left: map[string]map[string]bool{},
	}
	states, err := r.Store.Groups(ctx)
	if err != nil {
		return nil, fmt.Errorf("recall groups: %w", err)
	}
	unsettled, err := r.Store.Unsettled(ctx)
	if err != nil {
		return nil, fmt.Errorf("recall requests: %w", err)
	}
	for _, state := range states {
		m.states[state.ExternalReferenceID] = state
	}
	doubts := map[string][]roster.Sync{}
	for _, request := range unsettled {
		if request.State == roster.SyncIntended && mark {
			if err := r.Store.MarkUnknown(ctx, request.ID, r.Now()); err != nil {
				return nil, fmt.Errorf("recall requests: %w", err)
			}
		}
		doubts[request.Group] = append(doubts[request.Group], request)
		m.note(request, r.settle(request, m))
	}
	for group, requests := range doubts {
		base, err := r.Store.Baseline(ctx, group)
		if err != nil {
			return nil, fmt.Errorf("recall baseline: %w", err)
		}
		if known := plan.Doubt(base, requests); m.states[group].HasBaseline || len(known.Members) > 0 {
			m.open[group] = known
		}
		if state, ok := m.states[group]; ok && !state.HasBaseline {
			state.ConfigHash = requests[0].ConfigHash // whom it enrolled was planned under that
			m.states[group] = state
		}
	}
	if err := r.Store.VouchBaselines(ctx); err != nil {
		return nil, fmt.Errorf("recall baselines: %w", err)
	}
	return m, r.recallRest(ctx, m)
}

// settle is how long a request of unknown fate is left alone: as configured, or
// until it has ended for all that is known of how long Vitable takes. Otherwise
// two rosters of the group would be in flight.
func (r *Reconciler) settle(request roster.Sync, m *memory) time.Duration {
	usually := m.expect(request.Group, request.Size)
	return max(r.Settings.Settle, usually+usually/4)
}

// baseline is what is known of who is subscribed in a group now.
func (r *Reconciler) baseline(ctx context.Context, m *memory, group string) (roster.Baseline, error) {
	m.mu.Lock()
	base, open := m.open[group]
	has := m.states[group].HasBaseline
	m.mu.Unlock()
	if open || !has {
		return base, nil
	}
	base, err := r.Store.Baseline(ctx, group)
	return base, placed("recall baseline", err)
}

// enrolling lists the groups in which somebody is, or may be, subscribed.
func (m *memory) enrolling() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	groups := slices.Collect(maps.Keys(m.open))
	for group, state := range m.states {
		if _, open := m.open[group]; state.HasBaseline && !open {
			groups = append(groups, group)
		}
	}
	return groups
}

// note sorts one unsettled request into those in flight and those in doubt.
func (m *memory) note(request roster.Sync, settle time.Duration) {
	if request.State == roster.SyncSubmitted {
		m.inFlight = append(m.inFlight, request)
		m.busy[request.Group] = roster.ReasonInFlight
		return
	}
	if m.left[request.Group] == nil {
		m.left[request.Group] = map[string]bool{}
	}
	for _, removal := range request.Removals {
		m.left[request.Group][removal.ReferenceID] = true
	}
	if until := request.IntendedAt.Add(settle); until.After(m.settles[request.Group]) {
		m.settles[request.Group] = until
	}
}

// recallRest loads what people decide and what a run itself changes; each plan
// does it anew, so an approval that was used is not used again.
func (r *Reconciler) recallRest(ctx context.Context, m *memory) error {
	m.holds, m.pins = map[string]roster.Hold{}, map[string]bool{}
	holds, err := r.Store.ActiveHolds(ctx)
	if err != nil {
		return fmt.Errorf("recall holds: %w", err)
	}
	for _, hold := range holds {
		m.holds[hold.Group] = hold
	}
	pins, err := r.Store.Pins(ctx)
	if err != nil {
		return fmt.Errorf("recall pins: %w", err)
	}
	for _, pin := range pins {
		m.pins[pin.ReferenceID] = true
	}
	if m.pulls, err = r.Store.LastGoodPulls(ctx); err != nil {
		return fmt.Errorf("recall pulls: %w", err)
	}
	if m.recent, err = r.Store.RemovedSince(ctx, r.Now().Add(-r.Settings.Limits.Rolling.Window())); err != nil {
		return fmt.Errorf("recall removals: %w", err)
	}
	return nil
}

// moment is what the memory says at one moment.
type moment struct {
	states map[string]roster.GroupState
	open   map[string]roster.Baseline
	busy   map[string]roster.Reason
	left   map[string]map[string]bool
}

// at returns a copy of what may change beside the run. Busy are the groups with
// a request in flight, and those whose last request has an unknown fate and has
// not been left alone long enough.
func (m *memory) at(now time.Time) moment {
	m.mu.Lock()
	defer m.mu.Unlock()
	busy := map[string]roster.Reason{}
	for group, until := range m.settles {
		if until.After(now) {
			busy[group] = roster.ReasonSettling
		}
	}
	maps.Copy(busy, m.busy)
	return moment{states: maps.Clone(m.states), open: maps.Clone(m.open), busy: busy, left: maps.Clone(m.left)}
}

// of is the moment as far as it is about some groups.
func (k moment) of(owns func(group string) bool) moment {
	maps.DeleteFunc(k.states, func(group string, _ roster.GroupState) bool { return !owns(group) })
	maps.DeleteFunc(k.open, func(group string, _ roster.Baseline) bool { return !owns(group) })
	return k
}

// settledAt is when a group may be sent again as far as requests of unknown
// fate are concerned; zero when there are none.
func (m *memory) settledAt(group string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.settles[group]
}

// planned notes what a plan or a provision says of a group, and returns all
// that is known of it.
func (m *memory) planned(name string, change func(*roster.GroupState)) roster.GroupState {
	m.mu.Lock()
	defer m.mu.Unlock()
	state := m.states[name]
	change(&state)
	m.states[name] = state
	return state
}

// back ends the absences of everybody who has a row, and returns the groups in
// which that changes something.
func (m *memory) back(pulled []Pulled) []roster.GroupState {
	present := rows(pulled)
	m.mu.Lock()
	defer m.mu.Unlock()
	var changed []roster.GroupState
	for _, name := range slices.Sorted(maps.Keys(m.states)) {
		state := m.states[name]
		state.Absences = maps.Clone(state.Absences)
		maps.DeleteFunc(state.Absences, func(ref string, _ int) bool { return present[ref] })
		if len(state.Absences) != len(m.states[name].Absences) {
			m.states[name] = state
			changed = append(changed, state)
		}
	}
	return changed
}

// state returns what is known of one group now. Deliveries of several groups
// ask and tell side by side.
func (m *memory) state(name string) roster.GroupState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[name]
}

// completed notes the end of a group's request, which settles those before it.
// Who is missing is the plan's matter.
func (m *memory) completed(name string, after roster.Baseline, state roster.GroupState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	state.Absences, state.Contested = m.states[name].Absences, m.states[name].Contested
	m.states[name] = state
	if _, open := m.open[name]; open {
		m.open[name] = after // a plan may be under way that had it open
	}
	delete(m.busy, name)
	delete(m.settles, name)
	delete(m.left, name)
}

// returned counts the people of a roster whom a request of unknown fate left out
// before: for all that is known they were removed, and are added again.
func (m *memory) returned(sync roster.Sync) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for i := range sync.Entries {
		if m.left[sync.Group][sync.Entries[i].Member.ReferenceID] {
			n++
		}
	}
	return n
}

// expect guesses how long Vitable takes for a roster.
func (m *memory) expect(group string, size int) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return expect(group, size, m.states)
}
