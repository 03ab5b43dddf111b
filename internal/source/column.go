package source

import (
	"strings"
	"unicode"
)

// Canonical is the form in which column names are compared. It forgives what
// exports do to headers without meaning anything by it: case, blanks around
// and repeated inside (NBSP too), a byte order mark, a trailing asterisk and a
// trailing remark in parentheses. `Employee ID * (required)` is `employee id`.
func Canonical(name string) string {
	name = strings.TrimPrefix(name, "\ufeff")
	for {
		name = strings.TrimFunc(name, unicode.IsSpace)
		shorter := strings.TrimSuffix(name, "*")
		if open := strings.LastIndexByte(shorter, '('); open > 0 && strings.HasSuffix(shorter, ")") {
			shorter = shorter[:open]
		}
		if shorter == name {
			break
		}
		name = shorter
	}
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " "))
}
