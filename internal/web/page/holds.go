package page

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// holdLine is one hold in a list.
type holdLine struct {
	ID     string
	Group  string
	Reason roster.Reason
	People int
	Since  time.Time
	State  roster.HoldState
}

func holdLines(holds []view.Hold) []holdLine {
	lines := make([]holdLine, len(holds))
	for i, h := range holds {
		lines[i] = holdLine{h.ID, h.Group, h.Reason, len(h.Removals), h.CreatedAt, h.State}
	}
	return lines
}

// holdsPage lists holds: those that wait, then the latest.
type holdsPage struct{ Open, Past []holdLine }

// holdPage is everything that somebody needs to decide.
type holdPage struct {
	Hold    roster.Hold
	Seen    string // of the decisions about it, so that a page that was left open decides nothing
	Group   roster.GroupState
	Classes []classOfPeople
	Until   time.Time // when an approval given now lapses
	Form    decision
	Wrong   string // why the last decision was not taken
	Decides bool   // it can be decided still
	Waits   bool   // the people are covered because of it
	First   bool   // it is about a whole first roster, and not about removals
}

// classOfPeople are those who would leave for one reason.
type classOfPeople struct {
	Class      roster.Class
	References []string
	People     []leaver
}

// leaver is somebody who would lose coverage.
type leaver struct {
	ReferenceID string
	Covered     time.Time // since when; zero: not known
	Source      string    // that they were last seen in
	Missed      int       // complete exports in a row without them
}

// decision is what a person says about a hold.
type decision struct {
	Digest, Seen, By, Why string
	Approve               bool
}

func (p *Pages) holds(w http.ResponseWriter, r *http.Request) {
	active, err := p.Store.ActiveHolds(r.Context())
	if err != nil {
		p.failed(w, r, err)
		return
	}
	past, err := p.Store.Holds(r.Context(), perPage)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	var shown holdsPage
	for _, line := range holdLines(view.OfHolds(active)) {
		if line.State == roster.HoldOpen {
			shown.Open = append(shown.Open, line)
		}
	}
	for _, line := range holdLines(view.OfHolds(past)) {
		if line.State != roster.HoldOpen {
			shown.Past = append(shown.Past, line)
		}
	}
	p.show(w, r, http.StatusOK, "holds", frame{Title: "Holds", Here: "/holds", Page: shown})
}

func (p *Pages) hold(w http.ResponseWriter, r *http.Request) {
	notice := map[string]string{
		"approved": "Approved. These people leave with the next run, and nobody else.",
		"rejected": "Rejected. Everybody in this hold stays covered, and nobody is asked again until the set changes.",
	}[r.URL.Query().Get("done")]
	p.showHold(w, r, http.StatusOK, decision{}, "", notice)
}

func (p *Pages) showHold(w http.ResponseWriter, r *http.Request, status int, form decision, wrong, notice string) {
	ctx := r.Context()
	hold, err := p.Store.Hold(ctx, r.PathValue("id"))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	shown := holdPage{
		Hold: hold, Seen: store.Seen(hold), Until: p.Now().Add(p.ApprovalTTL), Form: form, Wrong: wrong, First: hold.Reason == roster.ReasonNoBaseline,
		Decides: hold.State == roster.HoldOpen || hold.State == roster.HoldRejected,
		Waits:   hold.State == roster.HoldOpen || hold.State == roster.HoldRejected || hold.State == roster.HoldApproved,
	}
	if shown.Group, shown.Classes, err = p.leavers(ctx, hold); err != nil {
		p.failed(w, r, err)
		return
	}
	p.show(w, r, status, "hold", frame{Title: "Hold " + hold.ID + " of " + hold.Group, Here: "/holds", Page: shown, Notice: notice})
}

// leavers are the people of a hold, with what is known of them.
func (p *Pages) leavers(ctx context.Context, hold roster.Hold) (roster.GroupState, []classOfPeople, error) {
	group := roster.GroupState{ExternalReferenceID: hold.Group}
	states, err := p.Store.Groups(ctx)
	if err != nil {
		return group, nil, err
	}
	for _, state := range states {
		if state.ExternalReferenceID == hold.Group {
			group = state
		}
	}
	known := map[string]roster.Enrolled{}
	if len(hold.Removals) > 0 {
		base, err := p.Store.Baseline(ctx, hold.Group)
		if err != nil {
			return group, nil, err
		}
		for _, one := range base.Members {
			known[one.Member.ReferenceID] = one
		}
	}
	classes := byClass(hold.Removals)
	for i := range classes {
		for _, ref := range classes[i].References {
			one := known[ref]
			classes[i].People = append(classes[i].People, leaver{ref, one.Since, one.Source, group.Absences[ref]})
		}
	}
	return group, classes, nil
}

// decide takes what somebody decided about the set that they saw.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) {
	if !p.acts(w, r) {
		return
	}
	said := decision{
		Digest: r.PostFormValue("digest"), Seen: r.PostFormValue("seen"),
		By: strings.TrimSpace(r.PostFormValue("by")), Why: strings.TrimSpace(r.PostFormValue("reason")),
		Approve: r.PostFormValue("decision") == "approve",
	}
	settle, done := p.Store.Reject, "rejected"
	if said.Approve {
		settle, done = p.Store.Approve, "approved"
	}
	if !said.Approve && r.PostFormValue("decision") != "reject" || said.Digest == "" || said.Seen == "" {
		p.problem(w, r, http.StatusBadRequest, "Nothing was decided", "Use the form of the hold: it says which people you saw.")
		return
	}
	now, id := p.Now(), r.PathValue("id")
	_, err := settle(r.Context(), store.Verdict{
		HoldID: id, Digest: said.Digest, Seen: said.Seen, By: said.By, Why: said.Why, At: now, ExpiresAt: now.Add(p.ApprovalTTL),
	})
	switch {
	case errors.Is(err, store.ErrWord):
		p.showHold(w, r, http.StatusUnprocessableEntity, said, "Say who you are and why you decide so: both are kept with the decision.", "")
	case errors.Is(err, store.ErrStale):
		p.showHold(w, r, http.StatusConflict, decision{By: said.By}, "Nothing was decided: the set of people has changed, or somebody else decided meanwhile. Look at it again.", "")
	case err != nil:
		p.failed(w, r, err)
	default:
		http.Redirect(w, r, "/holds/"+id+"?done="+done, http.StatusSeeOther)
	}
}

func (p *Pages) holdCSV(w http.ResponseWriter, r *http.Request) {
	hold, err := p.Store.Hold(r.Context(), r.PathValue("id"))
	if err != nil {
		p.failed(w, r, err)
		return
	}
	_, classes, err := p.leavers(r.Context(), hold)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	rows := [][]string{{"hold", "group", "reference_id", "class", "covered_since", "source", "exports_without_them"}}
	for _, class := range classes {
		for _, one := range class.People {
			since := ""
			if !one.Covered.IsZero() {
				since = one.Covered.UTC().Format(time.RFC3339)
			}
			rows = append(rows, []string{hold.ID, hold.Group, one.ReferenceID, string(class.Class), since, one.Source, strconv.Itoa(one.Missed)})
		}
	}
	for _, ref := range hold.Roster {
		rows = append(rows, []string{hold.ID, hold.Group, ref, "on_the_roster", "", "", ""})
	}
	p.download(w, "hold-"+hold.ID+".csv", rows)
}

// byClass sorts removals into their classes, the weakest evidence first: those are
// the ones to look at.
func byClass(removals []roster.Removal) []classOfPeople {
	order := roster.Classes()
	slices.Reverse(order)
	var all []classOfPeople
	for _, class := range order {
		var refs []string
		for _, removal := range removals {
			if removal.Class == class {
				refs = append(refs, removal.ReferenceID)
			}
		}
		if len(refs) > 0 {
			slices.Sort(refs)
			all = append(all, classOfPeople{Class: class, References: refs})
		}
	}
	return all
}
