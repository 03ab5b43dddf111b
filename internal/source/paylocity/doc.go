// Package paylocity is the source for Paylocity: the employees of one company, as
// its core HR lists them
// (https://developer.paylocity.com/integrations/reference/get_corehr-v1-companies-companyid-employees).
//
//	| fact                                                   | what is made of it                             |
//	| ------------------------------------------------------ | ---------------------------------------------- |
//	| a page has 20 people at most                           | 20 are asked for                               |
//	| only a token says that a page follows                  | one that comes back fails the pull             |
//	| some answers declare a totalCount                      | fewer people than any of them fails the pull   |
//	| who asks too often gets 403, as who may not read this  | it is asked again a few times                  |
//	| 40,000 requests an hour                                | the pace is below that                         |
//	| everybody is listed unless activeOnly is asked for     | it is asked not to; leavers leave by status    |
//	| names, dates and home are in info, which is optional   | info, position and status are always asked for |
//	| an id is one employee's of one company only            | the column companyEmployeeId has both          |
//	| terminated since is the date of the present status     | the preset takes it of those who are           |
//	| statuses are the employer's words                      | one that the preset does not know is a doubt   |
//	| a client's secret lasts 365 days                       | it is read anew for each token                 |
//
// Pay is never asked for.
package paylocity
