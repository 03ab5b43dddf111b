package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/rosterd/rosterd/internal/muster"
	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

// round is one pass of plan and delivery over the same pull.
type round struct {
	number   int
	selected map[string]bool // nil: all
	earlier  *tally          // what earlier rounds did; nil: there was none
	repeat   bool            // the pull is evidence that was counted before
}

// propose plans what the run would do. neighbours are nil where every group is ours.
func (r *Reconciler) propose(ctx context.Context, m *memory, t target, pulled []Pulled, now round, neighbours *plan.Neighbours) (*plan.Assembly, error) {
	sheets := make([]*muster.Sheet, len(pulled))
	for i, p := range pulled {
		sheets[i] = p.People
	}
	rolls := muster.Gather(sheets...)
	at := r.Now()
	known := m.at(at).of(r.owns)
	// After that: whom a request removed that ended a moment ago is not in its
	// group any more, and has to count for the week.
	if err := r.recallRest(ctx, m); err != nil {
		return nil, err
	}
	in := plan.Input{
		Now:        at,
		Sources:    map[string]roster.SourceState{},
		Fed:        map[string][]string{},
		Known:      t.groups,
		Plans:      t.plans,
		Baselines:  known.open,
		Nameless:   rolls.Nameless(),
		States:     known.states,
		Managed:    map[string]bool{},
		Busy:       known.busy,
		Holds:      m.holds,
		Pins:       m.pins,
		Recent:     m.recent,
		RemovedNow: now.earlier.removedNow(now.selected),
		LeftOut:    known.left,
		CountPull:  now.number == 1 && !now.repeat,
		Selected:   now.selected,
		ConfigHash: r.configHash(pulled, m.pulls),
		Neighbours: neighbours,
		Limits:     r.Settings.Limits,
		Delivery:   r.Settings.Delivery,
	}
	for _, p := range pulled {
		in.Sources[p.Pull.Source] = p.Pull.State
	}
	for name, pull := range m.pulls {
		in.Fed[name] = pull.Groups
	}
	for group := range r.Settings.Names {
		in.Managed[group] = true
	}
	a, err := plan.Assemble(in, rolls, muster.NewIndex(rolls), func(group string) (roster.Baseline, error) { return r.Store.Baseline(ctx, group) })
	return a, placed("plan groups", err)
}

// configHash names the mapping, the rules and the layout of the sources. A
// source that could not be read is taken to look as it did last.
func (r *Reconciler) configHash(pulled []Pulled, before map[string]roster.Pull) string {
	lines := make([]string, 0, len(pulled))
	for _, p := range pulled {
		layout := p.Pull.Layout
		if p.Pull.State == roster.SourceBroken || p.Pull.State == roster.SourceOld {
			layout = before[p.Pull.Source].Layout
		}
		lines = append(lines, fmt.Sprintf("%q %q\n", p.Pull.Source, layout))
	}
	slices.Sort(lines)
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", r.Settings.MappingHash)
	for _, line := range lines {
		h.Write([]byte(line))
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}
