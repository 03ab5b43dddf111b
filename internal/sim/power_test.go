package sim_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/shard"
	"github.com/rosterd/rosterd/internal/store/powertest"
)

// losesPower starts an instance on a disk whose power goes in the middle of a run, or
// at its end. Afterwards it starts on what the disk has kept, and has to know every
// roster that it meant to send.
func (in *instance) losesPower(ctx context.Context, d day, cancel func()) (*attempt, error) {
	if err := in.end(); err != nil {
		return nil, err
	}
	disk, err := powertest.Watch(in.data, uint64(d.Pick))
	if err != nil {
		return nil, err
	}
	if err := in.up(ctx); err != nil {
		return nil, err
	}
	clear(in.durable)
	const usual = 150 // effects on the disk in a run
	disk.Arm(powertest.Mishap{Kind: powertest.PowerCut, At: 1 + (37*d.At+d.Pick)%usual, Then: cancel})
	in.needsPower(disk)
	in.watchIntents()
	a, later := in.attempt(ctx, reconcile.Options{}, nil), context.WithoutCancel(ctx)
	a.disturbed, a.after = true, func() error {
		disk.Cut()
		_ = in.end() // nothing can be closed properly
		defer disk.Unwatch()
		if err := disk.PowerUp(uint64(d.Pick)); err != nil {
			return err
		}
		if err := in.up(later); err != nil {
			return err
		}
		return in.knowsIntents(later)
	}
	return a, nil
}

// needsPower lets nothing out and nothing in once the power is gone.
func (in *instance) needsPower(disk *powertest.Disk) {
	powered := func(*http.Request) error {
		if disk.Dark() {
			return reconciletest.ErrPower
		}
		return nil
	}
	in.wire.Before, in.wire.After = powered, powered
	if in.proc.notices != nil {
		in.proc.board.Board = dimBoard{in.proc.board, disk}
	}
}

// dimBoard tells other shards nothing without power.
type dimBoard struct {
	board
	disk *powertest.Disk
}

// Publish implements reconcile.Board.
func (b dimBoard) Publish(n shard.Notice) error {
	if b.disk.Dark() {
		return reconciletest.ErrPower
	}
	return b.board.Publish(n)
}

// knowsIntents is law 4: what was recorded before it was sent is still there.
func (in *instance) knowsIntents(ctx context.Context) error {
	for group, id := range in.durable {
		known, err := in.proc.store.SyncsOfGroup(ctx, group, 0)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(s roster.Sync) bool { return s.ID == id }) {
			return fmt.Errorf("law 4: the power went, and the intent of a roster of %s went with it", group)
		}
	}
	return nil
}
