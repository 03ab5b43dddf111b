package csv_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/sheet"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

func kin(c *csv.Config) { c.Sheet.Relationship.Column = "relation" }

func TestDependentsArePassedOver(t *testing.T) {
	both := func(c *csv.Config) {
		kin(c)
		c.Sheet.Trailer = sheet.Trailer{Prefix: "END", CountColumn: 2}
	}
	for _, test := range []struct {
		name   string
		text   string
		change func(*csv.Config)
		want   [][]string
	}{
		{"among employees", "id,Relation\n1,Self\n1,Spouse\n1, CHILD \n2,Employee\n", kin, [][]string{{"1", "Self"}, {"2", "Employee"}}},
		{"before their employee", "id,relation\n1,child\n1,self\n", kin, [][]string{{"1", "self"}}},
		{"in words of one's own", "id,relation\n1,EMP\n1,KID\n", func(c *csv.Config) {
			kin(c)
			c.Sheet.Relationship.Employees, c.Sheet.Relationship.Dependents = []string{"emp"}, []string{"kid"}
		}, [][]string{{"1", "EMP"}}},
		{"counted by the trailer", "id,relation\n1,self\n1,child\nEND,2\n", both, [][]string{{"1", "self"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, report, err := pull(t, test.text, test.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if report.Expected >= 0 && report.Expected != report.Seen {
				t.Errorf("expected %d, seen %d", report.Expected, report.Seen)
			}
		})
	}
}

func TestKinThatNobodyKnows(t *testing.T) {
	for _, test := range []struct {
		name, text string
		change     func(*csv.Config)
		word       string
		detail     string
	}{
		{"another word", "id,relation\n1,self\n2,Testbird\n", kin, source.WordFormat, "line 3: relationship.column says neither"},
		{"no word", "id,relation\n1,\n", kin, source.WordFormat, "line 2"},
		{"no such column", "id,name\n1,self\n", kin, source.WordColumn, "relation"},
		{"dependents that nobody told of", "id,Relationship\n1,self\n", nil, source.WordHeader, "column 2 is called relationship"},
		{"the same, to the employee", "id,Relationship To Employee (code)\n1,self\n", nil, source.WordHeader, "dependents"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := pull(t, test.text, test.change)
			wantFault(t, err, test.word, test.detail)
		})
	}
}

// TestKinThatTheMappingReads is for the mapping to make sense of.
func TestKinThatTheMappingReads(t *testing.T) {
	config := settings(write(t, canary.Input(t), "census.csv", "id,Relationship\n1,self\n", yesterday()))
	opened, err := config.Open(source.Opening{Columns: []string{"id", "relationship"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened.Pull(t.Context(), new(sourcetest.Recorder)); err != nil {
		t.Errorf("got %v", err)
	}
}
