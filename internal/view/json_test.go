package view_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/view"
)

// keys lists what a value has as JSON: every path to something that is no
// object, lists by their first element. A list says what it is even when it is
// empty.
func keys(t *testing.T, value any) []string {
	t.Helper()
	found := map[string]bool{}
	walk("", decoded(t, value), found)
	return slices.Sorted(maps.Keys(found))
}

func decoded(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func walk(path string, value any, found map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			walk(strings.TrimPrefix(path+"."+key, "."), inner, found)
		}
	case []any:
		for _, inner := range v {
			walk(path+"[]", inner, found)
		}
		if len(v) == 0 {
			found[path+"[]"] = true
		}
	default:
		found[path] = true
	}
}

// of makes paths out of a list of names.
func of(prefix, names string) []string {
	all := strings.Fields(names)
	for i := range all {
		all[i] = prefix + all[i]
	}
	return all
}

// contract joins lists of paths.
func contract(lists ...[]string) []string {
	return slices.Sorted(slices.Values(slices.Concat(lists...)))
}

func wantKeys(t *testing.T, value any, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, keys(t, value)); diff != "" {
		t.Errorf("keys (-contract +got):\n%s", diff)
	}
}

// noon in New York, so that a time that is not shown in UTC is seen.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("EST", -5*60*60)) }

func TestPlanHasTheKeysOfTheContract(t *testing.T) {
	group := of("groups[].", "external_reference_id group_id decision reason digest baseline payload")
	lists := of("groups[].", "adds[] changes[] removals[].reference_id removals[].class carried[].reference_id carried[].why left_out[].reference_id left_out[].kind")
	hold := of("groups[].hold.", "id digest reason")
	sources := of("sources[].", "name state records reason")
	full := reconcile.Proposal{
		Sources: []roster.SourceResult{{Name: "hq"}},
		Plan: plan.Plan{ConfigHash: "c", Groups: []plan.Group{{
			Adds: []string{"E1"}, Changes: []string{"E2"}, Removals: []roster.Removal{{ReferenceID: "E3"}}, Carried: []plan.Carried{{ReferenceID: "E4"}},
			LeftOut: []plan.LeftOut{{ReferenceID: "E5"}}, Hold: &roster.Hold{ID: "h1"},
		}}},
	}
	wantKeys(t, view.OfPlan(full), contract([]string{"config_hash"}, sources, group, lists, hold))

	bare := reconcile.Proposal{Plan: plan.Plan{Groups: []plan.Group{{}}}}
	empty := of("groups[].", "adds[] changes[] removals[] carried[] left_out[] hold")
	wantKeys(t, view.OfPlan(bare), contract([]string{"config_hash", "sources[]"}, group, empty))
	wantKeys(t, view.OfPlan(reconcile.Proposal{}), []string{"config_hash", "groups[]", "sources[]"})
}

func TestPlanSaysWhatWasPlanned(t *testing.T) {
	shown := view.OfPlan(reconcile.Proposal{Plan: plan.Plan{Groups: []plan.Group{{
		ExternalReferenceID: "north", Decision: roster.Held, Reason: roster.ReasonGroupLimit, Baseline: 4,
		Payload: 3, Hold: &roster.Hold{ID: "h1", Digest: "d1", Reason: roster.ReasonGroupLimit},
	}}}}).Groups[0]
	if shown.Baseline != 4 || shown.Payload != 3 || shown.Decision != roster.Held || *shown.Hold != (view.PlannedHold{ID: "h1", Digest: "d1", Reason: roster.ReasonGroupLimit}) {
		t.Errorf("shown as %+v", shown)
	}
}

func TestRunHasTheKeysOfTheContract(t *testing.T) {
	promised := of("", "run_id outcome exit_code added removed changed carried failures_open holds_open")
	groups := of("groups.", "submitted skipped held blocked failed")
	sources := of("sources[].", "name state records reason")
	wantKeys(t, view.OfRun(roster.Run{EndedAt: noon(), Sources: []roster.SourceResult{{}}}), contract(promised, groups, sources))
	wantKeys(t, view.OfRun(roster.Run{}), contract(promised, groups, []string{"sources[]"}))
	wantKeys(t, view.OfRuns(nil), []string{"[]"})
}

func TestFailuresHaveTheKeysOfTheContract(t *testing.T) {
	promised := of("[].", "id kind severity group reference_id operation reason guidance first_seen last_seen count state")
	shown := view.OfFailures([]roster.Failure{{Kind: roster.InvalidRow, FirstSeen: noon()}})
	wantKeys(t, shown, contract(promised))
	wantKeys(t, view.OfFailures(nil), []string{"[]"})
	if shown[0].Severity != roster.InvalidRow.Severity() || shown[0].Guidance != roster.InvalidRow.Guidance() {
		t.Errorf("shown with %q and %q", shown[0].Severity, shown[0].Guidance)
	}
}

func TestHoldsHaveTheKeysOfTheContract(t *testing.T) {
	promised := of("[].", "id digest group reason created_at state approved_by expires_at")
	wantKeys(t, view.OfHolds([]roster.Hold{{Removals: []roster.Removal{{ReferenceID: "E1"}}}}),
		contract(promised, of("[].removals[].", "reference_id class")))
	wantKeys(t, view.OfHolds([]roster.Hold{{}}), contract(promised, []string{"[].removals[]"}))
	wantKeys(t, view.OfHolds(nil), []string{"[]"})
}

// approved_by names who approved, and nobody who rejected, whatever became of the
// hold afterwards.
func TestHoldSaysWhoApproved(t *testing.T) {
	for _, test := range []struct {
		name  string
		state roster.HoldState
		by    string
		until time.Time
		want  bool
	}{
		{"open", roster.HoldOpen, "", time.Time{}, false},
		{"approved", roster.HoldApproved, "Pat", noon(), true},
		{"used", roster.HoldUsed, "Pat", noon(), true},
		{"lapsed", roster.HoldExpired, "Pat", noon(), true},
		{"approved and superseded", roster.HoldSuperseded, "Pat", noon(), true},
		{"rejected", roster.HoldRejected, "Pat", time.Time{}, false},
		{"rejected and superseded", roster.HoldSuperseded, "Pat", time.Time{}, false},
		{"superseded undecided", roster.HoldSuperseded, "", time.Time{}, false},
		{"rejected when its roster was under way", roster.HoldUsed, "Pat", time.Time{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := view.OfHold(roster.Hold{State: test.state, DecidedBy: test.by, ExpiresAt: test.until}).ApprovedBy
			if (got != nil) != test.want || got != nil && *got != test.by {
				t.Errorf("approved_by is %v", got)
			}
		})
	}
}

func TestGroupsAreShown(t *testing.T) {
	want := contract(of("[].", "external_reference_id group_id name members has_baseline last_sync last_sync_failures absent"))
	wantKeys(t, view.OfGroups([]roster.GroupState{{}}), want)
	wantKeys(t, view.OfGroups(nil), []string{"[]"})
}

// Whatever zone a time has, it is shown in UTC; a time that never was is null.
func TestTimesAreShownInUTC(t *testing.T) {
	text, err := json.Marshal([]any{view.OfPastRun(roster.Run{StartedAt: noon()}), view.OfHold(roster.Hold{CreatedAt: noon(), ExpiresAt: noon()})})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"started_at":"2026-03-01T17:00:00Z"`, `"ended_at":null`, `"created_at":"2026-03-01T17:00:00Z"`, `"expires_at":"2026-03-01T17:00:00Z"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}
