package plan

import (
	"cmp"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// Effect is what a completed request did to a group.
type Effect struct {
	After   roster.Baseline
	Added   []string // reference_ids, sorted
	Changed []string
	Removed []string
}

// Apply tells who is subscribed after a completed request.
//
//	| before   | in the payload | failure        | after                               |
//	| -------- | -------------- | -------------- | ----------------------------------- |
//	| any      | yes            | –              | subscribed with the row sent        |
//	| –, maybe | yes            | add            | not subscribed                      |
//	| certain  | yes            | add            | maybe: we and Vitable disagree      |
//	| any      | yes            | another word   | maybe: nobody knows what it means   |
//	| any      | no             | –              | not subscribed                      |
//	| any      | no             | any            | subscribed, with the record before  |
func Apply(before roster.Baseline, entries []roster.Enrolled, outcome roster.Outcome) Effect {
	failed := make(map[string]string, len(outcome.Failures))
	for _, failure := range outcome.Failures {
		failed[failure.ReferenceID] = failure.Operation
	}
	had := make(map[string]*roster.Enrolled, len(before.Members))
	for i := range before.Members {
		had[before.Members[i].Member.ReferenceID] = &before.Members[i]
	}
	var effect Effect
	sent := make(map[string]bool, len(entries))
	for _, entry := range entries {
		ref := entry.Member.ReferenceID
		sent[ref] = true
		was := had[ref]
		operation, refused := failed[ref]
		certain := was != nil && !was.Maybe
		switch {
		case refused && operation == roster.OperationAdd && !certain:
			continue
		case refused:
			entry.Maybe = true
		default:
			entry.Maybe = false
			effect.count(was, &entry)
		}
		if !certain {
			entry.Since = outcome.CompletedAt
		}
		effect.After.Members = append(effect.After.Members, entry)
	}
	for i := range before.Members {
		ref := before.Members[i].Member.ReferenceID
		if sent[ref] {
			continue
		}
		if _, refused := failed[ref]; refused {
			effect.After.Members = append(effect.After.Members, before.Members[i])
			continue
		}
		effect.Removed = append(effect.Removed, ref)
	}
	slices.SortFunc(effect.After.Members, func(a, b roster.Enrolled) int { return cmp.Compare(a.Member.ReferenceID, b.Member.ReferenceID) })
	return effect
}

func (e *Effect) count(was *roster.Enrolled, now *roster.Enrolled) {
	switch {
	case was == nil || was.Maybe:
		e.Added = append(e.Added, now.Member.ReferenceID)
	case was.Member != now.Member:
		e.Changed = append(e.Changed, now.Member.ReferenceID)
	}
}

// RemoteFailures are the failures that an outcome reports, told without
// anybody's data. Removals that failed keep the person subscribed.
func RemoteFailures(group string, before roster.Baseline, entries []roster.Enrolled, outcome roster.Outcome) []roster.Failure {
	if len(outcome.Failures) == 0 {
		return nil
	}
	known := map[string]roster.Enrolled{}
	for _, list := range [][]roster.Enrolled{before.Members, entries} {
		for _, entry := range list {
			known[entry.Member.ReferenceID] = entry
		}
	}
	found := make([]roster.Failure, 0, len(outcome.Failures))
	for _, failure := range outcome.Failures {
		kind := roster.RemoteAdd
		if failure.Operation == roster.OperationRemove {
			kind = roster.RemoteRemove
		}
		entry := known[failure.ReferenceID]
		found = append(found, roster.Failure{
			Group: group, ReferenceID: failure.ReferenceID, Source: entry.Source, Kind: kind,
			Operation: roster.Redact(failure.Operation, entry.Member), Reason: roster.Redact(failure.Reason, entry.Member),
		})
	}
	return found
}
