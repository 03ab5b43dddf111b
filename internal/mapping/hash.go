package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Hash names everything of the configuration that decides who is in which group
// and what is read of them: the sources by name, the eligibility, and the map
// from group keys to external_reference_ids. It is the hex SHA-256 over sorted
// lines, so neither the order of a map nor the way in which the YAML is written
// changes it, and neither does what makes no difference, such as the case of a
// column's name.
func Hash(sources map[string]Config, e Eligibility, groups map[string]string) string {
	lines := []string{
		line("eligibility", e.TimeZone, fmt.Sprint(e.Waiting), orElse(e.CoverageEnds, EndsOnTermination)),
	}
	for key, external := range groups {
		lines = append(lines, line("group", fold(key), external))
	}
	for name, c := range sources {
		lines = append(lines, line("source", name, ""))
		for target, f := range c.Fields {
			format := strings.ToUpper(f.Format)
			if t, ok := targetNamed(target); ok && t.isDate() {
				format = orElse(format, isoFormat)
			}
			lines = append(lines, line("field", name, target, source.Canonical(f.Column), format, roster.Clean(f.Value), f.CEL))
		}
		lines = append(lines, ruleLines(name, "include", c.Include)...)
		lines = append(lines, ruleLines(name, "terminated", c.Terminated)...)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(lines), "\n")))
	return hex.EncodeToString(sum[:])
}

func ruleLines(source, key string, r Rule) []string {
	lines := []string{line(key, source, r.CEL)}
	for name, values := range r.Values {
		for _, value := range values {
			lines = append(lines, line(key, source, fold(name), fold(value)))
		}
	}
	return lines
}

// line quotes its words, so that no two lists of words make one line.
func line(words ...string) string { return fmt.Sprintf("%q", words) }

func orElse(word, usual string) string {
	if word == "" {
		return usual
	}
	return word
}
