package source

import (
	"strings"
	"unicode"
)

// Canonical is the form in which column names are compared. It forgives what
// exports do to headers without meaning anything by it: case, blanks around
// and repeated inside (NBSP too), a byte order mark, a trailing asterisk and a
// trailing remark in parentheses. `Employee ID * (required)` is `employee id`.
// The canonical form of a canonical name is that name.
func Canonical(name string) string {
	for {
		name = strings.TrimFunc(name, isBlank)
		shorter := strings.TrimSuffix(name, "*")
		if open := remark(shorter); open > 0 {
			shorter = shorter[:open]
		}
		if shorter == name {
			break
		}
		name = shorter
	}
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " "))
}

func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

// remark is where the remark in parentheses begins that ends name; -1 where
// there is none.
func remark(name string) int {
	if !strings.HasSuffix(name, ")") {
		return -1
	}
	depth := 0
	for at := len(name) - 1; at >= 0; at-- {
		switch name[at] {
		case ')':
			depth++
		case '(':
			depth--
		}
		if depth == 0 {
			return at
		}
	}
	return -1
}
