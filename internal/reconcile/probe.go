package reconcile

import (
	"context"

	"github.com/rosterd/rosterd/internal/roster"
)

// Offer is what Vitable has for this key.
type Offer struct {
	Plans  map[string]bool         // plan ids
	Groups map[string]roster.Group // by external_reference_id
	Clock  error                   // that ours is too far from Vitable's for a run; nil: it is not
}

// Probed is what one source delivered, with everything that was noted about it.
type Probed struct {
	Pull    roster.Pull
	Columns []string        // as the source names them; nil where those of the mapping are not among them
	People  []roster.Person // empty when the source is not believed
}

// ProbeSources reads and maps every source once, or the named one, judged
// without a history.
func (r *Reconciler) ProbeSources(ctx context.Context, only string) []Probed {
	var probed []Probed
	for _, feed := range r.Feeds {
		if only != "" && feed.Name != only {
			continue
		}
		var people []roster.Person
		take := func(p *roster.Person) {
			p.Own()
			people = append(people, *p)
		}
		sink := &intake{day: r.today(r.Now()), take: take}
		pull := r.take(ctx, feed, nil, sink)
		if inDoubt(pull) {
			people = nil
		}
		probed = append(probed, Probed{pull, sink.columns, people})
	}
	return probed
}

// ProbeAPI lists what Vitable offers, and compares clocks.
func (r *Reconciler) ProbeAPI(ctx context.Context) (Offer, error) {
	t, err := r.survey(ctx)
	return Offer{Plans: t.plans, Groups: t.groups, Clock: r.checkSkew()}, err
}
