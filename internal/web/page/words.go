package page

import (
	"html/template"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// words are the functions that templates say things with.
func words() template.FuncMap {
	return template.FuncMap{
		"num": number, "people": func(n int) string { return count(n, "person", "people") },
		"count": count, "spaced": spaced[string], "kind": spaced[roster.Kind], "class": classOf, "classNote": classNote,
		"why": holdReason, "outcome": outcomeOf, "outcomeTone": outcomeTone, "sourceTone": sourceTone, "severityTone": severityTone,
		"list":     func(all ...any) []any { return all },
		"syncTone": syncTone, "holdTone": holdTone, "holdState": holdState, "guidance": roster.Kind.Guidance, "trigger": triggerOf,
	}
}

// number writes thousands apart.
func number(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// spaced is one of rosterd's words as a word of the language.
func spaced[W ~string](word W) string { return strings.ReplaceAll(string(word), "_", " ") }

// classOf says why somebody is removed.
func classOf(c roster.Class) string {
	switch c {
	case roster.Terminated:
		return "Terminated"
	case roster.Ineligible:
		return "Not eligible any more"
	case roster.Moved:
		return "Moved to another group"
	case roster.PlanChange:
		return "Changes plans"
	case roster.Replaced:
		return "Came under another reference_id"
	case roster.Absent:
		return "Missing from the source"
	}
	return spaced(c)
}

// classNote says what stands behind a class, and how good the evidence is.
func classNote(c roster.Class) string {
	switch c {
	case roster.Terminated:
		return "The HR system says so, and the date has come."
	case roster.Ineligible:
		return "The HR system still lists them, and the rules of eligibility say no."
	case roster.Moved:
		return "A valid row names another group now."
	case roster.PlanChange:
		return "They leave for a moment and come back on the other plan."
	case roster.Replaced:
		return "The same name and birth date came under another reference_id, or the reference_id now belongs to somebody else."
	case roster.Absent:
		return "No row for several complete exports in a row: the weakest evidence. Ask whether they really left."
	}
	return ""
}

// holdReason says why a hold waits for a person.
func holdReason(r roster.Reason) string {
	switch r {
	case roster.ReasonNoBaseline:
		return "First roster of a group that already has people at Vitable, or the first since the database was restored"
	case roster.ReasonWouldEmpty:
		return "Nobody would be left in the group"
	case roster.ReasonConfigChanged:
		return "The mapping, the rules or the layout of the file changed since the last roster"
	case roster.ReasonSourceShrank:
		return "The source lost many of its people at once"
	case roster.ReasonRekeyed:
		return "Known people came under another reference_id"
	case roster.ReasonAbsentLimit:
		return "More people are missing from the source than safety.max_absent allows"
	case roster.ReasonGroupLimit:
		return "More people would leave the group than safety.max_removals allows"
	case roster.ReasonRollingLimit:
		return "More people left the group within days than safety.rolling allows"
	case roster.ReasonRunLimit:
		return "More people would leave in one run than safety.max_run_percent allows"
	}
	return spaced(r)
}

// outcomeOf says how a run ended.
func outcomeOf(o roster.RunOutcome) string {
	switch o {
	case roster.RunDone:
		return "Done"
	case roster.RunFailures:
		return "Done, with open failures"
	case roster.RunHeld:
		return "Something is held"
	case roster.RunSourceFailed:
		return "A source failed"
	case roster.RunAPI:
		return "Vitable could not be reached"
	case roster.RunInterrupted:
		return "Stopped before its end"
	case roster.RunError:
		return "Internal error"
	case roster.RunRunning:
		return "Under way"
	}
	return spaced(o)
}

// triggerOf says why a run began.
func triggerOf(word string) string {
	if word == "api" {
		return "asked for by a program or a page"
	}
	return spaced(word)
}

// The tones say how good something is, in the style sheet's words.
const (
	good  = "good"
	warn  = "warn"
	bad   = "bad"
	quiet = "quiet"
)

func outcomeTone(o roster.RunOutcome) string {
	switch o {
	case roster.RunDone:
		return good
	case roster.RunRunning:
		return quiet
	case roster.RunFailures, roster.RunHeld, roster.RunInterrupted:
		return warn
	}
	return bad
}

func sourceTone(s roster.SourceState) string {
	switch s {
	case roster.SourceOK:
		return good
	case roster.SourceShrunk:
		return warn
	}
	return bad
}

func severityTone(s roster.Severity) string {
	switch s {
	case roster.Critical:
		return bad
	case roster.Warning:
		return warn
	}
	return quiet
}

func syncTone(s roster.SyncState) string {
	switch s {
	case roster.SyncCompleted:
		return good
	case roster.SyncIntended, roster.SyncSubmitted:
		return quiet
	case roster.SyncNoAnswer, roster.SyncAbandoned:
		return warn
	}
	return bad
}

func holdTone(s roster.HoldState) string {
	switch s {
	case roster.HoldOpen:
		return bad
	case roster.HoldApproved:
		return warn
	case roster.HoldUsed:
		return good
	}
	return quiet
}

// holdState says where a hold stands.
func holdState(s roster.HoldState) string {
	switch s {
	case roster.HoldOpen:
		return "Waits for you"
	case roster.HoldApproved:
		return "Approved, goes out with the next run"
	case roster.HoldRejected:
		return "Rejected: everybody stays covered"
	case roster.HoldUsed:
		return "Approved and done"
	case roster.HoldSuperseded:
		return "Superseded"
	case roster.HoldExpired:
		return "The approval lapsed"
	}
	return spaced(s)
}
