package app

import (
	"fmt"
	"path/filepath"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/shard"
)

// shards tells a run which groups are this instance's, and where it meets the others.
func (a *App) shards(d *reconcile.Deps) error {
	if a.Env.Shard == "" {
		return nil
	}
	s, err := shard.Parse(a.Env.Shard)
	if err != nil {
		return &UsageError{fmt.Errorf("ROSTERD_SHARD: %w", err)}
	}
	shared := a.Env.ShardDir
	if shared == "" {
		data, err := filepath.Abs(a.Env.DataDir)
		if err != nil {
			return &UsageError{fmt.Errorf("ROSTERD_DATA_DIR: %w", err)}
		}
		shared = filepath.Join(filepath.Dir(data), "shards")
	}
	d.Shard, d.Board = s, shard.NewDir(shared, s)
	return nil
}

// oursOnly refuses groups of other shards: nothing would happen to them.
func (a *App) oursOnly(groups []string) error {
	s, err := shard.Parse(a.Env.Shard)
	if err != nil {
		return nil //nolint:nilerr // not divided: every group is ours
	}
	for _, group := range groups {
		if !s.Owns(group) {
			return &UsageError{fmt.Errorf("--group %s: this is shard %s, and the group is that of shard %d/%d", group, s, shard.Owner(group, s.Count), s.Count)}
		}
	}
	return nil
}
