// Package sim tries to break the laws. It is test code, and nothing else is in
// it.
//
// A history is a few random weeks of an employer: people are hired, leave,
// move, come back under another reference_id; exports arrive late, twice, cut
// off, shrunken, with broken rows; Vitable refuses, loses answers and gets
// stuck; rosterd is killed, loses its power and what the disk had not kept, is told
// to stop, started twice, reconfigured, given a wrong clock; an administrator approves and rejects. The whole program plays it against the
// sandbox, in one process and in a bubble in which hours pass at once. The
// simulator knows the truth, so after every run it can say whether somebody
// lost coverage who should not have, and at the end, with every fault gone,
// whether everybody is exactly where they belong.
//
// In some histories several rosterds share the groups, each a shard with a state of
// its own. They run at the same time, or only one of them does, and what happens to
// one of them happens to none of the others.
//
//	| file            | what                                                     |
//	| --------------- | -------------------------------------------------------- |
//	| employer        | the truth: who works where                               |
//	| export          | what the HR systems write of it, and how that goes wrong |
//	| trouble         | how Vitable goes wrong                                   |
//	| history         | what happens, as data: drawn, printed, kept, shortened   |
//	| world           | an employer, a Vitable, and the rosterds between them    |
//	| instance        | the place of one rosterd: its state, its groups, its wire |
//	| process         | one rosterd                                              |
//	| clerk           | the administrator                                        |
//	| law             | what must hold after each run, told by the truth alone   |
//	| handover        | the law of whoever moves between shards                  |
//	| play            | plays a history, day by day                              |
//	| running         | the runs of a day, side by side                          |
//	| power           | a run whose power goes, and what the disk keeps of it    |
//	| rest            | the end, with every fault gone                           |
//	| mutant          | deliberate bugs, each of which has to be found           |
package sim
