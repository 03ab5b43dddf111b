// Package app wires rosterd together. Nothing is decided here: it reads the
// configuration, opens what is needed in order and closes it in reverse, and
// knows which error means which exit code. The kinds of sources are one visible
// table in sources.go.
package app
