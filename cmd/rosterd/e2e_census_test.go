package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/canary"
)

// row is one line of an export.
type row struct {
	ref, first, last, dob, phone, plan, group, status, hire, left string
}

const censusHeader = "employee_id,first_name,last_name,dob,mobile,work_email,street,city,state,zip,plan_code,department,status,hire_date,term_date\n"

func (r row) csv() string {
	return strings.Join([]string{
		r.ref, r.first, r.last, r.dob, r.phone, strings.ToLower(r.ref) + "@" + canary.MailHost, canary.Street, canary.City, "IL", canary.ZIP,
		r.plan, r.group, r.status, r.hire, r.left,
	}, ",") + "\n"
}

// newRow is a valid row of somebody who is covered.
func newRow(ref, group string) row {
	n := 0
	for _, c := range ref {
		n = n*31 + int(c)
	}
	return row{
		ref: ref, first: canary.GivenName, last: canary.FamilyName + "-" + letters(ref), dob: canary.BirthDate,
		phone: fmt.Sprintf("202-555-%04d", 100+n%100), plan: "GOLD", group: group, status: "active", hire: "2020-01-01",
	}
}

// letters spells a reference_id with letters only, for a name.
func letters(ref string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return 'a' + (r - '0')
		}
		return r
	}, ref)
}

// writeCensus writes an export. Each spec is one of
//
//	sales:S1-S30          these people, in this group
//	S4!terminated         status terminated, dated in the past
//	S4!leaves=DATE        status active, with that termination date
//	S4!hired=DATE         another hire date
//	S4!status=WORD        another status
//	S4!nophone            no phone number
//	S4!plan=CODE          another plan
//	S4!group=NAME         another group
//	S4!gone               no row
//	S4!renamed            another last name
//	S4!as=S9              the name and birth date of S9
//	S4!twice              a second row that says the same
//	S4!conflict           a second row that says something else
//	S4!noref              a row without reference_id
func writeCensus(file string, specs []string) error {
	var rows []row
	for _, spec := range specs {
		if group, refs, ok := strings.Cut(spec, ":"); ok {
			for _, ref := range expand(refs) {
				rows = append(rows, newRow(ref, group))
			}
			continue
		}
		ref, edit, _ := strings.Cut(spec, "!")
		var err error
		if rows, err = edited(rows, ref, edit); err != nil {
			return err
		}
	}
	text := censusHeader
	for _, r := range rows {
		text += r.csv()
	}
	return os.WriteFile(file, []byte(text), 0o600)
}

func edited(rows []row, ref, edit string) ([]row, error) {
	var all []row
	found := false
	for _, r := range rows {
		if r.ref != ref {
			all = append(all, r)
			continue
		}
		found = true
		word, value, _ := strings.Cut(edit, "=")
		again := r
		switch word {
		case "terminated":
			r.status, r.left = "terminated", "2024-03-31"
		case "leaves":
			r.left = value
		case "hired":
			r.hire = value
		case "status":
			r.status = value
		case "nophone":
			r.phone = ""
		case "plan":
			r.plan = value
		case "group":
			r.group = value
		case "renamed":
			r.last = canary.FamilyName + "-Renamed"
		case "as":
			other := newRow(value, r.group)
			r.first, r.last, r.dob = other.first, other.last, other.dob
		case "noref":
			r.ref = ""
		case "gone":
			continue
		case "twice":
			all = append(all, again)
		case "conflict":
			again.last = canary.FamilyName + "-Other"
			all = append(all, again)
		default:
			return nil, fmt.Errorf("unknown edit %q", edit)
		}
		all = append(all, r)
	}
	if !found {
		return nil, fmt.Errorf("no %q to edit", ref)
	}
	return all, nil
}

// expand lists S1-S4,T7 as S1 S2 S3 S4 T7.
func expand(refs string) []string {
	var all []string
	for _, part := range strings.Split(refs, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			all = append(all, part)
			continue
		}
		prefix := strings.TrimRight(from, "0123456789")
		first, _ := strconv.Atoi(strings.TrimPrefix(from, prefix))
		last, _ := strconv.Atoi(strings.TrimPrefix(to, prefix))
		for n := first; n <= last; n++ {
			all = append(all, prefix+strconv.Itoa(n))
		}
	}
	return all
}
