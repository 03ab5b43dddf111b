package page

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// groupLine is one group in a list.
type groupLine struct {
	State    roster.GroupState
	Hold     *roster.Hold // what waits for a person, or was decided and not used
	InFlight bool
	Tone     string
	Word     string
}

// groupsPage lists groups.
type groupsPage struct {
	Groups []groupLine
	Find   string
	Pager  pager
}

// groupPage is one group.
type groupPage struct {
	Line     groupLine
	Syncs    []roster.Sync
	Failures []roster.Failure
	More     bool // failures than are shown
}

// groupLines lists the groups by name with where they stand.
func (p *Pages) groupLines(ctx context.Context) ([]groupLine, error) {
	states, err := p.Store.Groups(ctx)
	if err != nil {
		return nil, err
	}
	holds, err := p.Store.ActiveHolds(ctx)
	if err != nil {
		return nil, err
	}
	flights, err := p.Store.InFlight(ctx)
	if err != nil {
		return nil, err
	}
	held, flying := map[string]*roster.Hold{}, map[string]bool{}
	for i := range holds {
		held[holds[i].Group] = &holds[i]
	}
	for _, sync := range flights {
		flying[sync.Group] = true
	}
	lines := make([]groupLine, len(states))
	for i, state := range states {
		line := groupLine{State: state, Hold: held[state.ExternalReferenceID], InFlight: flying[state.ExternalReferenceID]}
		line.Tone, line.Word = line.stands()
		lines[i] = line
	}
	return lines, nil
}

// stands says in a word where a group stands.
func (g *groupLine) stands() (tone, word string) {
	switch {
	case g.Hold != nil && g.Hold.State == roster.HoldOpen:
		return bad, "waits for a decision"
	case g.State.RestoredAfter > 0:
		return bad, "restored from a copy"
	case g.InFlight:
		return quiet, "Vitable is working on it"
	case !g.State.HasBaseline:
		return quiet, "nothing sent yet"
	case g.State.Delivered.Failures > 0:
		return warn, count(g.State.Delivered.Failures, "person refused", "people refused")
	case g.State.Delivered.Digest == "":
		return warn, "last roster not delivered"
	}
	return good, "as it should be"
}

func (p *Pages) groups(w http.ResponseWriter, r *http.Request) {
	lines, err := p.groupLines(r.Context())
	if err != nil {
		p.failed(w, r, err)
		return
	}
	find := strings.TrimSpace(r.URL.Query().Get("find"))
	lines = slices.DeleteFunc(lines, func(g groupLine) bool {
		text := strings.ToLower(g.State.ExternalReferenceID + " " + g.State.Name)
		return !strings.Contains(text, strings.ToLower(find))
	})
	at := pageOf(r, len(lines))
	p.show(w, r, http.StatusOK, "groups", frame{
		Title: "Groups", Here: "/groups",
		Page: groupsPage{lines[at.skip():min(at.skip()+perPage, len(lines))], find, at},
	})
}

func (p *Pages) group(w http.ResponseWriter, r *http.Request) {
	ctx, name := r.Context(), r.URL.Query().Get("name")
	lines, err := p.groupLines(ctx)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	i := slices.IndexFunc(lines, func(g groupLine) bool { return g.State.ExternalReferenceID == name })
	if i < 0 {
		p.failed(w, r, store.ErrNotFound)
		return
	}
	syncs, err := p.Store.SyncsOfGroup(ctx, name, 20)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	failures, err := p.Store.Failures(ctx, store.Filter{Group: name, Limit: 51})
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "group", frame{
		Title: name, Here: "/groups",
		Page: groupPage{lines[i], syncs, failures[:min(50, len(failures))], len(failures) > 50},
	})
}
