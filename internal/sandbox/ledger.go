package sandbox

import (
	"slices"
	"time"
)

// Entry is one request, whether it was answered or not.
type Entry struct {
	Number    int       `json:"number"` // from 1, in the order of arrival
	At        time.Time `json:"at"`     // arrival
	Method    string    `json:"method"`
	Call      Call      `json:"call"`            // "" where no call has this method and path
	Group     string    `json:"group,omitempty"` // external_reference_id, where the request is about one group
	Status    int       `json:"status"`          // as sent; 0: no answer, or not yet
	Fault     Kind      `json:"fault,omitempty"` // the fault that befell the request
	RequestID string    `json:"request_id,omitempty"`
	Sync      *Sync     `json:"sync,omitempty"` // for a submit_sync that was accepted
}

// Sync is what became of one accepted payload. People are reference_ids.
type Sync struct {
	Members     []string   `json:"members"`      // in the order of the payload
	ProcessedAt *time.Time `json:"processed_at"` // nil while it is in flight
	Added       []string   `json:"added"`
	Removed     []string   `json:"removed"`
	Failures    []Failure  `json:"failures"`
}

// ledger is the append-only record of what the client did.
type ledger struct {
	entries    []*record
	violations []string
}

type record struct {
	Entry
	job *job // for a sync that was accepted
}

// append opens the entry of a request.
func (l *ledger) append(e Entry) *record {
	e.Number = len(l.entries) + 1
	r := &record{Entry: e}
	l.entries = append(l.entries, r)
	return r
}

// snapshot copies the entries, each sync with its outcome so far.
func (l *ledger) snapshot() []Entry {
	entries := make([]Entry, len(l.entries))
	for i, r := range l.entries {
		entries[i] = r.Entry
		if r.job != nil {
			entries[i].Sync = r.job.snapshot()
		}
	}
	return entries
}

func (j *job) snapshot() *Sync {
	s := &Sync{
		Members:  slices.Clone(j.refs),
		Added:    orEmpty(slices.Clone(j.result.added)),
		Removed:  orEmpty(slices.Clone(j.result.removed)),
		Failures: orEmpty(slices.Clone(j.result.failures)),
	}
	if j.state == completed {
		at := j.due
		s.ProcessedAt = &at
	}
	return s
}

// orEmpty keeps null out of JSON arrays.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
