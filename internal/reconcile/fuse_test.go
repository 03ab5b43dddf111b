package reconcile_test

import (
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
)

// onStore puts the fuse between rosterd and its store.
func (w *world) onStore(f *reconciletest.Fuse) { w.around = f.Store }

// mended takes every fuse out.
func (w *world) mended() {
	w.around = func(s reconcile.Store) reconcile.Store { return s }
	w.wire.Before, w.wire.After = nil, nil
}
