//go:build race

package main

// raced says that the race detector watches. It makes a process many times as
// dear, so it sees the stories in which one runs beside another; without it all
// are played.
const raced = true
