package vitable_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

func TestReadOnlyReads(t *testing.T) {
	server := inTurn(
		page(plans(1, 1), 1, 100, 1, 1),
		page(`[{"id":"grp_1","name":"Tier 1","external_reference_id":"seg_1"}]`, 1, 100, 1, 1),
		group1,
		`{"data":{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z","completed_at":null,"results":null}}`,
	)
	client := newClient(t, server).ReadOnly()
	gotPlans, err1 := client.Plans(t.Context())
	gotGroups, err2 := client.Groups(t.Context())
	gotGroup, err3 := client.Group(t.Context(), "grp_1")
	_, err4 := client.Outcome(t.Context(), "grp_1", "grpmsr_1")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	group := roster.Group{ID: "grp_1", Name: "Tier 1", ExternalReferenceID: "seg_1"}
	if diff := cmp.Diff([]any{[]roster.Plan{{ID: "pln_1", Name: "Plan 1"}}, []roster.Group{group}, group}, []any{gotPlans, gotGroups, gotGroup}); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

func TestReadOnlySendsNoWrites(t *testing.T) {
	server := always(202, receipt1)
	client := newClient(t, server).ReadOnly()
	_, err1 := client.CreateGroup(t.Context(), "Tier 1", "seg_1")
	_, err2 := client.RenameGroup(t.Context(), "grp_1", "Tier 1")
	_, err3 := client.Submit(t.Context(), "grp_1", nil)
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, vitable.ErrReadOnly) || fate(t, err) != roster.FateRefused {
			t.Errorf("error %v, want ErrReadOnly", err)
		}
	}
	if n := len(server.requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}
