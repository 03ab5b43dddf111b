// Package roster holds the nouns of rosterd: who a person is, what is known of
// a group, what a run did, what failed and what waits for approval.
//
// It knows nothing of files, HTTP or SQL and imports the standard library
// only, so that the whole business can be read here first.
//
//	| noun     | file        | what it is                                             |
//	| -------- | ----------- | ------------------------------------------------------ |
//	| Date     | date.go     | a civil date, without time or zone                     |
//	| Member   | member.go   | one row of a payload, normalised and valid             |
//	| Person   | person.go   | one row of a source, mapped: a member with a standing  |
//	| Baseline | baseline.go | our best knowledge of who is subscribed in a group     |
//	| Failure  | failure.go  | something a person has to know about                   |
//	| Hold     | hold.go     | removals that wait for approval                        |
//	| Sync     | sync.go     | one attempt to submit one group's roster               |
//	| Run      | run.go      | one pass from the sources to the outcomes              |
package roster
