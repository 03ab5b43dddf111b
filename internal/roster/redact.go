package roster

import (
	"strings"
	"unicode"
)

// maxReason is how much of a server's free text is kept.
const maxReason = 200

// Redact makes free text of a server fit to be stored and shown: whatever in it
// could be a person's data is replaced by "[…]". That is every value of the
// member it is about, every word with an at sign, and every word with four
// digits or more; control characters become blanks.
func Redact(text string, about Member) string {
	for _, value := range []string{
		about.Address.Line1, about.Address.Line2, about.Address.City, about.Address.ZIP,
		about.Email, about.Phone, about.FirstName, about.LastName, about.DateOfBirth.String(),
	} {
		text = replaceFold(text, value)
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words {
		digits := 0
		for _, r := range word {
			if unicode.IsDigit(r) {
				digits++
			}
		}
		if digits >= 4 || strings.ContainsRune(word, '@') {
			words[i] = redacted
		}
	}
	short := []rune(strings.ToValidUTF8(strings.Join(words, " "), ""))
	return string(short[:min(len(short), maxReason)])
}

const redacted = "[…]"

// replaceFold replaces value wherever it stands as a word of its own, whatever
// its case. One-letter values are left: they tell nothing.
func replaceFold(text, value string) string {
	if len(value) < 2 {
		return text
	}
	lower, needle := strings.ToLower(text), strings.ToLower(value)
	if len(lower) != len(text) { // case folding moved bytes: positions would lie
		text = lower
	}
	var out strings.Builder
	for {
		at := strings.Index(lower, needle)
		if at < 0 {
			break
		}
		end := at + len(needle)
		if boundary(lower[:at], true) && boundary(lower[end:], false) {
			out.WriteString(text[:at])
			out.WriteString(redacted)
		} else {
			out.WriteString(text[:end])
		}
		text, lower = text[end:], lower[end:]
	}
	out.WriteString(text)
	return out.String()
}

func boundary(side string, last bool) bool {
	runes := []rune(side)
	if len(runes) == 0 {
		return true
	}
	r := runes[0]
	if last {
		r = runes[len(runes)-1]
	}
	return !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
