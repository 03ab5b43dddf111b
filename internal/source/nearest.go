package source

import "strings"

// Nearest is where the known name stands that somebody probably meant: it
// differs least from the one that was written, whatever their case, and in at
// most every third letter. -1 where none is that close.
func Nearest(name string, known []string) int {
	best, fewest := -1, max(1, len(name)/3)+1
	for i, candidate := range known {
		if d := edits([]rune(strings.ToLower(name)), []rune(strings.ToLower(candidate))); d < fewest {
			best, fewest = i, d
		}
	}
	return best
}

// edits counts the insertions, deletions and substitutions between two words
// (Levenshtein).
func edits(from, to []rune) int {
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j := range to {
			substitute := diagonal
			if from[i] != to[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
