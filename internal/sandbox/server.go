package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Server is the sandbox: the API under /v1/ and the control surface under
// /_sandbox/. It is safe for concurrent use, and everything that a request
// changes is visible in its methods before the request is answered.
type Server struct {
	mux       *http.ServeMux
	schemas   schemas
	key       string
	oldErrors bool
	now       func() time.Time

	mu     sync.Mutex
	org    *org
	ledger ledger
	faults []*armed
}

// New returns a sandbox. It panics where a fault is not valid or two groups
// share an external_reference_id: the options are written by programmers.
func New(opts Options) *Server {
	s := &Server{
		mux:       http.NewServeMux(),
		schemas:   newSchemas(),
		key:       opts.Key,
		oldErrors: opts.OldErrors,
		now:       opts.Now,
		org:       newOrg(opts.Plans),
		faults:    armAll(opts.Faults),
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.SetProcessing(opts.Processing)
	s.SetRules(opts.Rules...)
	for _, g := range opts.Groups {
		if s.org.byExt[g.ExternalReferenceID] != nil {
			panic(fmt.Sprintf("sandbox: two groups %q", g.ExternalReferenceID))
		}
		s.org.create(g.Name, g.ExternalReferenceID, s.now())
		s.Seed(g.ExternalReferenceID, g.Members...)
	}
	s.routeAPI()
	s.routeControl()
	return s
}

// routeAPI is the one table of the API.
func (s *Server) routeAPI() {
	s.mux.HandleFunc("GET /v1/plans", s.call(ListPlans, s.listPlans))
	s.mux.HandleFunc("GET /v1/groups", s.call(ListGroups, s.listGroups))
	s.mux.HandleFunc("POST /v1/groups", s.call(CreateGroup, s.createGroup))
	s.mux.HandleFunc("GET /v1/groups/{group_id}", s.call(GetGroup, s.getGroup))
	s.mux.HandleFunc("PATCH /v1/groups/{group_id}", s.call(UpdateGroup, s.updateGroup))
	s.mux.HandleFunc("POST /v1/groups/{group_id}/members/sync", s.call(SubmitSync, s.submitSync))
	s.mux.HandleFunc("GET /v1/groups/{group_id}/members/sync/{request_id}", s.call(GetSync, s.getSync))
	s.mux.HandleFunc("/", s.call("", s.nowhere))
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.Contains(r.URL.Path, "//") {
		// An id that is empty. The mux would redirect it to another call.
		s.call("", s.nowhere)(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}
