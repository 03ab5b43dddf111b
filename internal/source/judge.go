package source

import (
	"fmt"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// Limits is when a complete pull is doubtful all the same.
type Limits struct {
	MaxAge           time.Duration // 0: any age
	MaxShrinkPercent float64       // against the last good pull
}

// maxAhead is how far the data may be dated ahead: a place that takes local time for UTC
// is hours off. What is further ahead would never be old, and whatever came after it older.
const maxAhead = 24 * time.Hour

// clockSlack forgives file systems and copies that move a file's time a little.
const clockSlack = time.Minute

// Judge says what a pull came to. last is the last good pull of this source,
// nil when there was none; err is what Pull returned.
//
//	| what happened                                        | state  |
//	| ---------------------------------------------------- | ------ |
//	| an error                                             | failed |
//	| no records                                           | failed |
//	| seen differs from expected                           | failed |
//	| columns were withheld                                | failed |
//	| no final newline where the last good pull had one    | failed |
//	| dated more than a day ahead                          | stale  |
//	| older than max_age                                   | stale  |
//	| older than the last good pull                        | stale  |
//	| fewer than the last good pull by over max_shrink     | shrank |
//	| else                                                 | ok     |
//
//nolint:gocyclo // a truth table reads best in one piece
func Judge(report Report, err error, last *roster.Pull, limits Limits, now time.Time) (roster.SourceState, *Fault) {
	switch {
	case err != nil:
		return roster.SourceBroken, AsFault(err)
	case report.Seen == 0:
		return roster.SourceBroken, Faultf(WordEmpty, "the source has no records; an empty roster is never believed")
	case report.Expected >= 0 && report.Expected != report.Seen:
		return roster.SourceBroken, Faultf(WordCount, "the source declares %d records and delivered %d", report.Expected, report.Seen)
	case len(report.Withheld) > 0:
		return roster.SourceBroken, Faultf(WordWithheld, "columns asked for and not delivered: %s", strings.Join(report.Withheld, ", "))
	case last != nil && last.Ending == EndingNewline && report.Ending == EndingOpen:
		return roster.SourceBroken, Faultf(WordTruncated, "the data ends without a final newline and earlier data had one, so it may be cut off")
	case report.AsOf.Sub(now) > maxAhead:
		return roster.SourceOld, Faultf(WordAhead, "the data is dated %s, which is yet to come; whatever writes it has a wrong clock, or as_of is not when it was made",
			report.AsOf.UTC().Format(time.RFC3339))
	case limits.MaxAge > 0 && !report.AsOf.IsZero() && now.Sub(report.AsOf) > limits.MaxAge:
		return roster.SourceOld, Faultf(WordStale, "the data is of %s, older than max_age %s", report.AsOf.UTC().Format(time.RFC3339), limits.MaxAge)
	case last != nil && !report.AsOf.IsZero() && report.AsOf.Add(clockSlack).Before(last.AsOf):
		return roster.SourceOld, Faultf(WordRolledBack, "the data is of %s, older than what was read before (%s)",
			report.AsOf.UTC().Format(time.RFC3339), last.AsOf.UTC().Format(time.RFC3339))
	case last != nil && shrankBy(last.Records, report.Seen) > limits.MaxShrinkPercent:
		return roster.SourceShrunk, Faultf(WordShrank, "%d records, %d before: %s fewer", report.Seen, last.Records, percent(shrankBy(last.Records, report.Seen)))
	}
	return roster.SourceOK, nil
}

// shrankBy is how many percent fewer now is than before; negative when it grew.
func shrankBy(before, now int) float64 {
	if before == 0 {
		return 0
	}
	return float64(before-now) / float64(before) * 100
}

func percent(p float64) string { return fmt.Sprintf("%.1f %%", p) }
