package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// Where ?limit= is not given, a list has everything that is open and so many rows of
// what is past.
const (
	defaultLimit = 100
	maxLimit     = 10_000
)

func (s *site) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.Ready(r.Context()); err != nil {
		s.Log.Warn("not ready", zap.Error(err))
		fail(w, http.StatusServiceUnavailable, "not ready; the log says why")
		return
	}
	write(w, http.StatusOK, map[string]string{"status": "ready"})
}

func (s *site) status(w http.ResponseWriter, r *http.Request) {
	status, err := view.StatusOf(r.Context(), s.Store)
	s.answer(w, status, err)
}

func (s *site) groups(w http.ResponseWriter, r *http.Request) {
	groups, err := s.Store.Groups(r.Context())
	s.answer(w, view.OfGroups(groups), err)
}

func (s *site) runs(w http.ResponseWriter, r *http.Request) {
	rows, _ := limit(r)
	runs, err := s.Store.Runs(r.Context(), rows)
	s.answer(w, view.OfRuns(runs), err)
}

func (s *site) failures(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	filter := store.Filter{All: q.Get("all") == "true", Group: q.Get("group"), ReferenceID: q.Get("reference_id"), Kind: roster.Kind(q.Get("kind"))}
	rows, asked := limit(r)
	if asked {
		filter.Limit = rows
	} else {
		filter.Resolved = rows
	}
	failures, err := s.Store.Failures(r.Context(), filter)
	s.answer(w, view.OfFailures(failures), err)
}

func (s *site) holds(w http.ResponseWriter, r *http.Request) {
	rows, asked := limit(r)
	holds, err := s.Store.Holds(r.Context(), rows)
	if asked {
		holds = holds[:min(rows, len(holds))]
	}
	s.answer(w, view.OfHolds(holds), err)
}

func (s *site) person(w http.ResponseWriter, r *http.Request) {
	story, err := view.Explain(r.Context(), s.Store, r.PathValue("ref"))
	s.answer(w, story, err)
}

func (s *site) startRun(w http.ResponseWriter, _ *http.Request) {
	s.Trigger()
	write(w, http.StatusAccepted, map[string]string{"status": "requested"})
}

// Decision is the body of an approval or a rejection.
type Decision struct {
	Digest string `json:"digest"` // of the set that the person saw
	By     string `json:"by"`
	Reason string `json:"reason"`
}

func howToDecide() string {
	return fmt.Sprintf("send {digest, by, reason} as JSON; none may be empty or longer than %d bytes", store.MaxWord)
}

type decider func(context.Context, store.Verdict) (roster.Hold, error)

func (s *site) decide(decide decider) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d, ok := readDecision(r.Body)
		if !ok {
			fail(w, http.StatusBadRequest, howToDecide())
			return
		}
		now := s.Now()
		hold, err := decide(r.Context(), store.Verdict{
			HoldID: r.PathValue("id"), Digest: d.Digest, By: d.By, Why: d.Reason, At: now, ExpiresAt: now.Add(s.ApprovalTTL),
		})
		s.answer(w, view.OfHold(hold), err)
	}
}

// readDecision reads one complete Decision and nothing else.
func readDecision(from io.Reader) (d Decision, ok bool) {
	body := json.NewDecoder(from)
	body.DisallowUnknownFields()
	if body.Decode(&d) != nil {
		return d, false
	}
	_, err := body.Token()
	return d, errors.Is(err, io.EOF)
}

func (s *site) acknowledge(w http.ResponseWriter, r *http.Request) {
	err := s.Store.Acknowledge(r.Context(), r.PathValue("id"))
	s.answer(w, map[string]string{"status": "acknowledged"}, err)
}

// answer writes a value, or says which kind of error there was: the text of an
// error is for the log.
func (s *site) answer(w http.ResponseWriter, value any, err error) {
	switch {
	case err == nil:
		write(w, http.StatusOK, value)
	case errors.Is(err, store.ErrWord):
		fail(w, http.StatusBadRequest, howToDecide())
	case errors.Is(err, store.ErrNotFound):
		fail(w, http.StatusNotFound, "there is no such thing")
	case errors.Is(err, store.ErrStale):
		fail(w, http.StatusConflict, "it has changed since you looked; look again")
	default:
		s.Log.Error("request failed", zap.Error(err))
		fail(w, http.StatusInternalServerError, "internal error; the log says which")
	}
}

// limit is how many rows a list shall have, and whether the request asks for so many.
func limit(r *http.Request) (rows int, asked bool) {
	n, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || n < 1 {
		return defaultLimit, false
	}
	return min(n, maxLimit), true
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client went away when this fails; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(value)
}

func fail(w http.ResponseWriter, status int, message string) {
	write(w, status, map[string]string{"error": message})
}
