package main

import (
	"fmt"
	"slices"
	"strings"
)

// census is the invented employer of the demo. Its telephone numbers are of
// the range that is kept for fiction.
type census struct{ people []employee }

type employee struct {
	ref, first, last, dob, phone, department, plan, status, left string
}

func departments() []string { return []string{"Engineering", "Operations", "Sales"} }

// newCensus is everybody on the first day: 20, 24 and 16 people.
func newCensus() census {
	first := []string{"José", "Maya", "Nguyễn", "Ruth", "Omar", "Ines", "Paul", "Keiko", "Lars", "Ana"}
	last := []string{"O'Neil", "Smith-Jones", "Abara", "Garcia", "Lindqvist", "Chen"}
	sizes := []int{20, 24, 16}
	var c census
	for i, department := range departments() {
		for range sizes[i] {
			n := len(c.people)
			c.people = append(c.people, employee{
				ref: fmt.Sprintf("E%d", 1000+n), first: first[n%len(first)], last: last[n%len(last)],
				dob: fmt.Sprintf("%02d/%02d/%d", n%12+1, n%28+1, 1960+n%40), phone: fmt.Sprintf("202-555-01%02d", n%100),
				department: department, plan: []string{"GOLD", "SILVER"}[n%2], status: "Active",
			})
		}
	}
	return c
}

func (c *census) hire(ref, department string) {
	n := len(c.people)
	c.people = append(c.people, employee{
		ref: ref, first: "Robin", last: fmt.Sprintf("Newhire-%c", 'A'+rune(n%26)), dob: fmt.Sprintf("03/%02d/1990", n%28+1),
		phone: fmt.Sprintf("202-555-01%02d", n%100), department: department, plan: "GOLD", status: "Active",
	})
}

func (c *census) terminate(ref string) {
	c.change(ref, func(p *employee) { p.status, p.left = "Terminated", "2026-01-31" })
}

func (c *census) change(ref string, edit func(*employee)) {
	if i := slices.IndexFunc(c.people, func(p employee) bool { return p.ref == ref }); i >= 0 {
		edit(&c.people[i])
	}
}

func (c *census) csv() string {
	var b strings.Builder
	b.WriteString("Employee_ID *,First_Name,Last_Name,DOB,Mobile,Email,Street,City,State,Zip,Plan_Code,Department,Status,Term_Date\n")
	for i, p := range c.people {
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,person%d@example.com,%d Main St,Springfield,Illinois,62701,%s,%s,%s,%s\n",
			p.ref, p.first, p.last, p.dob, p.phone, i, i+1, p.plan, p.department, p.status, p.left)
	}
	return b.String()
}
