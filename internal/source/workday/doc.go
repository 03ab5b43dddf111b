// Package workday is the source for Workday: the rows of one custom report that is
// enabled as a web service (Reports as a Service).
//
// There is no preset, since Workday has no names of its own for columns: they are
// what the report's author writes as XML aliases, and two reports of one tenant
// differ. The example has a report's aliases and the mapping that fits them.
//
//	| fact                                                  | what is made of it                                  |
//	| ----------------------------------------------------- | --------------------------------------------------- |
//	| a report is one answer, without pages and a length    | JSON that does not close is no answer, and CSV that |
//	|                                                       | ends with its connection is none                    |
//	| a blank cell is left out of its row in JSON           | it is blank, where any other row has the column     |
//	| a column that the user may not see is left out of all | it is withheld, and the pull fails; so is one that  |
//	| rows, and so is one that is blank in all              | is blank for everybody, unless it is in optional    |
//	| a report may take half an hour                        | so long is waited for it                            |
//	| dates may have the zone's offset behind them          | the date part, as it is written                     |
//	| whom a report shows is for its filter and prompts     | terminated people have to be let in there; whoever  |
//	| to say                                                | is not is absent, and leaves by absence only        |
//	| a worker with two positions may have two rows         | equal rows are one; others contradict one another,  |
//	|                                                       | and whoever they are about stays as they are        |
package workday
