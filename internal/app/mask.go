package app

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/rosterd/rosterd/internal/roster"
)

// masked shows what a person's row became, without anybody's data: letters are x
// or X, digits are 9, and no more of either than shows the form. The ids are as they
// are, for they name nobody.
func masked(p *roster.Person) string {
	m := &p.Member
	fields := []struct{ name, value string }{
		{"first_name", m.FirstName},
		{"last_name", m.LastName},
		{"date_of_birth", m.DateOfBirth.String()},
		{"phone", m.Phone},
		{"email", m.Email},
		{"address_line_1", m.Address.Line1},
		{"address_line_2", m.Address.Line2},
		{"city", m.Address.City},
		{"state", m.Address.State},
		{"zipcode", m.Address.ZIP},
	}
	shown := []string{
		"reference_id " + p.ReferenceID,
		"group " + p.Group,
		"plan " + m.PlanID,
	}
	for _, field := range fields {
		if field.value == "" {
			field.value = "(blank)"
		} else {
			field.value = form(field.value)
		}
		shown = append(shown, fmt.Sprintf("%s %s", field.name, field.value))
	}
	return strings.Join(shown, ", ")
}

// longest is how many letters of a word its form has at most: the length of a
// name tells of it.
const longest = 3

// form is what a value looks like: 1 Main St is 9 Xxx Xx.
func form(value string) string {
	var b strings.Builder
	letters := 0
	for _, r := range value {
		switch {
		case unicode.IsDigit(r):
			letters = 0
			r = '9'
		case unicode.IsLetter(r) || unicode.IsMark(r):
			if letters++; letters > longest {
				continue
			}
			if unicode.IsUpper(r) {
				r = 'X'
			} else {
				r = 'x'
			}
		case unicode.IsSpace(r):
			letters, r = 0, ' '
		default:
			letters = 0
			if !strings.ContainsRune("@.-'/,#+", r) {
				r = '?'
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
