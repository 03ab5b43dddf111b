package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/rosterd/rosterd/internal/roster"
)

// Drift tells where the counts of an outcome say that Vitable knew people of a
// group whom the baseline did not: somebody else changed the roster, or the
// database was restored. They cannot be named, for Vitable does not list them.
//
//	| Vitable counted                                   | told as               |
//	| ------------------------------------------------- | --------------------- |
//	| more removals than people of the baseline went    | state_lost of remove  |
//	| fewer adds than people whom the baseline had not  | state_lost of add     |
//
// Neither surprises in a group of which nothing was known: whoever approved its
// first roster had Vitable's list beside it. After a restored copy fewer adds are
// as expected, and removals are told all the same: nobody could see whom the copy
// did not know.
// State and before are what was known before the outcome.
func Drift(state roster.GroupState, before roster.Baseline, effect Effect, outcome roster.Outcome) []roster.Failure {
	if !state.HasBaseline {
		return nil
	}
	var found []roster.Failure
	if more := outcome.Removed - len(effect.Removed); more > 0 {
		found = append(found, roster.Failure{
			Group: state.ExternalReferenceID, Kind: roster.StateLost, Operation: roster.OperationRemove,
			Reason: fmt.Sprintf("Vitable removed %d more than this database knew", more),
		})
	}
	if fewer := effect.fresh(before) - outcome.Added; state.RestoredAfter == 0 && fewer > 0 {
		found = append(found, roster.Failure{
			Group: state.ExternalReferenceID, Kind: roster.StateLost, Operation: roster.OperationAdd,
			Reason: fmt.Sprintf("Vitable covered %d already of those who were added", fewer),
		})
	}
	return found
}

// fresh counts the people who were added and of whom the baseline did not even
// think that they may be there.
func (e *Effect) fresh(before roster.Baseline) int {
	n := 0
	for _, ref := range e.Added {
		_, known := slices.BinarySearchFunc(before.Members, ref, func(m roster.Enrolled, ref string) int {
			return cmp.Compare(m.Member.ReferenceID, ref)
		})
		if !known {
			n++
		}
	}
	return n
}
