// Package sandbox is a Vitable of its own: an http.Handler that keeps groups,
// plans and subscriptions in memory, behaves as the vendor's reference
// describes, and misbehaves where a Fault says so. It is the judge of rosterd
// in tests and the other side of `rosterd sandbox` and `rosterd demo`, so it
// shares no code with the client that it judges.
//
// What it is faithful to (openapi.yaml is the same in machine form, see Spec):
//
//   - A sync replaces the roster of one group. It is answered at once with a
//     receipt and takes effect when it completes; the clock decides that at the
//     next access, so nothing runs in the background and a testing/synctest
//     bubble can drive it.
//   - Who is in the payload and not subscribed is added; who is subscribed and
//     not in the payload is removed; who is both keeps their subscription and
//     its plan, and has their other fields updated.
//   - A row that cannot be added or removed is listed in `failures` and leaves
//     the other rows alone: an unknown plan, somebody who belongs to another
//     group, or a Rule.
//   - A payload that breaks the schema or names a reference_id twice is refused
//     as a whole, and nothing is queued.
//
// Where the reference is silent the sandbox chooses: 422 for a broken rule of
// the schema, 400 for what is not JSON and for a reference_id given twice, 409
// for an external_reference_id that is taken, and two syncs of one group
// complete in the order in which they were accepted.
//
// # Control
//
// On the same listener, from loopback addresses only, without a key and
// without a trace in the ledger:
//
//	| request                             | what it does                                                |
//	| ----------------------------------- | ----------------------------------------------------------- |
//	| GET    /_sandbox/ledger             | every request so far: [Entry], people by reference_id       |
//	| DELETE /_sandbox/ledger             | forgets requests and violations                             |
//	| GET    /_sandbox/violations         | dangerous things that the client did: [text]                |
//	| GET    /_sandbox/members            | who is subscribed: {external_reference_id: [reference_id]}  |
//	| PUT    /_sandbox/members/{ext}      | {"members": [row]} are subscribed in that group from now on |
//	| GET    /_sandbox/faults             | the faults that are set: [Fault]                            |
//	| PUT    /_sandbox/faults             | [Fault] take the place of all faults                        |
//	| DELETE /_sandbox/faults             | no faults                                                   |
//	| PUT    /_sandbox/refusals           | [Rule] take the place of all rules                          |
//	| DELETE /_sandbox/refusals           | no rules                                                    |
//	| PUT    /_sandbox/processing         | {"duration": "2s"}: every later sync takes that long        |
//	| DELETE /_sandbox/processing         | back to the default time                                    |
//	| DELETE /_sandbox/syncs/{request_id} | a sync in flight is written off: it never takes effect      |
//
// # Privacy
//
// Rows live in memory only. The ledger, the violations, the control surface
// and every error name people by reference_id and rows by their position.
package sandbox
