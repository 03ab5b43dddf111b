package sandbox

import (
	"net/http"
	"slices"
	"time"
)

// groupView is a group as the API shows it.
type groupView struct {
	ID                  string     `json:"id"`
	OrganizationID      string     `json:"organization_id"`
	Name                string     `json:"name"`
	ExternalReferenceID string     `json:"external_reference_id"`
	CreatedAt           time.Time  `json:"created_at"`
	UpdatedAt           *time.Time `json:"updated_at"` // null until it is renamed
}

func (g *group) view() groupView {
	v := groupView{
		ID: g.id, OrganizationID: "org_sandbox", Name: g.name, ExternalReferenceID: g.ext, CreatedAt: g.created.UTC(),
	}
	if !g.updated.IsZero() {
		updated := g.updated.UTC()
		v.UpdatedAt = &updated
	}
	return v
}

func (s *Server) listPlans(v *visit) answer {
	defer s.enter()()
	return paged(v, slices.Clone(s.org.plans))
}

func (s *Server) listGroups(v *visit) answer {
	defer s.enter()()
	views := make([]groupView, len(s.org.groups))
	for i, g := range s.org.groups {
		views[i] = g.view()
	}
	return paged(v, views)
}

func (s *Server) createGroup(v *visit) answer {
	body, refused := s.schemas.create.parse(v.body)
	if refused != nil {
		return s.refusedBody(v, refused)
	}
	defer s.enter()()
	v.entry.Group = body.ExternalReferenceID
	if s.org.byExt[body.ExternalReferenceID] != nil {
		return fail(http.StatusConflict, "external_reference_id is already in use")
	}
	return one(http.StatusCreated, s.org.create(body.Name, body.ExternalReferenceID, v.at).view())
}

func (s *Server) getGroup(v *visit) answer {
	defer s.enter()()
	g := s.org.byID[v.request.PathValue("group_id")]
	if g == nil {
		return noGroup()
	}
	return one(http.StatusOK, g.view())
}

func (s *Server) updateGroup(v *visit) answer {
	body, refused := s.schemas.update.parse(v.body)
	if refused != nil {
		return s.refusedBody(v, refused)
	}
	if body == (groupBody{}) {
		return fail(http.StatusUnprocessableEntity, "body must change something")
	}
	defer s.enter()()
	g := s.org.byID[v.request.PathValue("group_id")]
	if g == nil {
		return noGroup()
	}
	if !s.org.update(g, body.Name, body.ExternalReferenceID, v.at) {
		return fail(http.StatusConflict, "external_reference_id is already in use")
	}
	return one(http.StatusOK, g.view())
}

func noGroup() answer { return fail(http.StatusNotFound, "group not found") }

// refusedBody answers a body that breaks its schema, and remembers keys that
// no client of this API should send.
func (s *Server) refusedBody(v *visit, refused *refusal) answer {
	if refused.unknownKey {
		defer s.enter()()
		s.violate(v, refused.message())
	}
	if refused.malformed {
		return fail(http.StatusBadRequest, refused.message())
	}
	return fail(http.StatusUnprocessableEntity, refused.message())
}
