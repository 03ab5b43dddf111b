// Package schedule says when the next run is due and calls it.
//
// A schedule is read in civil time, the time on the wall of the configured
// zone, and every time on the wall is due once:
//
//	| the wall clock           | a time that                     | is due                          |
//	| ------------------------ | ------------------------------- | ------------------------------- |
//	| skips an hour (spring)   | does not exist that day         | once, when the clock has skipped |
//	| repeats an hour (autumn) | comes twice                     | once, the first time            |
//
// Times that fall together, such as every quarter of a skipped hour, are one
// run. @every is a duration and knows no wall.
package schedule

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is a cron expression in a time zone.
type Schedule struct {
	civil cron.Schedule
	every bool // a duration: civil time does not matter
	zone  *time.Location
}

// leastEvery keeps a typing mistake from hammering Vitable.
const leastEvery = time.Minute

// Parse reads five cron fields, or a descriptor such as @hourly or @every 2h,
// and the name of a time zone. The error says what is wrong with which.
func Parse(spec, zone string) (Schedule, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return Schedule{}, errors.New("ROSTERD_TIMEZONE: use the name of a time zone such as America/New_York")
	}
	if strings.Contains(spec, "TZ=") {
		return Schedule{}, errors.New("ROSTERD_SCHEDULE: leave the zone out and set ROSTERD_TIMEZONE")
	}
	civil, err := parse(strings.TrimSpace(spec))
	if err != nil {
		return Schedule{}, fmt.Errorf("ROSTERD_SCHEDULE: %w", err)
	}
	every, constant := civil.(cron.ConstantDelaySchedule)
	if constant && every.Delay < leastEvery {
		return Schedule{}, fmt.Errorf("ROSTERD_SCHEDULE: @every needs at least %s", leastEvery)
	}
	s := Schedule{civil: civil, every: constant, zone: location}
	if s.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Schedule{}, errors.New("ROSTERD_SCHEDULE: no such day ever comes")
	}
	return s, nil
}

// parse shields from inputs that make the library panic.
func parse(spec string) (schedule cron.Schedule, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("use five cron fields: minute hour day month weekday")
		}
	}()
	schedule, err = cron.ParseStandard(spec)
	if err != nil {
		return nil, errors.New("use five cron fields: minute hour day month weekday")
	}
	return schedule, nil
}

// Next is the first due instant after the given one; the zero time when there
// is none within years.
func (s Schedule) Next(after time.Time) time.Time {
	after = after.Round(0) // the wall clock's reading only; the monotonic one stands still while the machine sleeps
	if s.every {
		return s.civil.Next(after)
	}
	for wall := onWall(after.In(s.zone)); ; {
		wall = s.civil.Next(wall)
		if wall.IsZero() {
			return time.Time{}
		}
		if at := s.instant(wall); at.After(after) {
			return at
		}
	}
}

// Due reports whether a due instant lies after last and not after now.
func (s Schedule) Due(last, now time.Time) bool {
	next := s.Next(last)
	return !next.IsZero() && !next.After(now)
}

// onWall is what the wall shows at t, written as if it were UTC, where no hour
// is ever skipped or repeated.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// instant is when the wall first shows a time, or, where it skips that time,
// when it has skipped it.
func (s Schedule) instant(wall time.Time) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, s.zone)
	begins, ends := t.ZoneBounds()
	switch shown := onWall(t); {
	case shown.After(wall): // read with the offset before the skip
		return begins
	case shown.Before(wall): // read with the offset after it
		return ends
	}
	_, before := begins.Add(-time.Nanosecond).Zone()
	_, now := t.Zone()
	if first := t.Add(time.Duration(now-before) * time.Second); first.Before(begins) {
		return first
	}
	return t
}
