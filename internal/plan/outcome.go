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
	before.Members, entries = sorted(before.Members), sorted(entries)
	effect := Effect{After: roster.Baseline{Members: make([]roster.Enrolled, 0, len(entries))}}
	rest := before.Members
	for _, entry := range entries {
		ref := entry.Member.ReferenceID
		rest = effect.leave(rest, ref, failed)
		var was *roster.Enrolled
		if len(rest) > 0 && rest[0].Member.ReferenceID == ref {
			was, rest = &rest[0], rest[1:]
		}
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
	effect.leave(rest, "", failed)
	return effect
}

// sorted is all by reference_id; all itself where it is.
func sorted(all []roster.Enrolled) []roster.Enrolled {
	for i := 1; i < len(all); i++ {
		if all[i].Member.ReferenceID < all[i-1].Member.ReferenceID {
			return slices.SortedFunc(slices.Values(all), func(a, b roster.Enrolled) int {
				return cmp.Compare(a.Member.ReferenceID, b.Member.ReferenceID)
			})
		}
	}
	return all
}

// leave takes the people up to ref, who were not in the payload, or all where
// ref is "", and returns the others. Those whom Vitable did not remove stay.
func (e *Effect) leave(rest []roster.Enrolled, ref string, failed map[string]string) []roster.Enrolled {
	for len(rest) > 0 && (ref == "" || rest[0].Member.ReferenceID < ref) {
		gone := &rest[0].Member
		if _, refused := failed[gone.ReferenceID]; refused {
			e.After.Members = append(e.After.Members, rest[0])
		} else {
			e.Removed = append(e.Removed, gone.ReferenceID)
		}
		rest = rest[1:]
	}
	return rest
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
