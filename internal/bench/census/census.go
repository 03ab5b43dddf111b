// Package census invents employers: any number of people, in any number of
// groups, the same ones every time. It writes them as the CSV export that the
// benchmark feeds to everybody it compares.
//
// Nobody in it exists. Telephone numbers are of the range that is kept for
// fiction (555-01xx), so they have far fewer exchanges than a real census.
package census

import (
	"bufio"
	"fmt"
	"io"
)

// Census describes an employer.
type Census struct {
	People int
	Groups int // people are spread over them evenly, one after the other
	// Moved is how many of a thousand people live elsewhere than they did when
	// it was 0: what changes between one export and the next.
	Moved int
}

// Columns are those of the export.
func Columns() string {
	return "employee_id,first_name,last_name,dob,mobile,email,street,street2,city,state,zip,plan_code,department,status,term_date"
}

// Group is the name of a department, which is its external_reference_id too.
func Group(n int) string { return fmt.Sprintf("dept-%04d", n) }

// Plans are the ids of the plans that people have.
func Plans() []string { return []string{"pln_gold", "pln_silver", "pln_bronze"} }

// Write writes the export.
func (c Census) Write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	fmt.Fprintln(out, Columns())
	words := newWords()
	for n := range c.People {
		c.row(out, words, n)
	}
	return out.Flush()
}

// row writes one person. The bits of a number that n is mixed into choose every
// part of them.
func (c Census) row(out io.Writer, w words, n int) {
	bits := mix(uint64(n))
	pick := func(among int) int {
		chosen := bits % uint64(among)
		bits = mix(bits)
		return int(chosen)
	}
	first, last := w.first[pick(len(w.first))], w.last[pick(len(w.last))]
	home := w.homes[pick(len(w.homes))]
	area := w.areas[pick(len(w.areas))]
	month, day, year := pick(12)+1, pick(28)+1, 1950+pick(55)
	phone := fmt.Sprintf("(%d) 555-01%02d", area, pick(100))
	unit := ""
	if pick(4) == 0 {
		unit = fmt.Sprintf("Apt %d", pick(900)+1)
	}
	email := ""
	if pick(10) > 0 {
		email = fmt.Sprintf("employee%d@example.com", n)
	}
	house, street := pick(9900)+1, w.streets[pick(len(w.streets))]
	if pick(1000) < c.Moved {
		house += 10_000
	}
	fmt.Fprintf(out, "%d,%s,%s,%02d/%02d/%d,%s,%s,%d %s,%s,%s,%s,%s,active,\n",
		1_000_000+n, first, last, month, day, year, phone, email, house, street, unit,
		home, Plans()[pick(len(Plans()))], Group(n%c.Groups))
}

// mix is the finaliser of splitmix64: numbers in a row become unlike each other.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
