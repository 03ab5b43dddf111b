package mem

import (
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// layout lists the columns in their order, as source.Report wants it.
func layout(names []string) string {
	canonical := make([]string, len(names))
	for i, name := range names {
		canonical[i] = source.Canonical(name)
	}
	return strings.Join(canonical, "\n")
}
