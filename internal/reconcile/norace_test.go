//go:build !race

package reconcile_test

// effectsApart is how far apart the effects are that go wrong.
const effectsApart = 1
