package store

import (
	"context"
	"slices"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/roster"
)

// SavePlan stores all of a plan or nothing. Fenced.
func (s *Store) SavePlan(ctx context.Context, record roster.PlanRecord) error {
	return s.fenced(ctx, func(tx *sqlx.Tx) error {
		if err := saveRun(ctx, tx, record.Run); err != nil {
			return err
		}
		if err := savePulls(ctx, tx, record.Pulls, record.Good); err != nil {
			return err
		}
		if err := saveGroups(ctx, tx, record.Groups, record.AdoptConfig); err != nil {
			return err
		}
		for _, group := range record.LiftHolds {
			if err := liftHold(ctx, tx, group); err != nil {
				return err
			}
		}
		for _, hold := range record.Holds {
			if err := s.saveHold(ctx, tx, hold); err != nil {
				return err
			}
		}
		return s.sweep(ctx, tx, record.Sweep, "")
	})
}

func saveGroups(ctx context.Context, tx *sqlx.Tx, groups []roster.GroupState, adopt []string) error {
	adopt = slices.Sorted(slices.Values(adopt))
	for _, group := range groups {
		if err := savePlanned(ctx, tx, group); err != nil {
			return err
		}
		if _, adopts := slices.BinarySearch(adopt, group.ExternalReferenceID); !adopts {
			continue
		}
		if err := adoptConfig(ctx, tx, group.ExternalReferenceID, group.ConfigHash); err != nil {
			return err
		}
	}
	return nil
}
