package sandbox

import (
	"slices"
	"strings"
	"time"
)

// job is one accepted sync.
type job struct {
	id       string
	group    *group
	number   int      // counts accepted syncs, from 1
	refs     []string // the reference_ids of the payload, in its order
	rows     []Member // the payload; nil once it took effect
	accepted time.Time
	due      time.Time
	state    jobState
	result   result
}

// jobState is where a sync stands.
type jobState int

const (
	inFlight   jobState = iota
	completed           // it took effect
	writtenOff          // it never will
)

// result is what a completed sync did.
type result struct {
	added, removed       []string // reference_ids
	addedIDs, removedIDs []string // ids of memberships
	failures             []Failure
}

// Failure is one person whom a sync could not add or remove.
type Failure struct {
	ReferenceID string `json:"reference_id"`
	Operation   string `json:"operation"`
	Reason      string `json:"reason"`
}

// accept takes a payload. It completes after its processing time, but never
// before an earlier sync of the same group, and never at all where stuck.
func (o *org) accept(g *group, rows []Member, now time.Time, stuck bool) *job {
	j := &job{
		id: o.id("grpmsr"), group: g, number: len(o.jobs) + 1,
		refs: references(rows), rows: rows, accepted: now, due: now.Add(o.took(len(rows))),
	}
	o.jobs[j.id] = j
	g.open++
	if stuck {
		return j
	}
	if j.due.Before(g.last) {
		j.due = g.last
	}
	g.last = j.due
	// Behind those that are due at the same instant: they were accepted earlier.
	at, _ := slices.BinarySearchFunc(o.queue, j.due, func(q *job, due time.Time) int {
		if q.due.After(due) {
			return 1
		}
		return -1
	})
	o.queue = slices.Insert(o.queue, at, j)
	return j
}

// references copies the reference_ids out of the rows into one string of their
// own, so that what remembers them does not keep the payload in memory.
func references(rows []Member) []string {
	var all strings.Builder
	for i := range rows {
		all.WriteString(rows[i].ReferenceID)
	}
	rest, refs := all.String(), make([]string, len(rows))
	for i := range rows {
		n := len(rows[i].ReferenceID)
		refs[i], rest = rest[:n], rest[n:]
	}
	return refs
}

// advance lets every sync that is due by now take effect.
func (o *org) advance(now time.Time) {
	due := 0
	for due < len(o.queue) && !o.queue[due].due.After(now) {
		o.apply(o.queue[due])
		due++
	}
	o.queue = slices.Delete(o.queue, 0, due)
}

// apply makes the payload the roster of its group.
func (o *org) apply(j *job) {
	for i := range j.rows {
		o.applyRow(j, &j.rows[i])
	}
	var left []string
	for ref, s := range j.group.members {
		if s.sync != j.number {
			left = append(left, ref)
		}
	}
	slices.Sort(left)
	for _, ref := range left {
		o.applyRemoval(j, ref, j.group.members[ref])
	}
	j.rows, j.state = nil, completed
	j.group.open--
}

// applyRow adds or updates one person of the payload.
func (o *org) applyRow(j *job, row *Member) {
	ref := row.ReferenceID
	s := j.group.members[ref]
	if s == nil {
		if reason := o.whyNotAdded(j.group, row); reason != "" {
			j.fail(ref, opAdd, reason)
			return
		}
		s = o.subscribe(j.group, *row, j.due)
		j.result.added = append(j.result.added, ref)
		j.result.addedIDs = append(j.result.addedIDs, s.id)
	} else if rule, refused := o.refused(ref, opUpdate); refused && s.row != *row {
		j.fail(ref, opUpdate, rule.Reason)
	} else {
		s.row = *row // the subscription keeps its plan
	}
	s.sync, s.kept = j.number, false
}

func (o *org) whyNotAdded(g *group, row *Member) string {
	if rule, refused := o.refused(row.ReferenceID, opAdd); refused {
		return rule.Reason
	}
	if !o.offers[row.PlanID] {
		return "Invalid plan_id"
	}
	if home := o.home[row.ReferenceID]; home != nil && home != g {
		return "Member belongs to another group"
	}
	return ""
}

// applyRemoval ends the subscription of one person whom the payload left out.
func (o *org) applyRemoval(j *job, ref string, s *subscription) {
	if rule, refused := o.refused(ref, opRemove); refused {
		s.kept = true
		j.fail(ref, opRemove, rule.Reason)
		return
	}
	o.unsubscribe(j.group, ref)
	j.result.removed = append(j.result.removed, ref)
	j.result.removedIDs = append(j.result.removedIDs, s.id)
}

func (j *job) fail(ref, operation, reason string) {
	j.result.failures = append(j.result.failures, Failure{ref, operation, reason})
}

// writeOff ends a sync that is in flight without effect, as the vendor's
// support might. It reports whether there was one.
func (o *org) writeOff(id string) bool {
	j := o.jobs[id]
	if j == nil || j.state != inFlight {
		return false
	}
	j.rows, j.state = nil, writtenOff
	j.group.open--
	o.queue = slices.DeleteFunc(o.queue, func(q *job) bool { return q == j })
	return true
}
