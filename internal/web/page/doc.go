// Package page is what people see in a browser: rendered here, without a script,
// readable on a phone and with a screen reader. Nobody is named but by
// reference_id.
//
//	| path                         | shows                                                |
//	| ---------------------------- | ---------------------------------------------------- |
//	| /                            | whether everything is all right, and what is not     |
//	| /groups, /group?name=NAME    | who is covered where, and what was sent               |
//	| /runs, /runs/ID              | what happened, step by step                          |
//	| /failures, /failures.csv     | what somebody has to settle, with filters            |
//	| /holds, /holds/ID            | who would lose coverage; approve or reject           |
//	| /holds/ID/people.csv         | the same people, for a spreadsheet                   |
//	| /people?reference_id=REF     | the story of one person                              |
//	| POST /run                    | asks for a run                                       |
//
// Who may look and who may act is decided before: see Viewer.
package page
