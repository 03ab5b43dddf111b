package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/muster"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Pulled is what one source delivered and what it came to.
type Pulled struct {
	Pull   roster.Pull
	People *muster.Sheet // empty when the source is not believed
}

// pullAll reads every source, side by side, and judges each. It never fails: a
// failed pull is a result.
func (r *Reconciler) pullAll(ctx context.Context, lastGood map[string]roster.Pull, day roster.Date) []Pulled {
	pulled := make([]Pulled, len(r.Feeds))
	var wait sync.WaitGroup
	for i, feed := range r.Feeds {
		wait.Go(func() {
			var last *roster.Pull
			if good, ok := lastGood[feed.Name]; ok {
				last = &good
			}
			pulled[i] = r.pull(ctx, feed, last, day)
		})
	}
	wait.Wait()
	return pulled
}

// pull reads one source to its end and keeps its people where it is believed.
func (r *Reconciler) pull(ctx context.Context, feed Feed, last *roster.Pull, day roster.Date) Pulled {
	sheet := muster.NewSheet(feed.Name)
	pull := r.take(ctx, feed, last, &intake{day: day, take: sheet.Add})
	if inDoubt(pull) {
		return Pulled{Pull: pull, People: muster.NewSheet(feed.Name)}
	}
	pull.Groups = sheet.Groups()
	return Pulled{Pull: pull, People: sheet}
}

// take reads one source to its end, hands out its people and judges it.
func (r *Reconciler) take(ctx context.Context, feed Feed, last *roster.Pull, sink *intake) roster.Pull {
	sink.mapper, sink.progress = feed.Mapper, func(n int) { r.Progress("reading "+feed.Name, n, 0) }
	report, err := pullSafely(ctx, feed.Source, sink)
	state, fault := source.Judge(report, err, last, feed.Limits, r.Now())
	pull := roster.Pull{
		Source: feed.Name, At: r.Now(), State: state, Records: report.Seen,
		AsOf: report.AsOf, Layout: report.Layout, Ending: report.Ending,
	}
	if fault != nil {
		pull.Reason = fault.Error()
	}
	if fault != nil && ctx.Err() == nil { // a run that was told to stop says nothing about the source
		r.Metrics.sourceFailed(feed.Name, fault.Word)
		r.Log.Warn("source in doubt", zap.String("source", feed.Name), zap.String("state", string(state)), zap.String("reason", pull.Reason))
	}
	return pull
}

// inDoubt reports whether nothing that a pull brought may be believed.
func inDoubt(p roster.Pull) bool {
	return p.State == roster.SourceBroken || p.State == roster.SourceOld
}

// pullSafely turns a panic of a source or of a mapping into a failed pull: a
// bug in one source must not stop the groups that others feed.
func pullSafely(ctx context.Context, from source.Source, sink *intake) (report source.Report, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			// The panic's text may hold a value, so it is not told.
			err = source.Faultf(source.WordInternal, "the source or its mapping stopped unexpectedly at record %d", sink.seen+1)
		}
	}()
	report, err = from.Pull(ctx, sink)
	if err == nil && report.Seen != sink.seen {
		err = source.Faultf(source.WordCount, "the source says %d records and delivered %d", report.Seen, sink.seen)
	}
	if err == nil && sink.binding != nil {
		err = sink.binding.Verdict()
	}
	return report, err
}

// intake maps records to people as they come.
type intake struct {
	mapper   *mapping.Mapper
	binding  *mapping.Binding
	columns  []string // of the data, once the mapping has found in it what it needs
	day      roster.Date
	seen     int
	doubts   []roster.Problem // of the record that comes next
	person   roster.Person    // the last one
	take     func(*roster.Person)
	progress func(int)
}

// Columns compiles the mapping against the columns that the source really has.
func (s *intake) Columns(names []string) (err error) {
	if s.binding, err = s.mapper.Bind(names); err == nil {
		s.columns = slices.Clone(names)
	}
	return err
}

// Doubt implements source.Doubter.
func (s *intake) Doubt(field, detail string) {
	s.doubts = append(s.doubts, roster.Problem{Kind: roster.InvalidRow, Field: field, Detail: detail})
}

// Record maps one record. A doubt is a problem of whoever would be sent, and of whoever
// would be let go by a rule that read what is in doubt. Whoever has left needs no more
// than the row that says so.
func (s *intake) Record(values []string, place int) error {
	if s.binding == nil {
		return errors.New("record before columns")
	}
	s.person = s.binding.Person(values, place, s.day)
	if s.person.Standing != roster.StandingTerminated {
		s.person.Problems = append(s.person.Problems, s.doubts...)
	}
	s.doubts = s.doubts[:0]
	s.take(&s.person)
	if s.seen++; s.seen%10_000 == 0 {
		s.progress(s.seen)
	}
	return nil
}

// sourceFailures tells of every source that is in doubt.
func sourceFailures(pulled []Pulled) []roster.Failure {
	kinds := map[roster.SourceState]roster.Kind{
		roster.SourceBroken: roster.SourceFailed, roster.SourceOld: roster.SourceStale, roster.SourceShrunk: roster.SourceShrank,
	}
	var found []roster.Failure
	for _, p := range pulled {
		if kind, bad := kinds[p.Pull.State]; bad {
			found = append(found, roster.Failure{Source: p.Pull.Source, Kind: kind, Operation: p.Pull.Source, Reason: p.Pull.Reason})
		}
	}
	return found
}

// believeShrunk believes a source that shrank after all when nobody whom it
// covered is missing from it: then it lost rows that covered nobody. Whom it covered the
// baseline alone does not tell: a row that came from another source then is not sent anew.
func (r *Reconciler) believeShrunk(ctx context.Context, pulled []Pulled, m *memory) error {
	if !slices.ContainsFunc(pulled, func(p Pulled) bool { return p.Pull.State == roster.SourceShrunk }) {
		return nil
	}
	present := rows(pulled)
	missing, short := map[string]bool{}, map[string]bool{} // sources; groups
	for _, group := range m.enrolling() {
		base, err := r.baseline(ctx, m, group)
		if err != nil {
			return err
		}
		for i := range base.Members {
			if e := &base.Members[i]; !present[e.Member.ReferenceID] {
				missing[e.Source], short[group] = true, true
			}
		}
	}
	for i := range pulled {
		p := &pulled[i].Pull
		fed := slices.ContainsFunc(m.pulls[p.Source].Groups, func(group string) bool { return short[group] })
		if p.State == roster.SourceShrunk && !missing[p.Source] && !fed {
			p.State, p.Reason = roster.SourceOK, ""
		}
	}
	return nil
}

// rows are the reference_ids that a believed source has a row of.
func rows(pulled []Pulled) map[string]bool {
	present := map[string]bool{}
	for _, p := range pulled {
		for ref := range p.People.References {
			present[ref] = true
		}
	}
	return present
}

func results(pulled []Pulled) []roster.SourceResult {
	all := make([]roster.SourceResult, 0, len(pulled))
	for _, p := range pulled {
		all = append(all, roster.SourceResult{Name: p.Pull.Source, State: p.Pull.State, Records: p.Pull.Records, Reason: p.Pull.Reason})
	}
	return all
}

// today is the employer's civil date.
func (r *Reconciler) today(now time.Time) roster.Date { return roster.Today(now, r.Settings.Zone) }

func placed(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", step, err)
}
