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

// ProbeSources reads and maps every source once, judged without a history.
func (r *Reconciler) ProbeSources(ctx context.Context) []Pulled {
	return r.pullAll(ctx, nil, r.today(r.Now()))
}

// ProbeAPI lists what Vitable offers.
func (r *Reconciler) ProbeAPI(ctx context.Context) (Offer, error) {
	t, err := r.survey(ctx)
	return Offer{Plans: t.plans, Groups: t.groups}, err
}
