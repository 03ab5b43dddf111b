package reconcile_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

func TestVerdict(t *testing.T) {
	only := func(concerns ...roster.Concern) map[roster.Concern]bool {
		chosen := map[roster.Concern]bool{}
		for _, c := range concerns {
			chosen[c] = true
		}
		return chosen
	}
	invalid, held := []roster.Kind{roster.InvalidRow}, []roster.Kind{roster.RemovalsHeld}
	tests := []struct {
		name    string
		facts   reconcile.Facts
		outcome roster.RunOutcome
		code    int
	}{
		{"nothing", reconcile.Facts{}, roster.RunDone, 0},
		{"open failures", reconcile.Facts{Failures: invalid}, roster.RunFailures, 3},
		{"held", reconcile.Facts{Held: true, Failures: held}, roster.RunHeld, 4},
		{"a source failed", reconcile.Facts{Source: true, Held: true, Failures: invalid}, roster.RunSourceFailed, 5},
		{"vitable away", reconcile.Facts{API: true, Source: true, Held: true, Failures: invalid}, roster.RunAPI, 8},
		{"stopped", reconcile.Facts{Interrupted: true, API: true, Source: true, Held: true, Failures: invalid}, roster.RunInterrupted, 1},

		{"nothing counts", reconcile.Facts{API: true, Source: true, Held: true, Failures: invalid, FailOn: only()}, roster.RunAPI, 0},
		{"stopped counts always", reconcile.Facts{Interrupted: true, FailOn: only()}, roster.RunInterrupted, 1},
		{"the gravest does not count", reconcile.Facts{API: true, Source: true, FailOn: only(roster.ConcernSource)}, roster.RunAPI, 5},
		{"only failures count", reconcile.Facts{Source: true, Held: true, Failures: invalid, FailOn: only(roster.ConcernFailures)}, roster.RunSourceFailed, 3},
		{"only holds count", reconcile.Facts{Source: true, Held: true, Failures: held, FailOn: only(roster.ConcernHeld)}, roster.RunSourceFailed, 4},
		{"a failure about a hold is no plain failure", reconcile.Facts{Failures: held, FailOn: only(roster.ConcernFailures)}, roster.RunFailures, 0},
		{"a failure about a hold, holds count", reconcile.Facts{Failures: held, FailOn: only(roster.ConcernHeld)}, roster.RunFailures, 3},
		{"one of two failures counts", reconcile.Facts{Failures: append(held, invalid...), FailOn: only(roster.ConcernFailures)}, roster.RunFailures, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			outcome, code := reconcile.Verdict(test.facts)
			if outcome != test.outcome || code != test.code {
				t.Errorf("Verdict = %s, %d; want %s, %d", outcome, code, test.outcome, test.code)
			}
		})
	}
}

// Whatever happened: everything that counts shows in the code, the outcome does
// not depend on what counts, and only a run without any of it is done.
func TestVerdictOfEveryCombination(t *testing.T) {
	bit := func(n, i int) bool { return n>>i&1 == 1 }
	for n := range 1 << 9 {
		facts := reconcile.Facts{Interrupted: bit(n, 0), API: bit(n, 1), Source: bit(n, 2), Held: bit(n, 3)}
		if bit(n, 4) {
			facts.Failures = []roster.Kind{roster.Duplicate}
		}
		all, _ := reconcile.Verdict(facts)
		concerns := []roster.Concern{roster.ConcernAPI, roster.ConcernSource, roster.ConcernHeld, roster.ConcernFailures}
		happened := []bool{facts.API, facts.Source, facts.Held, len(facts.Failures) > 0}
		facts.FailOn = map[roster.Concern]bool{}
		counts := facts.Interrupted
		for i, concern := range concerns {
			facts.FailOn[concern] = bit(n, 5+i)
			counts = counts || happened[i] && bit(n, 5+i)
		}
		outcome, code := reconcile.Verdict(facts)
		if outcome != all {
			t.Errorf("%+v: outcome %s, and %s when everything counts", facts, outcome, all)
		}
		if (code != 0) != counts {
			t.Errorf("%+v: exit code %d", facts, code)
		}
		if (outcome == roster.RunDone) != (n&31 == 0) {
			t.Errorf("%+v: outcome %s", facts, outcome)
		}
	}
}
