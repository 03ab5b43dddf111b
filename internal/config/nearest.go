package config

import (
	"strings"
	"unicode"

	"github.com/rosterd/rosterd/internal/source"
)

// nearest returns the known word that somebody probably meant, or "" when none
// is close.
func nearest(word string, known []string) string {
	if at := source.Nearest(word, known); at >= 0 {
		return known[at]
	}
	return ""
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
