// Package bamboohr is the source for BambooHR: everybody whom its reports show,
// past and present (https://documentation.bamboohr.com/reference).
//
// There are two ways to read, since BambooHR is on its way from one to the other:
//
//	| read    | request                              | what it proves                     |
//	| ------- | ------------------------------------ | ---------------------------------- |
//	| report  | POST /api/v1/reports/custom          | one answer, whole; every field back |
//	| dataset | POST /api/v2/datasets/NAME/data      | pages up to the declared total, no row twice |
//
//	| fact                                                      | what is made of it                  |
//	| --------------------------------------------------------- | ----------------------------------- |
//	| a field that is unknown or forbidden is left out, with 200 | it is withheld, and the pull fails  |
//	| a dataset has a blank for it, and names it beside the row | the pull fails                      |
//	| a report hides people whose rows lie ahead                 | onlyCurrent=false is asked for      |
//	| no date is written as nothing or as 0000-00-00             | both are blank                      |
//	| a charset in Content-Type makes it read XML                | there is none                       |
//	| it throttles with 503, and since September 2026 with 429   | both are waited for, with Retry-After |
//	| a dataset comes in no order unless it is asked to         | it is asked for by eeid, the id     |
//	| employeeNumber can be edited, id cannot                    | the preset takes id                 |
package bamboohr
