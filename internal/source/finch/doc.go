// Package finch is the source for Finch, which speaks to many payroll systems and
// answers in one way for all of them
// (https://developer.tryfinch.com/api-reference/organization).
//
// A person is told in three answers, and a record has all three:
//
//	| columns        | request                   | what for                                |
//	| -------------- | ------------------------- | --------------------------------------- |
//	| id, is_active… | GET employer/directory    | who there is, and how many              |
//	| individual.…   | POST employer/individual  | names, birth date, phones, residence    |
//	| employment.…   | POST employer/employment  | status, dates, the payroll's own id     |
//
// The second and the third are asked only for columns that are mapped.
//
//	| fact                                                         | what is made of it                          |
//	| ------------------------------------------------------------ | ------------------------------------------- |
//	| 202 is a payroll that has not been read yet, with no list    | the pull fails as not_ready                 |
//	| a batch is 200 and has a code for each of its items          | one item that is not 200 fails the pull     |
//	| a batch may answer in any order                              | items are found by individual_id            |
//	| an item may be missing, there twice, or another's            | each fails the pull                         |
//	| the directory declares how many people there are             | what comes is compared with it              |
//	| any value may be null                                        | it is blank, and not withheld               |
//	| contractors are listed                                       | the preset leaves them out                  |
//	| terminated people are listed                                 | they leave by their status                  |
//	| an end date may be left from before a rehire                 | the preset takes it of those who have left  |
//	| Finch's id changes when an employer connects in another way  | the preset takes source_id, the payroll's   |
//	| not every payroll has a source_id                            | rows without one have no reference_id, and then nobody counts as absent; map id instead |
package finch
