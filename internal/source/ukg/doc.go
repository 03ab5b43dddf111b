// Package ukg is the source for UKG Pro: everybody in its person details, with the
// employment that counts (https://developer.ukg.com).
//
// A person is told in two lists, and a record has both:
//
//	| columns      | request                              | what for                        |
//	| ------------ | ------------------------------------ | ------------------------------- |
//	| firstName…   | GET /personnel/v1/person-details     | who there is, names, birth date |
//	| employment.… | GET /personnel/v1/employment-details | status, dates, job, work place  |
//
// The second is read first, and only for columns that are mapped.
//
//	| fact                                                | what is made of it                               |
//	| --------------------------------------------------- | ------------------------------------------------ |
//	| without page and per_page some default counts       | both are always sent                             |
//	| a page may hold fewer than it is asked for          | a list is read until a page has nobody           |
//	| no answer declares how many there are               | each list is held against the other, see below   |
//	| the lists write employeeId and employeeID           | case does not count                              |
//	| a person has an employment in each company          | those that run come first, then that of the home |
//	|                                                     | company; of those that are over the last         |
//	| an employment that is over keeps its status         | it counts only where none runs                   |
//	| dateOfTermination may be left from before a rehire  | the preset takes it of those who have left       |
//	| terminated people are listed                        | they leave by their status                       |
//	| dates are midnight somewhere                        | the date part, as it is written                  |
//	| employeeNumber can be given anew, employeeId cannot | the preset takes employeeId                      |
//
//	| what the two lists say                                  | what becomes of it                                |
//	| ------------------------------------------------------- | ------------------------------------------------- |
//	| an employment runs, and nobody in person details has it | the pull fails: somebody would be missing         |
//	| somebody has no employment                              | the record is in doubt, and they stay as they are |
//	| several could count, and differ in what is mapped       | the same                                          |
//	| nobody has any employment                               | the pull fails                                    |
package ukg
