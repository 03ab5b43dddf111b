package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// header is the columns of a pull by their canonical names.
type header struct {
	canonical []string
}

// find returns where a column stands. The detail says what is wrong with a name
// that is none, or several.
func (h header) find(name columnName) (at int, detail string) {
	wanted, names := source.Canonical(name.written), h.canonical
	if !name.quoted {
		names = h.identifiers()
	}
	at = slices.Index(names, wanted)
	switch {
	case at < 0:
		return at, fmt.Sprintf("%q%s", name.written, place(source.Nearest(wanted, names)))
	case slices.Contains(names[at+1:], wanted):
		return at, fmt.Sprintf(`%q, which could be several after row. (write row["column name"])`, name.written)
	}
	return at, ""
}

// place points at a column by its position only: a file without a header shows
// somebody's data where names are expected.
func place(at int) string {
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("; is it column %d?", at+1)
}

// identifiers are the names that can be written after `row.` in an expression.
func (h header) identifiers() []string {
	names := make([]string, len(h.canonical))
	for i, canonical := range h.canonical {
		names[i] = identifier(canonical)
	}
	return names
}

// identifier makes a canonical name one of CEL's: everything but letters,
// digits and underscores becomes an underscore, and a digit in front gets one.
func identifier(canonical string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, canonical)
	if name != "" && name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}
