package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// Trial is the message that shows whether a sender works.
func Trial(sender, id string, now time.Time) roster.Message {
	return roster.Message{ID: id, Sender: sender, Notices: []roster.Notice{{
		Incident: roster.Incident{Kind: "test"}, What: roster.Trial, Severity: roster.Info,
		Guidance: "This is a test of rosterd's notifications. Nothing is wrong.", Since: now, At: now,
	}}}
}

// title is a message in one line.
func title(instance string, m roster.Message) string {
	if n := m.Notices[0]; len(m.Notices) == 1 {
		return fmt.Sprintf("[%s] %s %s: %s", instance, n.Severity, n.What, subject(n))
	}
	return fmt.Sprintf("[%s] %s %s: %d incidents", instance, gravest(m.Notices), m.Notices[0].What, len(m.Notices))
}

// subject is what a notice is about.
func subject(n roster.Notice) string {
	text := string(n.Kind)
	if n.Group != "" {
		text += " in group " + n.Group
	}
	if n.Source != "" {
		text += " from source " + n.Source
	}
	return text
}

// body is a message in lines. A digest counts by kind instead of naming each.
func body(m roster.Message) string {
	var b strings.Builder
	if len(m.Notices) > 1 {
		counts := byKind(m.Notices)
		for _, kind := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&b, "%s: %d\n", kind, counts[kind])
		}
		b.WriteString("`rosterd failures` and `rosterd holds` list them.\n")
	} else {
		n := m.Notices[0]
		if n.Failures > 0 {
			fmt.Fprintf(&b, "failures: %d\n", n.Failures)
		}
		fmt.Fprintf(&b, "since: %s\n", n.Since.UTC().Format(time.RFC3339))
		if n.What != roster.Resolved && n.Guidance != "" {
			b.WriteString(n.Guidance + "\n")
		}
	}
	if id := m.Notices[0].RunID; id != "" {
		fmt.Fprintf(&b, "run: %s\n", id)
	}
	return b.String()
}

// byKind counts incidents.
func byKind(notices []roster.Notice) map[roster.Kind]int {
	counts := map[roster.Kind]int{}
	for _, n := range notices {
		counts[n.Kind]++
	}
	return counts
}

func gravest(notices []roster.Notice) roster.Severity {
	return slices.MinFunc(notices, func(a, b roster.Notice) int { return cmp.Compare(rank(a.Severity), rank(b.Severity)) }).Severity
}
