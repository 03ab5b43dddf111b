package sourcetest

import (
	"fmt"

	"github.com/rosterd/rosterd/internal/canary"
)

// people returns n rows with all that text may hold: letters of other
// languages, separators, quotes, line breaks and blank cells. Line breaks are
// \n, since formats may rewrite \r\n.
func people(n int) Rows {
	rows := Rows{Columns: []string{"Employee ID", "First Name", "Last Name", "Note", "Status"}}
	for i := range n {
		rows.Records = append(rows.Records, []string{
			fmt.Sprintf("canary-%05d", i),
			canary.GivenName + []string{" Żaneta", " \"Bo\"", ", Marie", " O'Neil", " 智子"}[i%5],
			canary.FamilyName + []string{"", "\nGarcía", ";Jones", "\tTab", " Nguyễn"}[i%5],
			[]string{"", "  kept blanks  ", "#no comment", "0012", "=1+1"}[i%5],
			[]string{"active", "leave", "terminated"}[i%3],
		})
	}
	return rows
}

// reversed returns the rows with their columns in the opposite order.
func reversed(rows Rows) Rows {
	turned := Rows{Columns: backwards(rows.Columns)}
	for _, record := range rows.Records {
		turned.Records = append(turned.Records, backwards(record))
	}
	return turned
}

func backwards(values []string) []string {
	turned := make([]string, 0, len(values))
	for i := len(values) - 1; i >= 0; i-- {
		turned = append(turned, values[i])
	}
	return turned
}
