package roster

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	maxReason = 200           // how much of a server's free text is kept, in characters
	maxLooked = 8 * maxReason // how much of it is looked at, in bytes
)

// redacted stands where something was taken out.
const redacted = "[…]"

// Redact makes free text of a server fit to be stored and shown. What is left
// are ordinary English words. "[…]" takes the place of every word that
//
//   - holds a number, an at sign or a letter that is not ASCII,
//   - holds a part of a name or an address of the member it is about, in
//     whatever case, and with or without its accents,
//   - begins with a capital and is neither one that the API's messages use nor
//     the opening of a sentence: it may be somebody else's name,
//   - is a month beside a number.
//
// Somebody else's name in small letters, or alone as the first word, would
// stay: nothing tells it from a word.
func Redact(text string, about Member) string {
	words := strings.Fields(strings.Map(visible, strings.ToValidUTF8(beginning(text), " ")))
	parts := partsOf(about)
	kept := make([]string, 0, len(words))
	for i, word := range words {
		hide := !isText(word) || isAbout(word, parts) || isName(words, i) || isDate(words, i)
		switch {
		case !hide:
			kept = append(kept, word)
		case len(kept) == 0 || kept[len(kept)-1] != redacted:
			kept = append(kept, redacted)
		}
	}
	short := []rune(strings.Join(kept, " "))
	return string(short[:min(len(short), maxReason)])
}

// beginning cuts a text that is too long, at a blank: half a name is a name
// that nobody would recognise as one.
func beginning(text string) string {
	if len(text) <= maxLooked {
		return text
	}
	return text[:strings.LastIndexByte(text[:maxLooked], ' ')+1]
}

// visible makes blanks of control characters and drops what has no width, which
// would hide a name from whoever compares letters.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r):
		return ' '
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

// isText reports whether a word has none of the characters that data has and
// messages do not.
func isText(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		return r == '@' || unicode.IsNumber(r) || r >= 0x80 && (unicode.IsLetter(r) || unicode.IsMark(r))
	})
}

// partsOf are the words of the member's values, small, and each value in one.
// Those without an ASCII letter are left out: they are no text anyway.
func partsOf(m Member) [][]rune {
	local, _, _ := strings.Cut(m.Email, "@")
	var parts [][]rune
	for _, value := range []string{m.FirstName, m.LastName, m.Address.Line1, m.Address.Line2, m.Address.City, local} {
		runs := runsOf(strings.ToLower(value))
		for _, part := range append(runs, strings.Join(runs, "")) {
			if strings.Map(ascii, part) != "" {
				parts = append(parts, []rune(part))
			}
		}
	}
	return parts
}

// ascii drops every other character.
func ascii(r rune) rune {
	if r < 0x80 {
		return r
	}
	return -1
}

// runsOf splits a text at everything that is no letter. Accents that are
// characters of their own belong to their letter and are dropped.
func runsOf(text string) []string {
	unmarked := strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return r
	}, text)
	return strings.FieldsFunc(unmarked, func(r rune) bool { return !unicode.IsLetter(r) })
}

// longPart is from how many letters on a part is looked for inside of words, as
// in a user name.
const longPart = 4

// isAbout reports whether a word holds one of the parts.
func isAbout(word string, parts [][]rune) bool {
	for _, text := range runsOf(strings.ToLower(word)) {
		run := []rune(text)
		for _, part := range parts {
			if begins(run, part, true) {
				return true
			}
			for at := range run {
				if len(part) >= longPart && begins(run[at:], part, false) {
					return true
				}
			}
		}
	}
	return false
}

// begins reports whether a run of ASCII letters begins with a part, or is the
// whole of it. Any other letter of the part may be written as two at most: é as
// e, ü as ue, or be missing.
func begins(run, part []rune, whole bool) bool {
	switch {
	case len(part) == 0:
		return !whole || len(run) == 0
	case part[0] < 0x80:
		return len(run) > 0 && run[0] == part[0] && begins(run[1:], part[1:], whole)
	}
	for letters := range min(2, len(run)) + 1 {
		if begins(run[letters:], part[1:], whole) {
			return true
		}
	}
	return false
}

// isName reports whether a word of a sentence begins like a name.
func isName(words []string, i int) bool {
	for _, run := range runsOf(words[i]) {
		if unicode.IsUpper([]rune(run)[0]) && !isExpected(run) && (i > 0 || !opens(words)) {
			return true
		}
	}
	return false
}

// opens reports whether the first word is a plain one that a sentence goes on
// from, as in "Coverage ended".
func opens(words []string) bool {
	first, next := []rune(words[0]), ' '
	if len(words) > 1 {
		next = []rune(words[1])[0]
	}
	return unicode.IsLower(next) && len(first) > 1 && !slices.ContainsFunc(first[1:], func(r rune) bool { return !unicode.IsLower(r) })
}

// isExpected knows the words that messages write with a capital.
func isExpected(word string) bool {
	switch strings.ToLower(word) {
	case "a", "an", "the", "this", "no", "not", "is", "was", "in", "of", "to", "for", "and", "or", "with",
		"vitable", "api", "id", "dob", "zip", "us", "usa", "http", "json",
		"member", "group", "plan", "employer", "organization", "dependent", "coverage", "enrollment", "eligibility", "request",
		"name", "first", "last", "date", "birth", "phone", "number", "email", "address", "line", "city", "state", "code", "zipcode", "reference",
		"invalid", "missing", "required", "unknown", "duplicate", "already", "exists", "found", "failed", "error", "must", "cannot", "could":
		return true
	}
	return false
}

// isDate reports whether a word is a month beside a number.
func isDate(words []string, i int) bool {
	beside := i > 0 && !isText(words[i-1]) || i+1 < len(words) && !isText(words[i+1])
	return beside && slices.ContainsFunc(runsOf(words[i]), isMonth)
}

func isMonth(word string) bool {
	for month := time.January; month <= time.December; month++ {
		if len(word) >= 3 && strings.HasPrefix(strings.ToLower(month.String()), strings.ToLower(word)) {
			return true
		}
	}
	return false
}
