package page

import (
	"net/http"
	"strings"

	"github.com/rosterd/rosterd/internal/view"
)

// personPage is the story of one person.
type personPage struct {
	Story view.Story
	Tone  string
	Line  string // the story in one line
}

func (p *Pages) person(w http.ResponseWriter, r *http.Request) {
	ref := strings.TrimSpace(r.URL.Query().Get("reference_id"))
	if ref == "" {
		p.problem(w, r, http.StatusBadRequest, "Nobody was named", "Type a reference_id: the id that the HR system has for the person.")
		return
	}
	story, err := view.Explain(r.Context(), p.Store, ref)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	shown := personPage{Story: story}
	shown.Tone, shown.Line = stateOf(story)
	p.show(w, r, http.StatusOK, "person", frame{Title: ref, Page: shown})
}

// stateOf says where somebody stands.
func stateOf(s view.Story) (tone, line string) {
	switch s.State {
	case view.StateEnrolled:
		return good, "Covered in " + s.Group + "."
	case view.StateMaybe:
		return warn, "Perhaps covered in " + s.Group + ": a request has no outcome yet."
	case view.StateRemoved:
		return quiet, "Not covered: removed from " + s.Group + "."
	case view.StateWaiting:
		return warn, "Not covered yet: something is in the way."
	}
	return quiet, "rosterd knows nobody of this reference_id: no source named them while it ran, or they are waiting for their first day."
}
