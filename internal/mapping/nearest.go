package mapping

import (
	"fmt"

	"github.com/rosterd/rosterd/internal/source"
)

// suggest returns `; did you mean "…"?` for the known name that is a likely
// misspelling away from the one that was written, else "".
func suggest(name string, known []string) string {
	at := source.Nearest(name, known)
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", known[at])
}
