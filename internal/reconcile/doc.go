// Package reconcile is the run: from the sources to the outcomes at Vitable.
//
// Run reads like section "A run" of the design. Everything up to savePlan only
// reads; deliver is where the world changes. What is decided is decided by
// internal/plan; what is remembered is remembered by the Store; this package
// puts them in order and never loses track of a request that was sent.
//
//	| file        | what                                                     |
//	| ----------- | -------------------------------------------------------- |
//	| ports.go    | the few methods of store, API and clock that it calls    |
//	| run.go      | the run, step by step                                    |
//	| clock.go    | is the time of this machine to be believed?              |
//	| recall.go   | what is known from before                                |
//	| pull.go     | sources -> people, side by side                          |
//	| survey.go   | Vitable's plans and groups; provisioning                 |
//	| propose.go  | all of that -> a plan                                    |
//	| save.go     | the plan -> the store                                    |
//	| deliver.go  | the plan -> Vitable, group by group                      |
//	| follow.go   | one accepted request -> its outcome                      |
//	| handover.go | whoever moves to a group of another shard, or from one   |
//	| pace.go     | when to look at a request again                          |
//	| verdict.go  | what the run came to, in one word and one exit code      |
package reconcile
