package sandbox

import (
	"fmt"
	"net/http"
	"time"
)

// receipt is the answer to a sync that was accepted.
type receipt struct {
	RequestID  string    `json:"request_id"`
	GroupID    string    `json:"group_id"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// detail is a sync as it stands; both pointers are nil while it is in flight.
type detail struct {
	receipt
	CompletedAt *time.Time `json:"completed_at"`
	Results     *results   `json:"results"`
}

type results struct {
	Added    []string  `json:"added_group_member_ids"`
	Removed  []string  `json:"removed_group_member_ids"`
	Failures []Failure `json:"failures"`
}

// submitSync accepts a roster. Nothing changes until it is due.
func (s *Server) submitSync(v *visit) answer {
	if s.unknownGroup(v) {
		return noGroup()
	}
	body, refused := s.schemas.sync.parse(v.body)
	if refused != nil {
		return s.refusedBody(v, refused)
	}
	if i := firstDuplicate(body.Members); i >= 0 {
		return fail(http.StatusBadRequest, fmt.Sprintf("members[%d].reference_id: is given twice", i))
	}
	defer s.enter()()
	g := s.org.byID[v.request.PathValue("group_id")]
	if g.open > 0 {
		s.violate(v, "sent while another sync of the group is in flight")
	}
	s.checkHomes(v, g, body.Members)
	j := s.org.accept(g, body.Members, v.at, v.fault.Kind == FaultNeverCompletes)
	v.entry.job, v.entry.RequestID = j, j.id
	return one(http.StatusAccepted, j.receipt(v))
}

// unknownGroup checks the group before the payload is read; groups are never
// deleted, so that it holds.
func (s *Server) unknownGroup(v *visit) bool {
	defer s.enter()()
	if s.org.byID[v.request.PathValue("group_id")] != nil {
		return false
	}
	s.violate(v, "sent to a group that does not exist")
	return true
}

// checkHomes looks for people who are sent for g although the last roster of
// another group listed them too: the group that loses somebody comes first.
// Whoever was seeded, or could not be removed, is not the client's doing.
func (s *Server) checkHomes(v *visit, g *group, rows []Member) {
	for i := range rows {
		ref := rows[i].ReferenceID
		home := s.org.home[ref]
		if home == nil || home == g {
			continue
		}
		if m := home.members[ref]; m.sync != 0 && !m.kept {
			s.violate(v, ref+" is still listed by "+home.ext)
		}
	}
}

// getSync shows a sync, finished or not.
func (s *Server) getSync(v *visit) answer {
	defer s.enter()()
	j := s.org.jobs[v.request.PathValue("request_id")]
	if j == nil || j.group.id != v.request.PathValue("group_id") {
		return fail(http.StatusNotFound, "request not found")
	}
	d := detail{receipt: j.receipt(v)}
	if j.state != completed || v.fault.Kind == FaultNeverCompletes {
		return one(http.StatusOK, d)
	}
	at := j.due.UTC()
	d.CompletedAt = &at
	if v.fault.Kind != FaultNoResults {
		d.Results = &results{
			Added:    orEmpty(j.result.addedIDs),
			Removed:  orEmpty(j.result.removedIDs),
			Failures: orEmpty(j.result.failures),
		}
	}
	return one(http.StatusOK, d)
}

func (j *job) receipt(v *visit) receipt {
	id := j.id
	if v.fault.Kind == FaultWrongID {
		id = "grpmsr_another"
	}
	return receipt{RequestID: id, GroupID: j.group.id, AcceptedAt: j.accepted.UTC()}
}

// firstDuplicate is the position of the first row whose reference_id an
// earlier row has, or -1.
func firstDuplicate(rows []Member) int {
	seen := make(map[string]struct{}, len(rows))
	for i := range rows {
		seen[rows[i].ReferenceID] = struct{}{}
		if len(seen) == i {
			return i
		}
	}
	return -1
}
