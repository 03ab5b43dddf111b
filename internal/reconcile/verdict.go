package reconcile

import "github.com/rosterd/rosterd/internal/roster"

// Facts are what a verdict depends on.
type Facts struct {
	Interrupted bool                    // told to stop before it was through
	API         bool                    // something could not be sent because Vitable could not be reached or refused the key
	Source      bool                    // a source failed or is stale
	Held        bool                    // something waits for a person
	Failures    []roster.Kind           // of the open failures
	FailOn      map[roster.Concern]bool // nil: everything
}

// Verdict says in one word how a run ended, and its exit code.
//
//	| the run                       | outcome         | code |
//	| ----------------------------- | --------------- | ---- |
//	| was stopped                   | interrupted     | 1    |
//	| could not reach Vitable       | api_unavailable | 8    |
//	| had a failed source           | source_failed   | 5    |
//	| holds something               | held            | 4    |
//	| has open failures             | failures        | 3    |
//	| else                          | done            | 0    |
//
// The first row that applies wins. FailOn leaves rows out of the exit code,
// never out of the outcome.
func Verdict(f Facts) (outcome roster.RunOutcome, code int) {
	counts := func(c roster.Concern) bool { return f.FailOn == nil || f.FailOn[c] }
	rows := []struct {
		applies bool
		outcome roster.RunOutcome
		code    int
		counts  bool
	}{
		{f.Interrupted, roster.RunInterrupted, 1, true},
		{f.API, roster.RunAPI, 8, counts(roster.ConcernAPI)},
		{f.Source, roster.RunSourceFailed, 5, counts(roster.ConcernSource)},
		{f.Held, roster.RunHeld, 4, counts(roster.ConcernHeld)},
		{len(f.Failures) > 0, roster.RunFailures, 3, countsAny(f.Failures, counts)},
	}
	outcome = roster.RunDone
	for _, row := range rows {
		if !row.applies {
			continue
		}
		if outcome == roster.RunDone {
			outcome = row.outcome
		}
		if row.counts {
			return outcome, row.code
		}
	}
	return outcome, 0
}

func countsAny(kinds []roster.Kind, counts func(roster.Concern) bool) bool {
	for _, kind := range kinds {
		if counts(kind.Concern()) {
			return true
		}
	}
	return false
}
