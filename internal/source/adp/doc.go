// Package adp is the source for ADP Workforce Now and RUN: the workers of one
// client of ADP's, as the Workers API (v2) lists them (https://developers.adp.com).
//
//	| fact                                                      | what is made of it                              |
//	| --------------------------------------------------------- | ----------------------------------------------- |
//	| tokens and workers are given to a certificate's holder    | the certificate is shown to both                |
//	| 204 without a body ends the list, and nothing else does   | it is read to there, whatever was declared      |
//	| $skip may be ignored, and the first page come again       | the second coming of anybody fails the pull     |
//	| count=true declares how many there are (meta.totalNumber) | where it does, what comes is compared with it   |
//	| 202 is a list that is still being collected               | the pull fails as not_ready                     |
//	| what a client may not see is masked, with 200: birth      | a mask in a mapped column fails the pull, which |
//	| dates as 0000-MM-DD, 0000-00-00 (Workforce Now) and       | says what to have granted: no row could be sent |
//	| XXXX-MM-DD (RUN), numbers by X                            | with one                                        |
//	| masking is lifted by agreement, and by a parameter of     | it is asked for, see unmasked                   |
//	| Accept                                                    |                                                 |
//	| terminated people are listed                              | they leave by their status                      |
//	| blank things are left out                                 | see below                                       |
//	| some dates have times                                     | the date part, as it is written                 |
//	| who came back keeps the date when they left               | the preset takes it of those who have left      |
//	| workerID is what people see, associateOID does not change | the preset takes associateOID                   |
//
// Some columns are not ADP's own:
//
//	| column             | what it is                                                                                     |
//	| ------------------ | ---------------------------------------------------------------------------------------------- |
//	| assignment.…       | of workAssignments the one that runs, else the one that ended last; of several the primary one |
//	| assignment.units.… | its homeOrganizationalUnits by their type: assignment.units.department.…                       |
//	| status             | the worker's; on leave, and where that is blank, the assignment's                              |
//	| ….number           | of a mobile or landline as formatted, or its area and its number                               |
//
// Where more than one assignment could be meant, and they differ in what is mapped,
// the record is in doubt, and whoever it is about stays as they are.
//
// A column that comes with nobody is withheld, with these exceptions: what most
// people do not have (a second line, a date of leaving) is blank where the object
// around it came, and so is a kind of phone or mail among the personal ones; the
// ways to reach somebody at work may all be blank.
package adp
