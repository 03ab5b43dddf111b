package page

import (
	"fmt"
	"time"
)

// clock tells times as people do.
type clock struct {
	now  time.Time
	zone *time.Location
}

// Now is when the page was made.
func (c clock) Now() time.Time { return c.now }

// When is a time of day with its date, and the year where it is another one; "never"
// for none.
func (c clock) When(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	at = at.In(c.zone)
	if at.Year() == c.now.In(c.zone).Year() {
		return at.Format("Jan 2, 15:04 MST")
	}
	return at.Format("Jan 2, 2006, 15:04 MST")
}

// ISO is a time for machines.
func (c clock) ISO(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// Ago is how long ago something was, or how far ahead it is.
func (c clock) Ago(at time.Time) string {
	switch d := c.now.Sub(at); {
	case at.IsZero():
		return "never"
	case d > -time.Minute && d < time.Minute:
		return "just now"
	case d < 0:
		return "in " + span(-d)
	default:
		return span(d) + " ago"
	}
}

// Took is how long something lasted.
func (c clock) Took(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return "–"
	}
	d := to.Sub(from)
	if d < time.Second {
		return "< 1 second"
	}
	return span(d)
}

// span rounds a duration to its largest unit, or to the largest two.
func span(d time.Duration) string {
	day := 24 * time.Hour
	switch {
	case d < time.Minute:
		return plural(int(d/time.Second), "second")
	case d < time.Hour:
		return plural(int(d/time.Minute), "minute")
	case d < day && d%time.Hour >= time.Minute:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d < day:
		return plural(int(d/time.Hour), "hour")
	default:
		return plural(int(d/day), "day")
	}
}

func plural(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return number(n) + " " + unit + "s"
}
