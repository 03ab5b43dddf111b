package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/mapping"
)

func TestColumnsAreThoseThatTheMappingReads(t *testing.T) {
	cfg := mapping.Config{
		Fields: map[string]mapping.Field{
			"reference_id": {Column: "id"}, "first_name": {Column: "name.first"}, "last_name": {Column: "name.last"},
			"date_of_birth": {Column: "born", Format: "MM/DD/YYYY"}, "phone": {CEL: `row["phones.mobile"] != "" ? row["phones.mobile"] : row.phone`},
			"address_line_1": {Column: "home.street"}, "city": {Column: "home.city"}, "state": {Column: "home.state"}, "zipcode": {Column: "home.zip"},
			"plan": {Value: "pln_gold"}, "group": {Column: "Department"}, "status": {Column: "state of work"},
		},
		Include:    mapping.Rule{Values: map[string][]string{"status": {"active"}, "kind": {"employee"}, "DEPARTMENT *": {"Sales"}}},
		Terminated: mapping.Rule{CEL: `row.left == "true"`},
	}
	m, err := mapping.New("hq", cfg, mapping.Eligibility{TimeZone: "UTC"}, mapping.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Department", "born", "home.city", "home.state", "home.street", "home.zip", "id", "kind", "left", "name.first", "name.last", "phone", "phones.mobile", "state of work",
	}
	if diff := cmp.Diff(want, m.Columns()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}
