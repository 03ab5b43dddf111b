// Package alert tells people when something is wrong: once when it begins, again
// when nobody said that they know, and once when it is over.
//
// What to tell is decided from what is stored (decide.go) and committed to an
// outbox before anything is sent. Each sender empties its part of the outbox in a
// goroutine of its own (worker.go), so one that is down or hangs delays neither a
// run nor another sender. A crash between sending and noting it sends again:
// at least once, never not at all. What nobody took for three days is given up and
// decided anew, as long as there is something to tell. The ID of a message stays the
// same, so that receivers can tell.
//
// Messages name kinds, groups that Vitable has, sources, numbers and times: nobody,
// no reference_id and no cell.
//
//	| file            | what                                               |
//	| --------------- | -------------------------------------------------- |
//	| decide.go       | pure: what is wrong, and what was told -> messages |
//	| outbox.go       | the decision, committed; all workers               |
//	| worker.go       | one sender's part of the outbox                    |
//	| sender.go       | the contract of senders, and their table           |
//	| text.go         | a message in words                                 |
//	| post.go         | how senders over HTTP post                         |
//	| webhook.go, slack.go, smtp.go, alertmanager.go | one sender each     |
//	| recipients.go   | who of the recipients of a mail has it             |
package alert
