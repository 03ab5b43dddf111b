package mapping

import "fmt"

// suggest returns `; did you mean "…"?` for the known name that is a likely
// misspelling away from the one that was written, else "".
func suggest(name string, known []string) string {
	at := nearest(name, known)
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", known[at])
}

// nearest is where the known name stands that differs least from the one that
// was written, in every third letter at most; -1 where none is that close.
func nearest(name string, known []string) int {
	best, least := -1, max(1, len(name)/3)+1
	for i, candidate := range known {
		if d := distance(name, candidate); d < least {
			best, least = i, d
		}
	}
	return best
}

// distance is the number of bytes to insert, delete or replace (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
