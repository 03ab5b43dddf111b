// Package reconciletest breaks the world around a run, for tests: a wire to the
// sandbox without a network, and a fuse that blows at the N-th step into the
// world, be it a request to Vitable or a write to the store.
package reconciletest
