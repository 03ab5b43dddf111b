package page

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/view"
)

// chartRuns is how many runs a chart has.
const chartRuns = 60

// overviewPage answers whether everything is all right.
type overviewPage struct {
	Verdict  verdict
	Status   view.Status
	NextRun  time.Time
	Success  time.Time // when everything was last delivered
	Started  time.Time // of the last run; zero: never
	Ended    time.Time
	Holds    []holdLine
	Failures []failureCount
	Groups   []groupLine
	Charts   []chart
}

// verdict is the whole page in one line, and what stands behind it.
type verdict struct {
	Tone   string
	Line   string
	Points []point
}

// point is one thing that is not all right.
type point struct{ Tone, Text, Link string }

// failureCount is how many failures of one kind are open.
type failureCount struct {
	Kind  roster.Kind
	Count int
	Tone  string
}

// shownGroups is how many groups the overview lists: the largest.
const shownGroups = 10

func (p *Pages) overview(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	status, err := view.StatusOf(ctx, p.Store)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	runs, err := p.Store.Runs(ctx, chartRuns)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	groups, err := p.groupLines(ctx)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	success, err := p.Store.LastSuccess(ctx)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	slices.SortStableFunc(groups, func(a, b groupLine) int { return cmp.Compare(b.State.Members, a.State.Members) })
	c := clock{p.Now(), p.Zone}
	shown := overviewPage{
		Verdict: judge(status, c), Status: status, Success: success, NextRun: p.NextRun(), Failures: countKinds(status.Failures),
		Groups: groups[:min(len(groups), shownGroups)], Charts: charts(c, runs), Holds: holdLines(status.Holds),
	}
	if len(runs) > 0 {
		shown.Started, shown.Ended = runs[0].StartedAt, runs[0].EndedAt
	}
	f := frame{Title: "Overview", Here: "/", Page: shown, Refresh: 60}
	if r.URL.Query().Has("started") {
		f.Notice = "A run has been asked for. This page shows it when it has begun."
	}
	p.show(w, r, http.StatusOK, "overview", f)
}

// judge says in one line whether everything is all right. What could cost somebody
// their coverage comes first.
func judge(s view.Status, c clock) verdict {
	if s.LastRun == nil {
		return verdict{quiet, "No run yet: nothing has been sent, and nobody was touched.", nil}
	}
	var points []point
	add := func(tone, text, link string) { points = append(points, point{tone, text, link}) }
	people := 0
	for _, hold := range s.Holds {
		people += len(hold.Removals)
	}
	if len(s.Holds) > 0 {
		text := count(len(s.Holds), "decision waits", "decisions wait") + " for a person"
		if people > 0 {
			text += ", about " + count(people, "person", "people") + " who would lose coverage and stay covered until then"
		}
		add(bad, text+".", "/holds")
	}
	for _, source := range s.Sources {
		if source.State != roster.SourceOK {
			add(sourceTone(source.State), "The source "+source.Name+" is "+sourceWord(source.State)+". Nobody is removed because of that.", "#sources")
		}
	}
	switch s.LastRun.Outcome {
	case roster.RunAPI:
		add(bad, "Vitable could not be reached, or refused the key. What could not be sent goes out with the next run that reaches it.", "/runs/"+s.LastRun.RunID)
	case roster.RunError, roster.RunInterrupted:
		add(bad, "The last run did not come to its end. The next one picks up what it left.", "/runs/"+s.LastRun.RunID)
	}
	for _, one := range countKinds(s.Failures) {
		if one.Kind.Concern() == roster.ConcernFailures {
			add(one.Tone, count(one.Count, "open failure", "open failures")+": "+spaced(one.Kind)+".", "/failures?kind="+string(one.Kind))
		}
	}
	switch {
	case slices.ContainsFunc(points, func(p point) bool { return p.Tone == bad }):
		return verdict{bad, "Somebody has to look.", points}
	case len(points) > 0:
		return verdict{warn, "Running, with things to settle.", points}
	case s.LastRun.Outcome == roster.RunRunning:
		return verdict{quiet, "A run is under way, since " + c.When(s.LastRun.StartedAt) + ".", nil}
	}
	return verdict{good, "Everything is all right.", nil}
}

// sourceWord says what is the matter with a source.
func sourceWord(s roster.SourceState) string {
	switch s {
	case roster.SourceShrunk:
		return "much smaller than before"
	case roster.SourceOld:
		return "out of date"
	}
	return "not readable"
}

// countKinds puts the gravest kinds first, then the most frequent.
func countKinds(counts map[roster.Kind]int) []failureCount {
	var all []failureCount
	for _, kind := range roster.Kinds() {
		if counts[kind] > 0 {
			all = append(all, failureCount{kind, counts[kind], severityTone(kind.Severity())})
		}
	}
	grave := map[string]int{bad: 0, warn: 1, quiet: 2}
	slices.SortStableFunc(all, func(a, b failureCount) int {
		return cmp.Or(cmp.Compare(grave[a.Tone], grave[b.Tone]), cmp.Compare(b.Count, a.Count))
	})
	return all
}
