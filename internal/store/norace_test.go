//go:build !race

package store_test

// triesPerMishap is about how many effects go wrong in a deed, without the flag for all.
const triesPerMishap = 3
