package sandbox

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// maxBody is far beyond any roster; more is a mistake.
const maxBody = 256 << 20

// visit is one request on its way through the server.
type visit struct {
	request *http.Request
	body    []byte
	at      time.Time // arrival
	entry   *record   // its line in the ledger; written under the lock only
	fault   Fault     // what befalls it; the zero Fault is nothing
}

// call makes the handler of one call: the request is recorded, meets its
// fault, is processed by do, and answered. do takes the lock itself.
func (s *Server) call(call Call, do func(*visit) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		// The body is read before anything else: only then does the server notice
		// that a client left, which ends a hang.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		v := s.arrive(call, r)
		v.body = body
		switch {
		case v.fault.intercepts():
			s.intercept(w, v)
		case err != nil:
			s.send(w, v, fail(http.StatusBadRequest, "body is too large or incomplete"))
		case !s.authorised(r):
			s.send(w, v, fail(http.StatusUnauthorized, "API key is missing or invalid"))
		case !isJSON(r):
			s.send(w, v, fail(http.StatusBadRequest, "content type must be application/json"))
		default:
			s.send(w, v, do(v))
		}
	}
}

// arrive opens the entry of a request and chooses its fault.
func (s *Server) arrive(call Call, r *http.Request) *visit {
	defer s.enter()()
	v := &visit{request: r, at: s.now()}
	ext := ""
	if g := s.org.byID[r.PathValue("group_id")]; g != nil {
		ext = g.ext
	}
	if call != "" {
		v.fault = choose(s.faults, call, ext)
	}
	v.entry = s.ledger.append(Entry{
		At: v.at, Method: r.Method, Call: call, Group: ext, Fault: v.fault.Kind,
		RequestID: r.PathValue("request_id"),
	})
	return v
}

func (s *Server) authorised(r *http.Request) bool {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return bearer && key != "" && (s.key == "" || key == s.key)
}

// nowhere answers what no call has the method and path of. A write that went
// astray, such as a sync of a group whose id is empty, is remembered.
func (s *Server) nowhere(v *visit) answer {
	if v.request.Method != http.MethodGet {
		defer s.enter()()
		s.violate(v, "sent to a path that does not exist")
	}
	return fail(http.StatusNotFound, "no such resource")
}

// isJSON reports whether a request that has a body says that it is JSON.
func isJSON(r *http.Request) bool {
	if r.Method != http.MethodPost && r.Method != http.MethodPatch {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/json"
}

// violate remembers something dangerous that the client did; the lock is held.
func (s *Server) violate(v *visit, what string) {
	where := string(v.entry.Call)
	if where == "" {
		where = v.entry.Method
	}
	if v.entry.Group != "" {
		where += " " + v.entry.Group
	}
	s.ledger.violations = append(s.ledger.violations, fmt.Sprintf("request %d, %s: %s", v.entry.Number, where, what))
}
