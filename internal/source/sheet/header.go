package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// maxColumns is more than any export has; a header with more is none.
const maxColumns = 10_000

// columns returns the names under which the cells of a row are known. A blank
// header cell, which exports leave where a column was deleted, gets a name
// that says where it stands and that nobody maps by accident.
//
// Its faults name columns by position only: the first line of a file without a
// header is somebody's data.
func columns(header []string) ([]string, error) {
	if len(header) > maxColumns {
		return nil, source.Faultf(source.WordHeader, "the header has %d columns, more than %d", len(header), maxColumns)
	}
	names := make([]string, len(header))
	seen := make(map[string]int, len(header))
	for i, cell := range header {
		names[i] = cell
		if source.Canonical(cell) == "" {
			names[i] = fmt.Sprintf("(blank %d)", i+1)
		}
		canonical := source.Canonical(names[i])
		if earlier, twice := seen[canonical]; twice {
			return nil, source.Faultf(source.WordHeader,
				"columns %d and %d have the same name when case, blanks, * and a remark in parentheses are ignored; rename one in the export", earlier+1, i+1)
		}
		seen[canonical] = i
	}
	return names, nil
}

// layout is a digest of the columns and their order, as source.Report wants it.
func layout(names []string) string {
	canonical := make([]string, len(names))
	for i, name := range names {
		canonical[i] = source.Canonical(name)
	}
	sum := sha256.Sum256([]byte(strings.Join(canonical, "\n")))
	return hex.EncodeToString(sum[:8])
}
