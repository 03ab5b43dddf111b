//go:build race

package reconcile_test

// effectsApart is how far apart the effects are that go wrong: the race detector
// makes each tale several times as dear, and finds in some what it finds in all.
// Without it every effect goes wrong.
const effectsApart = 6

// diskEffectsApart is the same for effects on the disk, of which there are many more.
const diskEffectsApart = 301
