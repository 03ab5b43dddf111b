package page

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// runsPage lists the latest runs.
type runsPage struct {
	Runs   []roster.Run
	Charts []chart
}

// runPage is what happened in one run.
type runPage struct {
	Run   roster.Run
	Steps []step
	More  int // requests that are not among the steps
}

// step is one thing that happened.
type step struct {
	At   time.Time
	Tone string
	What string
	Then string // what came of it
	Link string
}

func (p *Pages) runs(w http.ResponseWriter, r *http.Request) {
	runs, err := p.Store.Runs(r.Context(), perPage)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	p.show(w, r, http.StatusOK, "runs", frame{
		Title: "Runs", Here: "/runs", Page: runsPage{runs, charts(clock{p.Now(), p.Zone}, runs[:min(len(runs), chartRuns)])},
	})
}

// shownSyncs is how many requests the page of a run lists.
const shownSyncs = 200

func (p *Pages) run(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	run, err := p.Store.Run(ctx, r.PathValue("id"))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	pulls, err := p.Store.PullsOfRun(ctx, run.ID)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	syncs, err := p.Store.SyncsOfRun(ctx, run.ID, shownSyncs)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	shown := runPage{Run: run, Steps: steps(run, pulls, syncs)}
	if len(syncs) == shownSyncs {
		shown.More = max(0, run.Groups.Submitted-shownSyncs)
	}
	f := frame{Title: "Run of " + clock{p.Now(), p.Zone}.When(run.StartedAt), Here: "/runs", Page: shown}
	if run.Outcome == roster.RunRunning {
		f.Refresh = 10
	}
	p.show(w, r, http.StatusOK, "run", f)
}

// steps tells a run in the order in which it happened.
func steps(run roster.Run, pulls []roster.Pull, syncs []roster.Sync) []step {
	all := []step{{At: run.StartedAt, Tone: quiet, What: "The run began", Then: triggerOf(run.Trigger)}}
	for _, pull := range pulls {
		then := count(pull.Records, "record", "records")
		if pull.Reason != "" {
			then += "; " + pull.Reason
		}
		all = append(all, step{At: pull.At, Tone: sourceTone(pull.State), What: "Source " + pull.Source + ": " + string(pull.State), Then: then})
	}
	for _, sync := range syncs {
		link := "/group?" + url.Values{"name": {sync.Group}}.Encode()
		all = append(all, step{At: sync.IntendedAt, Tone: quiet, What: "Roster of " + sync.Group + " prepared", Then: count(sync.Size, "person", "people"), Link: link})
		if !sync.SubmittedAt.IsZero() {
			all = append(all, step{At: sync.SubmittedAt, Tone: quiet, What: "Vitable accepted the roster of " + sync.Group, Then: "request " + sync.RequestID, Link: link})
		}
		if !sync.EndedAt.IsZero() {
			all = append(all, step{At: sync.EndedAt, Tone: syncTone(sync.State), What: "Roster of " + sync.Group + ": " + syncWord(sync.State), Then: syncResult(sync), Link: link})
		}
	}
	if !run.EndedAt.IsZero() {
		all = append(all, step{At: run.EndedAt, Tone: outcomeTone(run.Outcome), What: "The run ended", Then: strings.ToLower(outcomeOf(run.Outcome))})
	}
	slices.SortStableFunc(all, func(a, b step) int { return a.At.Compare(b.At) })
	return all
}

func syncWord(s roster.SyncState) string {
	switch s {
	case roster.SyncCompleted:
		return "completed"
	case roster.SyncNoAnswer:
		return "no answer came, so it may have been accepted"
	case roster.SyncRefusedBy:
		return "Vitable refused it"
	case roster.SyncAbandoned:
		return "given up by a person"
	}
	return string(s)
}

func syncResult(s roster.Sync) string {
	if s.State != roster.SyncCompleted {
		return s.Reason
	}
	return fmt.Sprintf("%s added, %s removed, %s refused", number(s.Added), number(s.Removed), number(s.Failed))
}
