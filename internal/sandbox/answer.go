package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// answer is what the API says to one request.
type answer struct {
	status int
	body   any // what becomes JSON, unless problem is set
	// problem is the text of an error; it never holds a value of the request.
	problem string
}

func fail(status int, problem string) answer { return answer{status: status, problem: problem} }

// one wraps a resource as the API does.
func one(status int, resource any) answer {
	return answer{status: status, body: map[string]any{"data": resource}}
}

// newerError and olderError are the two shapes of an error that the vendor's
// documents show.
type newerError struct {
	Timestamp time.Time `json:"timestamp"`
	Message   string    `json:"message"`
	Error     string    `json:"error"`
	Code      string    `json:"app_error_code"`
	TraceID   string    `json:"trace_id"`
}

type olderError struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// encode renders the answer to the visit.
func (s *Server) encode(v *visit, a answer) []byte {
	body := a.body
	switch {
	case a.problem == "":
	case s.oldErrors || v.fault.Kind == FaultOldError:
		var older olderError
		older.Error.Code, older.Error.Message = code(a.status), a.problem
		body = older
	default:
		body = newerError{
			Timestamp: v.at.UTC(), Message: a.problem, Error: a.problem, Code: code(a.status),
			TraceID: "trc_" + strconv.Itoa(v.entry.Number),
		}
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		panic(err) // the bodies are plain structs of this package
	}
	return encoded
}

// code names a status in words of the vendor's kind.
func code(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "bad_request"
	case http.StatusUnauthorized:
		return "unauthorized"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "not_found"
	case http.StatusConflict:
		return "conflict"
	case http.StatusUnprocessableEntity:
		return "validation_error"
	case http.StatusTooManyRequests:
		return "rate_limited"
	default:
		return "error"
	}
}
