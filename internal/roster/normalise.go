package roster

import (
	"strings"
	"unicode"
)

// Clean removes what exports put around a cell without meaning anything by it:
// white space of any kind (NBSP too), zero-width characters, byte order marks.
func Clean(cell string) string {
	if cell == "" || plain(cell[0]) && plain(cell[len(cell)-1]) {
		return cell
	}
	return strings.TrimFunc(cell, invisible)
}

// CollapseSpace makes every run of white space one blank, as in names and
// addresses that were typed over two lines, and removes it from both ends.
func CollapseSpace(text string) string {
	blank := true // so that a leading blank counts as one too many
	for _, r := range text {
		if r == ' ' && blank || r != ' ' && unicode.IsSpace(r) {
			return strings.Join(strings.Fields(text), " ")
		}
		blank = r == ' '
	}
	return strings.TrimSuffix(text, " ")
}

// plain reports a byte that is a whole, visible ASCII character.
func plain(b byte) bool { return b > ' ' && b < 0x7f }

// invisible reports white space and the characters that are drawn as nothing.
func invisible(r rune) bool {
	switch r {
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r)
}
