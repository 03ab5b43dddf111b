package reconcile

import (
	"context"
	"sync"

	"go.uber.org/zap"
)

// watch follows the requests that earlier runs left in flight, beside the run.
type watch struct {
	cancel context.CancelFunc
	ends   sync.WaitGroup
	looks  sync.WaitGroup
}

// watch starts to follow everything in flight. A request that ends frees its
// group in the memory.
func (r *Reconciler) watch(ctx context.Context, m *memory) *watch {
	ctx, cancel := context.WithCancel(ctx)
	w := &watch{cancel: cancel}
	w.looks.Add(len(m.inFlight))
	for _, request := range m.inFlight {
		looked := sync.OnceFunc(w.looks.Done)
		w.ends.Go(func() {
			first := r.Settings.Pace.First(m.expect(request.Group, request.Size))
			how, _, err := r.follow(ctx, request, m, first, looked)
			if err != nil {
				r.Log.Error("request not followed", zap.String("group", request.Group), zap.Error(err))
				return
			}
			r.Log.Info("earlier request followed", zap.String("group", request.Group), zap.String("request_id", request.RequestID), zap.String("end", string(how)))
		})
	}
	return w
}

// firstLook waits until every request was looked at once.
func (w *watch) firstLook() { w.looks.Wait() }

// wait waits until every request ended, is stuck, or was left.
func (w *watch) wait() { w.ends.Wait() }

// stop leaves what is still in flight to the next run.
func (w *watch) stop() {
	w.cancel()
	w.ends.Wait()
}

// Follow looks at everything in flight until it ends or ctx does. A daemon that
// does not start with a run calls it, so that no outcome waits for the next one.
func (r *Reconciler) Follow(ctx context.Context) error {
	m, err := r.recall(ctx, true)
	if err != nil {
		return err
	}
	r.watch(ctx, m).wait()
	return nil
}
