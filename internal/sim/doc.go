// Package sim tries to break the laws. It is test code, and nothing else is in
// it.
//
// A history is a few random weeks of an employer: people are hired, leave,
// move, come back under another reference_id; exports arrive late, twice, cut
// off, shrunken, with broken rows; Vitable refuses, loses answers and gets
// stuck; rosterd is killed, told to stop, started twice, reconfigured; an
// administrator approves and rejects. The whole program plays it against the
// sandbox, in one process and in a bubble in which hours pass at once. The
// simulator knows the truth, so after every run it can say whether somebody
// lost coverage who should not have, and at the end, with every fault gone,
// whether everybody is exactly where they belong.
//
//	| file            | what                                                     |
//	| --------------- | -------------------------------------------------------- |
//	| employer        | the truth: who works where                               |
//	| export          | what the HR systems write of it, and how that goes wrong |
//	| history         | what happens, as data: drawn, printed, kept, shortened   |
//	| process         | one rosterd                                              |
//	| clerk           | the administrator                                        |
//	| law             | what must hold after each run, told by the truth alone   |
//	| play            | plays a history                                          |
//	| mutant          | deliberate bugs, each of which has to be found           |
package sim
