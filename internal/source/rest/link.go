package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// nextLink is the address of the next page by the header Link, "" for none. known is
// whether the answer has such a header at all. One that cannot be understood could
// name a page that is then never read, so it is a fault.
func nextLink(header http.Header) (address string, known bool, err error) {
	for _, line := range header.Values("Link") {
		known = true
		links, ok := parseLinks(line)
		if !ok {
			return "", true, source.Faultf(source.WordFormat, "an answer has a header Link that is none by RFC 8288")
		}
		for _, l := range links {
			switch {
			case !slices.ContainsFunc(l.relations, func(r string) bool { return strings.EqualFold(r, "next") }):
				continue
			case l.target == "" || address != "" && l.target != address:
				return "", true, source.Faultf(source.WordFormat, "an answer has a header Link that names no next page, or several")
			}
			address = l.target
		}
	}
	return address, known, nil
}

// link is one link of a header.
type link struct {
	target    string
	relations []string
}

// parseLinks reads a header as RFC 8288, 3 has it, and with quotes of either kind.
func parseLinks(line string) (all []link, ok bool) {
	for {
		line = strings.TrimLeft(line, " \t,")
		if line == "" {
			return all, true
		}
		var one link
		if line, ok = strings.CutPrefix(line, "<"); !ok {
			return nil, false
		}
		if one.target, line, ok = strings.Cut(line, ">"); !ok {
			return nil, false
		}
		if one.relations, line, ok = parameters(line); !ok {
			return nil, false
		}
		all = append(all, one)
	}
}

// parameters reads what stands behind a link's address, up to the next link. Of
// several rel the first one counts.
func parameters(line string) (relations []string, rest string, ok bool) {
	for found := false; ; {
		line = strings.TrimLeft(line, " \t")
		if line == "" || line[0] == ',' {
			return relations, line, true
		}
		if line[0] != ';' {
			return nil, "", false
		}
		line = strings.TrimLeft(line[1:], " \t")
		end := endOf(line, "=;, \t")
		name, value := line[:end], ""
		line = strings.TrimLeft(line[end:], " \t")
		if behind, has := strings.CutPrefix(line, "="); has {
			if value, line, ok = unquote(strings.TrimLeft(behind, " \t")); !ok {
				return nil, "", false
			}
		}
		if strings.EqualFold(name, "rel") && !found {
			relations, found = strings.Fields(value), true
		}
	}
}

// unquote takes a value from the begin of a text.
func unquote(text string) (value, rest string, ok bool) {
	if text == "" || text[0] != '"' && text[0] != '\'' {
		end := endOf(text, ";, \t")
		return text[:end], text[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return b.String(), text[i+1:], true
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}

// endOf is where the first of some characters stands, or the text ends.
func endOf(text, characters string) int {
	if end := strings.IndexAny(text, characters); end >= 0 {
		return end
	}
	return len(text)
}
