package plan_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/plan"
	"github.com/rosterd/rosterd/internal/roster"
)

func TestDrift(t *testing.T) {
	people := func(refs ...string) (all []roster.Enrolled) {
		for _, ref := range refs {
			all = append(all, roster.Enrolled{Member: roster.Member{ReferenceID: ref}})
		}
		return all
	}
	maybe := func(ref string) roster.Enrolled {
		return roster.Enrolled{Member: roster.Member{ReferenceID: ref}, Maybe: true}
	}
	known := roster.GroupState{ExternalReferenceID: "g", HasBaseline: true}
	unknown := roster.GroupState{ExternalReferenceID: "g"}
	restored := roster.GroupState{ExternalReferenceID: "g", HasBaseline: true, RestoredAfter: 7}
	tests := []struct {
		name    string
		state   roster.GroupState
		before  []roster.Enrolled
		sent    []roster.Enrolled
		outcome roster.Outcome
		want    []roster.Severity
	}{
		{"as planned", known, people("A", "B"), people("A", "C"), roster.Outcome{Added: 1, Removed: 1}, nil},
		{"one more was removed", known, people("A", "B"), people("A"), roster.Outcome{Removed: 2}, []roster.Severity{roster.Critical}},
		{"one less was removed", known, people("A", "B"), people("A"), roster.Outcome{}, nil},
		{"an add was there", known, people("A"), people("A", "B", "C"), roster.Outcome{Added: 1}, []roster.Severity{roster.Warning}},
		{"an add was refused", known, people("A"), people("A", "B", "C"), roster.Outcome{
			Added: 1, Failures: []roster.MemberFailure{{ReferenceID: "C", Operation: "add"}},
		}, nil},
		{"a removal was refused, and another one made", known, people("A", "B"), people("A"), roster.Outcome{
			Removed: 1, Failures: []roster.MemberFailure{{ReferenceID: "B", Operation: "remove"}},
		}, []roster.Severity{roster.Critical}},
		{"more were added", known, people("A"), people("A"), roster.Outcome{Added: 1}, nil},
		{"who may have been there was there", known, append(people("A"), maybe("B")), people("A", "B"), roster.Outcome{}, nil},
		{"who may have been there was removed", known, append(people("A"), maybe("B")), people("A"), roster.Outcome{Removed: 1}, nil},
		{"the first roster finds its people", unknown, nil, people("A"), roster.Outcome{}, nil},
		{"the first roster finds others", unknown, nil, people("A"), roster.Outcome{Added: 1, Removed: 1}, nil},
		{"a restored database finds who came since", restored, people("A"), people("A", "B"), roster.Outcome{}, nil},
		{"a restored database removes who came since", restored, people("A"), people("A"), roster.Outcome{Removed: 1}, []roster.Severity{roster.Critical}},
		{"both", known, people("A"), people("B"), roster.Outcome{Removed: 2}, []roster.Severity{roster.Critical, roster.Warning}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := roster.Baseline{Members: test.before}
			var got []roster.Severity
			for _, failure := range plan.Drift(test.state, before, plan.Apply(before, test.sent, test.outcome), test.outcome) {
				if failure.Kind != roster.StateLost || failure.Group != "g" {
					t.Errorf("told as %s of group %q", failure.Kind, failure.Group)
				}
				got = append(got, failure.Severity())
			}
			same(t, "severities", test.want, got)
		})
	}
}
