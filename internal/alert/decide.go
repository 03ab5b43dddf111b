package alert

import (
	"cmp"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// World is what is stored about what is wrong.
type World struct {
	Failures []roster.Failure // those that are not resolved
	Holds    []roster.Hold    // the active ones
	Groups   map[string]bool  // external_reference_ids that Vitable has
	Run      roster.Run       // the last one
	Doubted  bool             // nobody vouches for the clock
}

// Recipient is a sender as far as it matters to what it is told.
type Recipient struct {
	Name     string
	Renotify time.Duration // between two words about the same incident; 0: no reminders
}

// maxSkew is how far ahead of the clock a word may be dated by one that was right: a
// run takes no more.
const maxSkew = time.Hour

// flood is the number of incidents that one sender is told of one by one; more
// of them at once are one message.
const flood = 5

// Decide says what each recipient is to be told, given the last words that were
// said. Messages have no IDs yet. While a run is under way nothing is decided:
// what it will find is one message and not many. While the clock is doubted nobody is
// reminded: a word that it dates ahead would silence the incident until then. One that
// is dated ahead of a clock that is right counts as said long ago, for nobody knows when
// it was.
//
//	| incident                               | last word         | told     |
//	| -------------------------------------- | ----------------- | -------- |
//	| open                                   | none, or resolved | opened   |
//	| open, with a hold newer than that word | any               | opened   |
//	| open, and that was renotify ago        | sent              | reminder |
//	| open, and somebody knows               | any               | nothing  |
//	| gone                                   | opened, reminder  | resolved |
//	| cannot be seen by the last run         | any               | nothing  |
func Decide(w World, told []roster.Told, recipients []Recipient, now time.Time) []roster.Message {
	if w.Run.ID == "" || w.Run.Outcome == roster.RunRunning {
		return nil
	}
	open := incidents(w, now)
	var all []roster.Message
	for _, recipient := range recipients {
		notices := recipient.notices(w, open, told, now)
		for _, what := range []roster.What{roster.Opened, roster.Reminder, roster.Resolved} {
			all = append(all, messages(recipient.Name, notices[what], now)...)
		}
	}
	return all
}

// notices are what one recipient is to be told, by what has become of it.
func (r Recipient) notices(w World, open []incident, told []roster.Told, now time.Time) map[roster.What][]roster.Notice {
	last := map[roster.Incident]roster.Told{}
	for _, word := range told {
		if word.Sender == r.Name {
			if !w.Doubted && word.Notice.At.After(now.Add(maxSkew)) {
				word.Notice.At = time.Time{}
			}
			last[word.Notice.Incident] = word
		}
	}
	all := map[roster.What][]roster.Notice{}
	add := func(what roster.What, notice roster.Notice) {
		notice.What = what
		all[what] = append(all[what], notice)
	}
	for _, i := range open {
		if what := r.word(i, last, now); what != "" && (what != roster.Reminder || !w.Doubted) {
			add(what, i.notice)
		}
		delete(last, i.notice.Incident)
	}
	for _, word := range told {
		if _, gone := last[word.Notice.Incident]; gone && word.Sender == r.Name && seenBy(w.Run, word.Notice.Kind) {
			notice := word.Notice
			notice.RunID, notice.At, notice.Failures = w.Run.ID, now, 0
			add(roster.Resolved, notice)
		}
	}
	return all
}

// word says what an open incident is to be called, "" for no word.
func (r Recipient) word(i incident, last map[roster.Incident]roster.Told, now time.Time) roster.What {
	word, known := last[i.notice.Incident]
	switch {
	case i.known:
		return ""
	case !known || i.renewed.After(word.Notice.At):
		return roster.Opened
	case r.Renotify > 0 && !word.Pending && now.Sub(word.Notice.At) >= r.Renotify:
		return roster.Reminder
	}
	return ""
}

// messages are one for each notice, or one for all where they are a flood.
func messages(sender string, notices []roster.Notice, now time.Time) []roster.Message {
	size := 1
	if len(notices) > flood {
		size = len(notices)
	}
	var all []roster.Message
	for some := range slices.Chunk(notices, size) {
		all = append(all, roster.Message{Sender: sender, Notices: some, NextAttempt: now})
	}
	return all
}

// incident is an open one.
type incident struct {
	notice  roster.Notice
	known   bool      // somebody has said of all of it that they know
	renewed time.Time // when a person was last asked to decide
}

// incidents are the open ones, sorted.
func incidents(w World, now time.Time) []incident {
	holds := map[string]roster.Hold{}
	for _, hold := range w.Holds {
		holds[hold.Group] = hold
	}
	open := map[roster.Incident]*incident{}
	for _, failure := range w.Failures {
		about := roster.Incident{Kind: failure.Kind, Source: failure.Source}
		if w.Groups[failure.Group] { // else it is what a cell says
			about.Group = failure.Group
		}
		i := open[about]
		if i == nil {
			i = &incident{known: true, notice: roster.Notice{
				Incident: about, Guidance: failure.Kind.Guidance(), RunID: w.Run.ID, Since: failure.FirstSeen, At: now,
			}}
			open[about] = i
		}
		i.add(failure, holds[about.Group])
	}
	if i, failed := runIncident(w.Run, now); failed {
		open[i.notice.Incident] = &i
	}
	sorted := make([]incident, 0, len(open))
	for _, i := range open {
		sorted = append(sorted, *i)
	}
	slices.SortFunc(sorted, func(a, b incident) int {
		return cmp.Or(rank(a.notice.Severity)-rank(b.notice.Severity), compare(a.notice.Incident, b.notice.Incident))
	})
	return sorted
}

func compare(a, b roster.Incident) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Source, b.Source))
}

// add counts a failure. One that waits for a decision about a hold is known of once
// somebody has decided, and asks anew with each hold: the store opens it again then.
func (i *incident) add(f roster.Failure, hold roster.Hold) {
	n := &i.notice
	n.Failures++
	if n.Severity == "" || rank(f.Severity()) < rank(n.Severity) {
		n.Severity = f.Severity()
	}
	if f.FirstSeen.Before(n.Since) {
		n.Since = f.FirstSeen
	}
	known := f.State == roster.FailureAcknowledged || f.State == roster.FailureSnoozed
	if f.Kind.Concern() == roster.ConcernHeld {
		switch hold.State {
		case roster.HoldOpen:
			i.renewed = hold.CreatedAt
		case roster.HoldApproved, roster.HoldRejected:
			known = true
		}
	}
	i.known = i.known && known
}

// rank orders severities, the gravest first.
func rank(s roster.Severity) int {
	return slices.Index([]roster.Severity{roster.Critical, roster.Warning, roster.Info}, s)
}

// runIncident is what is wrong with a run as a whole.
func runIncident(run roster.Run, now time.Time) (i incident, failed bool) {
	i.notice = roster.Notice{Severity: roster.Critical, RunID: run.ID, Since: run.EndedAt, At: now}
	switch run.Outcome {
	case roster.RunAPI:
		i.notice.Kind = roster.APIUnavailable
		i.notice.Guidance = "Vitable could not be reached or refused the key, so something was not sent. The next run tries again; if it repeats, check network, key and Vitable's status."
	case roster.RunError:
		i.notice.Kind = roster.RunFailed
		i.notice.Guidance = "The run ended with an internal error. The log says why; look at disk space and the data directory first."
	default:
		return i, false
	}
	return i, true
}

// seenBy reports whether a run could have told that an incident is not over. One
// that was interrupted says nothing about runs, and one that failed by itself says
// nothing about Vitable.
func seenBy(run roster.Run, kind roster.Kind) bool {
	switch kind {
	case roster.APIUnavailable:
		return run.Outcome != roster.RunInterrupted && run.Outcome != roster.RunError
	case roster.RunFailed:
		return run.Outcome != roster.RunInterrupted
	}
	return true
}
