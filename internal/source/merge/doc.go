// Package merge is the source for Merge, which copies the employees of many HR
// systems and lists its copy in one way (https://docs.merge.dev/hris). One linked
// account is one employer's system.
//
// The copy is what can be wrong, so GET sync-status is asked first, for Employee and
// for what else the mapped columns come from:
//
//	| status                                   | the list is                        |
//	| ---------------------------------------- | ---------------------------------- |
//	| DONE                                     | believed                           |
//	| SYNCING, not for the first time          | believed: it has what it had       |
//	| SYNCING for the first time, or none      | not_ready: it has some of them     |
//	| PARTIALLY_SYNCED, FAILED                 | not_ready: it may have some of them |
//	| PAUSED, DISABLED, or a word of tomorrow  | not_ready: nobody keeps it         |
//
// As old as the oldest of those copies is the data, so max_age tells of a copy that
// stands still.
//
//	| fact                                                        | what is made of it                               |
//	| ----------------------------------------------------------- | ------------------------------------------------ |
//	| the list declares no length, and ends with next: null       | an answer without next is no end                 |
//	| a location or an employment is an id unless it is expanded  | what columns lead into is expanded; an id that   |
//	|                                                             | comes all the same fails the pull                |
//	| dates are date-times, midnight in some zone                 | the date part, as it is written                  |
//	| employments are a history in no order                       | employment.… is the one that began last by today |
//	| inactive people are listed                                  | they leave by their status                       |
//	| a status may be the HR system's own word                    | one that the preset does not know is a doubt     |
//	| a termination date may be left from before a rehire         | the preset takes it of those who are inactive    |
//	| who is not in the HR system any more is not listed          | they are absent: a permission that Merge lost    |
//	|                                                             | looks the same, so it is no termination          |
//	| id ends with the link, remote_id is the HR system's own     | the preset takes remote_id                       |
package merge
