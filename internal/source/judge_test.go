package source_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

func TestJudge(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	at := func(age time.Duration) time.Time { return now.Add(-age) }
	good := func(change func(*source.Report)) source.Report {
		report := source.Report{Seen: 100, Expected: -1, AsOf: at(time.Hour), Ending: source.EndingNewline}
		if change != nil {
			change(&report)
		}
		return report
	}
	before := func(change func(*roster.Pull)) *roster.Pull {
		last := roster.Pull{Records: 100, AsOf: at(7 * time.Hour), Ending: source.EndingNewline}
		if change != nil {
			change(&last)
		}
		return &last
	}
	limits := source.Limits{MaxAge: 48 * time.Hour, MaxShrinkPercent: 20}

	for _, test := range []struct {
		name   string
		report source.Report
		err    error
		last   *roster.Pull
		limits source.Limits
		state  roster.SourceState
		word   string
	}{
		{"the first pull", good(nil), nil, nil, limits, roster.SourceOK, ""},
		{"like the last one", good(nil), nil, before(nil), limits, roster.SourceOK, ""},
		{"a fault", source.Report{}, source.Faultf(source.WordRagged, "line 3"), nil, limits, roster.SourceBroken, source.WordRagged},
		{"a fault beside a fine report", good(nil), source.Faultf(source.WordRagged, "line 3"), before(nil), limits, roster.SourceBroken, source.WordRagged},
		{"another error", source.Report{}, fs.ErrPermission, nil, limits, roster.SourceBroken, source.WordUnreadable},

		{"no records", good(func(r *source.Report) { r.Seen = 0 }), nil, nil, limits, roster.SourceBroken, source.WordEmpty},
		{"no records, as declared", good(func(r *source.Report) { r.Seen, r.Expected = 0, 0 }), nil, nil, limits, roster.SourceBroken, source.WordEmpty},
		{"no report at all", source.Report{}, nil, nil, limits, roster.SourceBroken, source.WordEmpty},
		{"as many as declared", good(func(r *source.Report) { r.Expected = 100 }), nil, nil, limits, roster.SourceOK, ""},
		{"fewer than declared", good(func(r *source.Report) { r.Expected = 101 }), nil, nil, limits, roster.SourceBroken, source.WordCount},
		{"more than declared", good(func(r *source.Report) { r.Expected = 99 }), nil, nil, limits, roster.SourceBroken, source.WordCount},
		{"some although none are declared", good(func(r *source.Report) { r.Expected = 0 }), nil, nil, limits, roster.SourceBroken, source.WordCount},
		{"columns withheld", good(func(r *source.Report) { r.Withheld = []string{"phone"} }), nil, nil, limits, roster.SourceBroken, source.WordWithheld},

		{"open where the last was closed", good(func(r *source.Report) { r.Ending = source.EndingOpen }), nil, before(nil), limits, roster.SourceBroken, source.WordTruncated},
		{"open as the last was", good(func(r *source.Report) { r.Ending = source.EndingOpen }), nil, before(func(p *roster.Pull) { p.Ending = source.EndingOpen }), limits, roster.SourceOK, ""},
		{"closed where the last was open", good(nil), nil, before(func(p *roster.Pull) { p.Ending = source.EndingOpen }), limits, roster.SourceOK, ""},
		{"open at the first pull", good(func(r *source.Report) { r.Ending = source.EndingOpen }), nil, nil, limits, roster.SourceOK, ""},
		{"the ending is no evidence any more", good(func(r *source.Report) { r.Ending = "" }), nil, before(nil), limits, roster.SourceOK, ""},

		{"as old as allowed", good(func(r *source.Report) { r.AsOf = at(48 * time.Hour) }), nil, nil, limits, roster.SourceOK, ""},
		{"older than allowed", good(func(r *source.Report) { r.AsOf = at(48*time.Hour + time.Second) }), nil, nil, limits, roster.SourceOld, source.WordStale},
		{"any age allowed", good(func(r *source.Report) { r.AsOf = at(10_000 * time.Hour) }), nil, nil, source.Limits{}, roster.SourceOK, ""},
		{"no age known", good(func(r *source.Report) { r.AsOf = time.Time{} }), nil, before(nil), limits, roster.SourceOK, ""},
		{"from the future", good(func(r *source.Report) { r.AsOf = at(-time.Hour) }), nil, before(nil), limits, roster.SourceOK, ""},
		{"from tomorrow, as of a clock in another zone", good(func(r *source.Report) { r.AsOf = at(-24 * time.Hour) }), nil, before(nil), limits, roster.SourceOK, ""},
		{"from further ahead", good(func(r *source.Report) { r.AsOf = at(-24*time.Hour - time.Second) }), nil, before(nil), limits, roster.SourceOld, source.WordAhead},
		{"from a year ahead, at the first pull", good(func(r *source.Report) { r.AsOf = at(-8760 * time.Hour) }), nil, nil, source.Limits{}, roster.SourceOld, source.WordAhead},
		{"the same data again", good(nil), nil, before(func(p *roster.Pull) { p.AsOf = at(time.Hour) }), limits, roster.SourceOK, ""},
		{"older than the last by a clock's slack", good(nil), nil, before(func(p *roster.Pull) { p.AsOf = at(time.Hour - time.Minute) }), limits, roster.SourceOK, ""},
		{"older than the last", good(nil), nil, before(func(p *roster.Pull) { p.AsOf = at(time.Hour - time.Minute - time.Second) }), limits, roster.SourceOld, source.WordRolledBack},

		{"fewer, within the limit", good(func(r *source.Report) { r.Seen = 80 }), nil, before(nil), limits, roster.SourceOK, ""},
		{"fewer, over the limit", good(func(r *source.Report) { r.Seen = 79 }), nil, before(nil), limits, roster.SourceShrunk, source.WordShrank},
		{"one fewer where none may go", good(func(r *source.Report) { r.Seen = 99 }), nil, before(nil), source.Limits{}, roster.SourceShrunk, source.WordShrank},
		{"many more", good(func(r *source.Report) { r.Seen = 10_000 }), nil, before(nil), limits, roster.SourceOK, ""},
		{"some where there were none", good(nil), nil, before(func(p *roster.Pull) { p.Records = 0 }), limits, roster.SourceOK, ""},

		{"broken goes before old", good(func(r *source.Report) { r.Expected, r.AsOf = 7, at(1000*time.Hour) }), nil, before(nil), limits, roster.SourceBroken, source.WordCount},
		{"old goes before shrunk", good(func(r *source.Report) { r.Seen, r.AsOf = 7, at(1000*time.Hour) }), nil, before(nil), limits, roster.SourceOld, source.WordStale},
	} {
		t.Run(test.name, func(t *testing.T) {
			state, fault := source.Judge(test.report, test.err, test.last, test.limits, now)
			word := ""
			if fault != nil {
				word = fault.Word
			}
			if state != test.state || word != test.word {
				t.Errorf("the verdict is %s %q (%v), want %s %q", state, word, fault, test.state, test.word)
			}
			if word != "" && !slices.Contains(source.Words(), word) {
				t.Errorf("%q is not among the words", word)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	cause := errors.New("cause")
	fault := &source.Fault{Word: source.WordPartial, Detail: "still growing", Err: cause}
	wrapped := fmt.Errorf("pull hq: %w", fault)
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"a fault is itself", fault, "partial: still growing: cause"},
		{"a fault inside an error is found", wrapped, "partial: still growing: cause"},
		{"a fault without a cause", source.Faultf(source.WordCount, "%d of %d", 1, 2), "count_mismatch: 1 of 2"},
		{"any other error is unreadable", cause, "unreadable: read source: cause"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := source.AsFault(test.err).Error(); got != test.want {
				t.Errorf("AsFault says %q, want %q", got, test.want)
			}
		})
	}
	if !errors.Is(wrapped, cause) {
		t.Error("the cause is lost")
	}
}

func TestWordsAreLabels(t *testing.T) {
	words := source.Words()
	if sorted := slices.Sorted(slices.Values(words)); len(slices.Compact(sorted)) != len(words) {
		t.Errorf("a word is there twice: %v", words)
	}
	for _, word := range words {
		if word == "" || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz_") != "" {
			t.Errorf("%q is no label", word)
		}
	}
}
