// Package plan decides, without touching anything, what a run would do: who is
// added, changed, removed or carried in each group, what is held, and why.
//
// Everything here is a pure function of its arguments, time included, with
// sorted output: equal inputs give equal plans.
package plan
