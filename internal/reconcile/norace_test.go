//go:build !race

package reconcile_test

// effectsApart is how far apart the effects are that go wrong.
const effectsApart = 1

// diskEffectsApart is the same for effects on the disk, of which there are many more.
const diskEffectsApart = 83
