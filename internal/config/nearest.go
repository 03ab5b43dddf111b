package config

import (
	"strings"
	"unicode"
)

// nearest returns the known word that somebody probably meant, or "" when none
// is close: at most a third of the letters may differ, and at least one.
func nearest(word string, known []string) string {
	best, fewest := "", max(1, len(word)/3)+1
	for _, candidate := range known {
		if d := edits(strings.ToLower(word), strings.ToLower(candidate)); d < fewest {
			best, fewest = candidate, d
		}
	}
	return best
}

// edits counts the insertions, deletions and substitutions between two words.
func edits(a, b string) int {
	from, to := []rune(a), []rune(b)
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

// suggest is the tail of a message about an unknown word: the one that was
// probably meant, or else all that there are.
func suggest(word string, known []string) string {
	if meant := nearest(word, known); meant != "" {
		return "did you mean " + meant + "?"
	}
	return "known here: " + strings.Join(known, ", ")
}

// maxKey is longer than any key, column or code that somebody would write.
const maxKey = 128

// isKey reports whether a key can be one, and so may appear in messages. What is
// longer or holds control characters is perhaps a value that slipped to the left.
func isKey(word string) bool {
	return strings.TrimSpace(word) != "" && len(word) <= maxKey && !strings.ContainsFunc(word, unicode.IsControl)
}
