package reconcile

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/roster"
)

// watch follows the requests that earlier runs left in flight, beside the run.
type watch struct {
	cancel context.CancelFunc
	ends   sync.WaitGroup
	looks  sync.WaitGroup

	mu     sync.Mutex
	denied bool  // the key was refused, so what is in flight stays so
	err    error // an outcome could not be remembered
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
			defer looked()
			w.ended(r.followEarlier(ctx, request, m, looked))
		})
	}
	return w
}

// followEarlier follows one request to its end. A bug in it must not look like
// one.
func (r *Reconciler) followEarlier(ctx context.Context, request roster.Sync, m *memory, looked func()) (how followed, err error) {
	defer func() {
		if recover() != nil {
			r.Log.Error("follower panicked", zap.String("group", request.Group), zap.ByteString("stack", debug.Stack()))
			err = fmt.Errorf("follow request: %w", errPanic)
		}
	}()
	how, _, err = r.follow(ctx, request, m, r.Settings.Pace.First(m.expect(request.Group, request.Size)), looked)
	if err == nil {
		r.Log.Info("earlier request followed", zap.String("group", request.Group), zap.String("request_id", request.RequestID), zap.String("end", string(how)))
	}
	return how, err
}

func (w *watch) ended(how followed, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.denied = w.denied || how == followedDenied
	w.err = errors.Join(w.err, err)
}

// firstLook waits until every request was looked at once.
func (w *watch) firstLook() { w.looks.Wait() }

// wait waits until every request ended, is stuck, or was left.
func (w *watch) wait() { w.ends.Wait() }

// stop leaves what is still in flight to the next run. It says whether the key
// was refused, and returns what could not be remembered.
func (w *watch) stop() (denied bool, err error) {
	w.cancel()
	w.ends.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.denied, w.err
}

// Follow looks at everything in flight until it ends or ctx does. A daemon that
// does not start with a run calls it, so that no outcome waits for the next one.
func (r *Reconciler) Follow(ctx context.Context) error {
	m, err := r.recall(ctx, true)
	if err != nil {
		return err
	}
	w := r.watch(ctx, m)
	w.wait()
	_, err = w.stop()
	return err
}
