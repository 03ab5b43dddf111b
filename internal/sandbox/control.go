package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// routeControl is the one table of the control surface.
func (s *Server) routeControl() {
	s.mux.HandleFunc("GET /_sandbox/ledger", shows(func() any { return s.Ledger() }))
	s.mux.HandleFunc("GET /_sandbox/violations", shows(func() any { return s.Violations() }))
	s.mux.HandleFunc("GET /_sandbox/members", shows(func() any { return s.memberLists() }))
	s.mux.HandleFunc("GET /_sandbox/faults", shows(func() any { return s.faultList() }))
	s.mux.HandleFunc("DELETE /_sandbox/ledger", does(func(*http.Request) error { s.Forget(); return nil }))
	s.mux.HandleFunc("PUT /_sandbox/members/{ext}", does(s.putMembers))
	s.mux.HandleFunc("PUT /_sandbox/faults", does(s.putFaults))
	s.mux.HandleFunc("DELETE /_sandbox/faults", does(func(*http.Request) error { s.SetFaults(); return nil }))
	s.mux.HandleFunc("PUT /_sandbox/refusals", does(s.putRefusals))
	s.mux.HandleFunc("DELETE /_sandbox/refusals", does(func(*http.Request) error { s.SetRules(); return nil }))
	s.mux.HandleFunc("PUT /_sandbox/processing", does(s.putProcessing))
	s.mux.HandleFunc("DELETE /_sandbox/processing", does(func(*http.Request) error { s.SetProcessing(nil); return nil }))
	s.mux.HandleFunc("DELETE /_sandbox/syncs/{request_id}", does(s.deleteSync))
	s.mux.HandleFunc("/_sandbox/", does(func(*http.Request) error { return errNotHere }))
}

// shows makes a handler that answers with a value as JSON.
func shows(value func() any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if admitted(w, r) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(value()) // a client that left has nobody to tell
		}
	}
}

// does makes a handler that answers 204 when it is done, 404 for what is not
// here, and 400 for a request that makes no sense.
func does(do func(*http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !admitted(w, r) {
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		switch err := do(r); {
		case err == nil:
			w.WriteHeader(http.StatusNoContent)
		case errors.Is(err, errNotHere):
			http.Error(w, err.Error(), http.StatusNotFound)
		default:
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}
}

// errNotHere is about a thing that the sandbox does not have.
var errNotHere = errors.New("not found")

// admitted turns away whoever does not come from this machine.
func admitted(w http.ResponseWriter, r *http.Request) bool {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	addr, err := netip.ParseAddr(host)
	if err == nil && addr.Unmap().IsLoopback() {
		return true
	}
	http.Error(w, "control is for loopback only", http.StatusForbidden)
	return false
}

func (s *Server) memberLists() map[string][]string {
	defer s.enter()()
	lists := map[string][]string{}
	for _, g := range s.org.groups {
		lists[g.ext] = g.references()
	}
	return lists
}

func (s *Server) faultList() []Fault {
	defer s.enter()()
	faults := make([]Fault, len(s.faults))
	for i, f := range s.faults {
		faults[i] = f.Fault
	}
	return faults
}

// putMembers takes the body of a sync, and its rules.
func (s *Server) putMembers(r *http.Request) error {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	body, refused := s.schemas.sync.parse(data)
	if refused != nil {
		return fmt.Errorf("read members: %s", refused.message())
	}
	s.Seed(r.PathValue("ext"), body.Members...)
	return nil
}

func (s *Server) putFaults(r *http.Request) error {
	var faults []Fault
	if err := decode(r, &faults); err != nil {
		return fmt.Errorf("read faults: %w", err)
	}
	for i, f := range faults {
		if err := f.Validate(); err != nil {
			return fmt.Errorf("check fault %d: %w", i, err)
		}
	}
	s.SetFaults(faults...)
	return nil
}

func (s *Server) putRefusals(r *http.Request) error {
	var rules []Rule
	if err := decode(r, &rules); err != nil {
		return fmt.Errorf("read refusals: %w", err)
	}
	s.SetRules(rules...)
	return nil
}

func (s *Server) putProcessing(r *http.Request) error {
	var body struct {
		Duration string `json:"duration"`
	}
	if err := decode(r, &body); err != nil {
		return fmt.Errorf("read processing: %w", err)
	}
	took, err := time.ParseDuration(body.Duration)
	if err != nil || took < 0 {
		return errors.New("read processing: duration must be a length of time such as 2s")
	}
	s.SetProcessing(func(int) time.Duration { return took })
	return nil
}

func (s *Server) deleteSync(r *http.Request) error {
	if !s.WriteOff(r.PathValue("request_id")) {
		return errNotHere
	}
	return nil
}

// decode reads one JSON value without unknown keys.
func decode(r *http.Request, into any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}
