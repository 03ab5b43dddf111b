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
//	| cursor   | what stands at pages.cursor            | nothing stands there, see below            |
//	| next     | the address that stands at pages.next  | nothing stands there, see below            |
//	| link     | the header Link, rel="next" (RFC 8288) | there is none, see below                   |
//
// Nothing is null, false, a blank, or a header Link without a next page. Where a
// first answer has no such place at all, a mistyped path would make one page of
// everybody: it is a fault, but for a total that is reached or pages.last_omits.
// Later pages may leave it out.
//
// A page that is shorter than asked for is no last page: services cap what is
// asked for, and say nothing.
package rest
