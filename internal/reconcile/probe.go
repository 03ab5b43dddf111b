package reconcile

import (
	"context"

	"github.com/rosterd/rosterd/internal/roster"
)

// Offer is what Vitable has for this key.
type Offer struct {
	Plans  map[string]bool         // plan ids
	Groups map[string]roster.Group // by external_reference_id
}

// Probed is what one source delivered, with everything that was noted about it.
type Probed struct {
	Pull   roster.Pull
	People []roster.Person // empty when the source is not believed
}

// ProbeSources reads and maps every source once, judged without a history.
func (r *Reconciler) ProbeSources(ctx context.Context) []Probed {
	var probed []Probed
	for _, feed := range r.Feeds {
		var people []roster.Person
		take := func(p *roster.Person) {
			p.Own()
			people = append(people, *p)
		}
		pull := r.take(ctx, feed, nil, r.today(r.Now()), take)
		if inDoubt(pull) {
			people = nil
		}
		probed = append(probed, Probed{pull, people})
	}
	return probed
}

// ProbeAPI lists what Vitable offers.
func (r *Reconciler) ProbeAPI(ctx context.Context) (Offer, error) {
	t, err := r.survey(ctx)
	return Offer{Plans: t.plans, Groups: t.groups}, err
}
