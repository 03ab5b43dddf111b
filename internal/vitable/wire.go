package vitable

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/roster"
)

// The types below are the documented shapes, in the reference's words. Fields
// that rosterd has no use for are left out; unknown ones are ignored.

type wirePlan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// key is the id, or "" for a plan that lacks a required field.
func (p wirePlan) key() string {
	if p.Name == "" {
		return ""
	}
	return p.ID
}

type wireGroup struct {
	ID                  string `json:"id"`
	Name                string `json:"name"`
	ExternalReferenceID string `json:"external_reference_id"`
}

// key is the id, or "" for a group that lacks a required field.
func (g wireGroup) key() string {
	if g.Name == "" || g.ExternalReferenceID == "" {
		return ""
	}
	return g.ID
}

func (g wireGroup) noun() roster.Group {
	return roster.Group{ID: g.ID, ExternalReferenceID: g.ExternalReferenceID, Name: g.Name}
}

type wireGroupCreate struct {
	Name                string `json:"name"`
	ExternalReferenceID string `json:"external_reference_id"`
}

type wireGroupRename struct {
	Name string `json:"name"`
}

type wireReceipt struct {
	RequestID  string    `json:"request_id"`
	GroupID    string    `json:"group_id"`
	AcceptedAt time.Time `json:"accepted_at"`
}

type wireSync struct {
	wireReceipt
	CompletedAt time.Time    `json:"completed_at"` // zero: null or missing
	Results     *wireResults `json:"results"`
}

type wireResults struct {
	Added    *[]string      `json:"added_group_member_ids"`
	Removed  *[]string      `json:"removed_group_member_ids"`
	Failures *[]wireFailure `json:"failures"`
}

type wireFailure struct {
	ReferenceID string `json:"reference_id"`
	Operation   string `json:"operation"`
	Reason      string `json:"reason"`
}

// outcome checks that the request is either in flight, with neither a time nor
// results, or completed, with both and every part of them.
func (s wireSync) outcome() (roster.Outcome, error) {
	switch {
	case s.CompletedAt.IsZero() && s.Results == nil:
		return roster.Outcome{}, nil
	case s.CompletedAt.IsZero() || s.Results == nil:
		return roster.Outcome{}, protocol("a request with completed_at or results, but not both")
	case s.Results.Added == nil || s.Results.Removed == nil || s.Results.Failures == nil:
		return roster.Outcome{}, protocol("results with a part missing")
	}
	outcome := roster.Outcome{
		Done: true, CompletedAt: s.CompletedAt,
		Added: len(*s.Results.Added), Removed: len(*s.Results.Removed),
	}
	for _, failure := range *s.Results.Failures {
		if failure.ReferenceID == "" || failure.Operation == "" {
			return roster.Outcome{}, protocol("a failure without reference_id or operation")
		}
		outcome.Failures = append(outcome.Failures, roster.MemberFailure(failure))
	}
	return outcome, nil
}

// one takes the resource out of its envelope.
func one[T any](answer []byte) (resource T, err error) {
	var envelope struct {
		Data *T `json:"data"`
	}
	if err := decode(answer, &envelope); err != nil {
		return resource, err
	}
	if envelope.Data == nil {
		return resource, protocol("no data in it")
	}
	return *envelope.Data, nil
}

// decode reads exactly one JSON value. The error of the decoder stays out: it
// may quote the value.
func decode(answer []byte, into any) error {
	if !utf8.Valid(answer) || json.Unmarshal(answer, into) != nil {
		return protocol("not JSON of the documented shape")
	}
	return nil
}
