package view

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// Status is what `rosterd status` prints: is everything all right.
type Status struct {
	LastRun  *PastRun            `json:"last_run"`
	Sources  []SourceStatus      `json:"sources"`
	Groups   int                 `json:"groups"`
	Members  int                 `json:"members"`
	InFlight int                 `json:"syncs_in_flight"`
	Holds    []Hold              `json:"holds"`    // open ones
	Failures map[roster.Kind]int `json:"failures"` // open ones
	Pins     []string            `json:"pins"`
}

// SourceStatus is one source with its age.
type SourceStatus struct {
	Name        string             `json:"name"`
	State       roster.SourceState `json:"state"`
	Records     int                `json:"records"`
	Reason      string             `json:"reason"`
	LastPull    *time.Time         `json:"last_pull"`
	LastSuccess *time.Time         `json:"last_success"`
	DataOf      *time.Time         `json:"data_of"`
}

// StatusOf reads the status.
func StatusOf(ctx context.Context, s *store.Store) (Status, error) {
	status := Status{Holds: []Hold{}, Pins: []string{}, Sources: []SourceStatus{}}
	run, ok, err := s.LastRun(ctx)
	if err != nil {
		return status, fmt.Errorf("read last run: %w", err)
	}
	if ok {
		shown := OfPastRun(run)
		status.LastRun = &shown
	}
	if status.Sources, err = sourcesOf(ctx, s); err != nil {
		return status, err
	}
	groups, err := s.Groups(ctx)
	if err != nil {
		return status, fmt.Errorf("read groups: %w", err)
	}
	for _, g := range groups {
		status.Groups++
		status.Members += g.Members
	}
	inFlight, err := s.InFlight(ctx)
	if err != nil {
		return status, fmt.Errorf("read requests: %w", err)
	}
	status.InFlight = len(inFlight)
	holds, err := s.ActiveHolds(ctx)
	if err != nil {
		return status, fmt.Errorf("read holds: %w", err)
	}
	for _, hold := range holds {
		if hold.State == roster.HoldOpen {
			status.Holds = append(status.Holds, OfHold(hold))
		}
	}
	pins, err := s.Pins(ctx)
	if err != nil {
		return status, fmt.Errorf("read pins: %w", err)
	}
	for _, pin := range pins {
		status.Pins = append(status.Pins, pin.ReferenceID)
	}
	status.Failures, err = s.CountFailures(ctx)
	return status, err
}

// sourcesOf shows the sources of today: one that was taken out of the file is nothing
// that somebody has to look at.
func sourcesOf(ctx context.Context, s *store.Store) ([]SourceStatus, error) {
	last, err := s.CurrentPulls(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pulls: %w", err)
	}
	good, err := s.LastGoodPulls(ctx)
	if err != nil {
		return nil, fmt.Errorf("read pulls: %w", err)
	}
	all := []SourceStatus{}
	for _, name := range slices.Sorted(maps.Keys(last)) {
		pull := last[name]
		all = append(all, SourceStatus{
			Name: name, State: pull.State, Records: pull.Records, Reason: pull.Reason, LastPull: moment(pull.At),
			LastSuccess: moment(good[name].At), DataOf: moment(good[name].AsOf),
		})
	}
	return all, nil
}
