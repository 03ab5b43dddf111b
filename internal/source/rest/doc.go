// Package rest is the source for services that no other source knows: any API
// that lists people as JSON, described in YAML by where it is, what it wants to
// see, where the records stand in its answers and how its pages follow.
//
// How pages end is where rosters get lost, so nothing is guessed:
//
//	| pages.by | the next page                          | the last page                              |
//	| -------- | -------------------------------------- | ------------------------------------------ |
//	| none     | there is none                          | the one answer                             |
//	| page     | the next number                        | total reached; without a total: an empty one |
//	| offset   | as many records on as came             | the same                                   |
//	| cursor   | what stands at pages.cursor            | nothing stands there                       |
//	| next     | the address that stands at pages.next  | nothing stands there                       |
//	| link     | the header Link, rel="next" (RFC 8288) | there is none                              |
//
// A page that is shorter than asked for is no last page: services cap what is
// asked for, and say nothing.
package rest
