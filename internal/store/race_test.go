//go:build race

package store_test

// triesPerMishap is about how many effects go wrong in a deed: the race detector makes
// each several times as dear, and finds in one what it finds in all.
const triesPerMishap = 1
