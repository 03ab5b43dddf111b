// Package exec is the source for everything else: a program that prints people,
// one JSON object a line (NDJSON), or the messages of a Singer tap
// (https://github.com/singer-io/getting-started, version 0.2.0).
//
// A pull is complete when the program read all of its own source, which it says
// by its exit code. What else a pull ends with:
//
//	| the program                                          | is                                    |
//	| ---------------------------------------------------- | ------------------------------------- |
//	| ends with 0                                          | complete                              |
//	| ends with anything else, or by a signal              | a fault, whatever it has printed      |
//	| prints a line that is no JSON object in UTF-8        | a fault; half a line too              |
//	| prints more than max_output, or too long a line      | a fault                               |
//	| takes longer than timeout                            | a fault                               |
//	| ends, and leaves others who hold its output          | a fault: more could come              |
//	| never prints a column that the mapping reads         | a fault, unless the column is optional |
//
// What is printed as an error (stderr) may be about people: it is counted in
// lines, and neither kept nor shown.
//
// A program that is not to go on gets SIGTERM, with its whole process group, and
// SIGKILL soon after. When a pull is over nothing of the group is left. It is
// started without a shell, in a clean environment: PATH, HOME, TZ and LANG, and
// what the setting env adds. The secrets of rosterd are not in it.
//
// Messages of a tap, whose types may be of either case:
//
//	| type             | what is made of it                                                   |
//	| ---------------- | -------------------------------------------------------------------- |
//	| RECORD           | of the stream: a record. Its earliest time_extracted is how old the  |
//	|                  | data is                                                              |
//	| SCHEMA, STATE    | nothing: columns have to come in records, and no state is kept       |
//	| ACTIVATE_VERSION | records of the stream of another version are a fault: a target would |
//	|                  | drop them                                                            |
//	| BATCH            | of the stream: a fault, for its records stand elsewhere              |
//	| any other        | of the stream: a fault, for it may change who is in it; else nothing |
//
// A tap that was given a state prints only what changed since, and whoever did not
// change would be missing: --state is refused, however it is shortened. So is a record that says that it
// was deleted (_sdc_deleted_at), which only a list of changes has. A person who
// comes twice is for the mapping.
package exec
