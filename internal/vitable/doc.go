// Package vitable is a typed client of the Vitable Connect API: plans, groups
// and the roster sync of a group. It speaks the nouns of package roster; what
// goes over the wire stays inside.
//
// The API replaces rosters, so the client would rather say "I do not know" than
// guess. Three files hold what it is judged by:
//
//	| file        | question                                                     |
//	| ----------- | ------------------------------------------------------------ |
//	| classify.go | may a request be sent again, and what became of it?          |
//	| paging.go   | is a list complete?                                          |
//	| body.go     | has anything of a write left this machine?                   |
//
// Facts about the API are those of its public reference, as of November 2026.
package vitable
