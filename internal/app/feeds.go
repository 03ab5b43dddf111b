package app

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/join"
)

// feeds opens every configured source with its mapping. Those that complete
// another one are a part of that, and no feed of their own.
func feeds(file config.File, getenv func(string) string, now func() time.Time) ([]reconcile.Feed, error) {
	zone, err := time.LoadLocation(file.Eligibility.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	opening := source.Opening{Getenv: getenv, Today: func() roster.Date { return roster.Today(now(), zone) }}
	var all []reconcile.Feed
	for _, configured := range file.Sources {
		if configured.Join.To != "" {
			continue
		}
		mapper, err := mapping.New(configured.Name, configured.Mapping, file.Eligibility, file.Vocabulary())
		if err != nil {
			return nil, fmt.Errorf("map source %s: %w", configured.Name, err)
		}
		opened, err := openWithParts(configured, parts(file, configured.Name), mapper, opening, now)
		if err != nil {
			return nil, err
		}
		all = append(all, reconcile.Feed{
			Name: configured.Name, Source: opened, Mapper: mapper,
			Limits: source.Limits{MaxAge: configured.MaxAge, MaxShrinkPercent: file.Safety.MaxShrinkPercent},
		})
	}
	return all, nil
}

// parts are the sources that complete the named one.
func parts(file config.File, name string) []config.Source {
	return slices.DeleteFunc(slices.Clone(file.Sources), func(s config.Source) bool { return s.Join.To != name })
}

// openWithParts opens a source, and those that complete it, each with the columns
// that the mapping reads of it.
func openWithParts(lead config.Source, others []config.Source, mapper *mapping.Mapper, opening source.Opening, now func() time.Time) (source.Source, error) {
	own, rest := mapper.Columns(), []join.Part{}
	for _, other := range others {
		part, err := openPart(other, mapper, opening)
		if err != nil {
			return nil, err
		}
		rest = append(rest, part)
		own = slices.DeleteFunc(own, func(column string) bool { return isOf(other.Name, column) })
	}
	for _, part := range rest {
		if !slices.ContainsFunc(own, func(column string) bool { return source.Canonical(column) == source.Canonical(part.On) }) {
			own = append(own, part.On)
		}
	}
	opening.Columns = own
	opened, err := lead.Settings.Open(opening)
	if err != nil {
		return nil, fmt.Errorf("open source %s: %w", lead.Name, err)
	}
	if len(rest) == 0 {
		return opened, nil
	}
	return join.New(opened, rest, now), nil
}

// openPart opens a source that completes another one, whose mapping it is.
func openPart(configured config.Source, mapper *mapping.Mapper, opening source.Opening) (join.Part, error) {
	part := join.Part{Name: configured.Name, On: configured.Join.On, Key: configured.Join.Key, MaxAge: configured.MaxAge}
	if part.Key == "" {
		part.Key = part.On
	}
	for _, column := range mapper.Columns() {
		if isOf(part.Name, column) {
			part.Columns = append(part.Columns, column[len(part.Name)+1:])
		}
	}
	fault := func(why string) error { return fmt.Errorf("join source %s: %w", part.Name, errors.New(why)) }
	if len(part.Columns) == 0 {
		return part, fault("the mapping of " + configured.Join.To + " reads none of its columns; they are called " + part.Name + ".COLUMN")
	}
	if slices.ContainsFunc(mapper.Deciding(), func(column string) bool { return isOf(part.Name, column) }) {
		return part, fault("its columns may not say who somebody is, nor whether they are covered: reference_id, status, the dates and the rules are for " + configured.Join.To)
	}
	asked := part.Columns
	if !slices.Contains(asked, part.Key) {
		asked = append(slices.Clone(asked), part.Key)
	}
	opening.Columns = asked
	opened, err := configured.Settings.Open(opening)
	if err != nil {
		return part, fmt.Errorf("open source %s: %w", part.Name, err)
	}
	part.Source = opened
	return part, nil
}

// isOf reports whether a column of a mapping is one of the named part.
func isOf(part, column string) bool {
	return len(column) > len(part)+1 && strings.EqualFold(column[:len(part)+1], part+".")
}
