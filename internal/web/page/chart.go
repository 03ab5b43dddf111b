package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// The size of a chart in its own units; the style sheet stretches it.
const (
	chartWidth  = 600.0
	chartHeight = 120.0
)

// chart is a small picture of the latest runs, the oldest on the left.
type chart struct {
	Title   string
	Summary string // in words, for whoever does not see it
	Top     string // what the upper edge stands for
	Line    string // points of a line; "" for none
	Area    string // the same, closed at the bottom
	Bars    []bar
}

// bar is one column of a chart.
type bar struct {
	X, Y, Width, Height float64
	Tone                string
	Label               string // shown when pointed at
}

// charts draw the runs, given with the last one first. Two runs are the least that
// make a history.
func charts(c clock, runs []roster.Run) []chart {
	runs = slices.Clone(runs)
	slices.Reverse(runs)
	runs = slices.DeleteFunc(runs, func(r roster.Run) bool { return r.EndedAt.IsZero() })
	if len(runs) < 2 {
		return nil
	}
	return []chart{membersChart(runs), changesChart(c, runs), durationChart(c, runs)}
}

// membersChart is a line that does not begin at zero, for few people in many count.
func membersChart(runs []roster.Run) chart {
	values := make([]int, len(runs))
	for i, r := range runs {
		values[i] = r.Members
	}
	low, high := slices.Min(values), slices.Max(values)
	margin := max(1, (high-low)/10)
	low, high = max(0, low-margin), high+margin
	points := make([]string, len(values))
	for i, v := range values {
		x := chartWidth * float64(i) / float64(len(values)-1)
		y := chartHeight * (1 - float64(v-low)/float64(high-low))
		points[i] = fmt.Sprintf("%.1f,%.1f", x, y)
	}
	line := strings.Join(points, " ")
	return chart{
		Title: "People covered", Top: reach(values), Line: line,
		Area:    fmt.Sprintf("0,%.0f %s %.0f,%.0f", chartHeight, line, chartWidth, chartHeight),
		Summary: fmt.Sprintf("from %s to %s over %d runs", number(values[0]), number(values[len(values)-1]), len(values)),
	}
}

// reach says between which numbers a line goes: it does not begin at zero.
func reach(values []int) string {
	low, high := slices.Min(values), slices.Max(values)
	if low == high {
		return number(low) + " throughout"
	}
	return "from " + number(low) + " to " + number(high)
}

// changesChart has who was added above the middle and who was removed below it.
func changesChart(c clock, runs []roster.Run) chart {
	most, added, removed := 1, 0, 0
	for _, r := range runs {
		most = max(most, r.Added, r.Removed)
		added, removed = added+r.Added, removed+r.Removed
	}
	drawn := chart{
		Title: "Added and removed", Top: "at most " + number(most),
		Summary: fmt.Sprintf("%s added and %s removed over %d runs", number(added), number(removed), len(runs)),
	}
	middle := chartHeight / 2
	for i, r := range runs {
		label := fmt.Sprintf("%s: %s added, %s removed", c.When(r.StartedAt), number(r.Added), number(r.Removed))
		up, down := middle*float64(r.Added)/float64(most), middle*float64(r.Removed)/float64(most)
		drawn.Bars = append(drawn.Bars,
			column(i, len(runs), middle-up, up, good, label), column(i, len(runs), middle, down, bad, label))
	}
	return drawn
}

func durationChart(c clock, runs []roster.Run) chart {
	longest := time.Second
	for _, r := range runs {
		longest = max(longest, r.EndedAt.Sub(r.StartedAt))
	}
	drawn := chart{Title: "Duration of runs", Top: "at most " + span(longest), Summary: "at most " + span(longest) + fmt.Sprintf(" over %d runs", len(runs))}
	for i, r := range runs {
		height := chartHeight * float64(r.EndedAt.Sub(r.StartedAt)) / float64(longest)
		label := fmt.Sprintf("%s: %s, %s", c.When(r.StartedAt), c.Took(r.StartedAt, r.EndedAt), strings.ToLower(outcomeOf(r.Outcome)))
		drawn.Bars = append(drawn.Bars, column(i, len(runs), chartHeight-height, height, outcomeTone(r.Outcome), label))
	}
	return drawn
}

// column is the i-th of n bars.
func column(i, n int, y, height float64, tone, label string) bar {
	step := chartWidth / float64(n)
	return bar{X: step*float64(i) + step*0.15, Width: step * 0.7, Y: y, Height: height, Tone: tone, Label: label}
}
