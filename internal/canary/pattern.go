package canary

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
)

// pattern is a word in one of the forms in which it may be told.
type pattern struct {
	text  string // lower case, unless exact
	exact bool   // upper and lower case differ, as they do in base64
	what  string // what was found, without the word
}

// starts reports whether text starts with the pattern.
func (p pattern) starts(text []byte) bool {
	if len(text) < len(p.text) {
		return false
	}
	for i := range len(p.text) {
		if c := text[i]; c != p.text[i] && (p.exact || lower(c) != p.text[i]) {
			return false
		}
	}
	return true
}

// table holds patterns by their first two bytes in lower case, so that one pass
// over a text looks for all of them.
type table struct {
	at    [1 << 16]uint16 // where in lists; 0 for nowhere
	lists [][]pattern
}

// patterns are the words of all canary people, compiled.
var patterns = compile(words())

func compile(all []word) *table {
	t := &table{lists: make([][]pattern, 1)}
	for _, w := range all {
		for _, p := range forms(w) {
			key := pair(p.text[0], p.text[1])
			if t.at[key] == 0 {
				t.at[key] = uint16(len(t.lists))
				t.lists = append(t.lists, nil)
			}
			t.lists[t.at[key]] = append(t.lists[t.at[key]], p)
		}
	}
	return t
}

// forms are the ways in which encoders write a word.
func forms(w word) []pattern {
	text := strings.ToLower(w.text)
	all := []pattern{
		{text, false, w.what},
		{strings.Join(strings.Split(text, ""), "\x00"), false, w.what + " in UTF-16"}, // of either byte order
	}
	add := func(form, text string) {
		all = append(all, pattern{text, form == "base64", w.what + " in " + form})
	}
	if escaped := strings.ToLower(url.QueryEscape(text)); escaped != text {
		add("a URL", escaped)
		add("a URL", strings.ReplaceAll(escaped, "+", "%20"))
	}
	if escaped := strings.ReplaceAll(text, "/", `\/`); escaped != text {
		add("JSON", escaped)
	}
	for _, spelled := range []string{w.text, text, strings.ToUpper(w.text)} {
		add("JSON escapes", escapes(spelled, `\u%04x`))
		add("escapes", escapes(spelled, `\x%02x`))
		add("hex", hex.EncodeToString([]byte(spelled)))
		add("bytes", strings.Trim(fmt.Sprintf("%d", []byte(spelled)), "[]"))
		for shift := range 3 {
			add("base64", shifted(spelled, base64.RawStdEncoding, shift))
			add("base64", shifted(spelled, base64.RawURLEncoding, shift))
		}
	}
	return all
}

// escapes writes every byte of text in one format.
func escapes(text, format string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, format, text[i])
	}
	return b.String()
}

// shifted is the part of text in base64 that does not depend on what stands
// around it, where so many bytes of a group of three stand before it.
func shifted(text string, encoding *base64.Encoding, shift int) string {
	encoded := encoding.EncodeToString([]byte("###"[:shift] + text))
	return encoded[(shift*8+5)/6 : (shift+len(text))*8/6]
}

// in calls found for what stands in text, once for each sort.
func (t *table) in(text []byte, found func(what string)) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(text); i++ {
		for _, p := range t.lists[t.at[pair(text[i], text[i+1])]] {
			if !seen[p.what] && p.starts(text[i:]) {
				seen[p.what] = true
				found(p.what)
			}
		}
	}
}

func pair(a, b byte) int { return int(lower(a))<<8 | int(lower(b)) }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
