// Package gusto is the source for Gusto: the employees of one company, as its
// API lists them (2025-06-15,
// https://docs.gusto.com/embedded-payroll/reference/get-v1-companies-company_id-employees).
//
//	| fact                                            | what is made of it                         |
//	| ----------------------------------------------- | ------------------------------------------ |
//	| the list is a bare array, 25 people by default  | pages of 100 are asked for                 |
//	| its length stands in X-Total-Count only         | without that header the pull fails         |
//	| the home address comes with an include only     | it is always asked for                     |
//	| terminated people are listed                    | they leave by their status                 |
//	| terminations may lie ahead, or before a rehire  | termination_date, see below                |
//	| 200 requests a minute for one grant             | the pace is below that                     |
//	| access tokens last two hours, and a refresh     | the file of the refresh token is rewritten |
//	| token is replaced with each renewal             | before the new access token is used        |
//
// Two columns are not Gusto's own. hire_date is that of the primary job.
// termination_date is the last one of somebody who is terminated; of somebody
// who is not, only one that lies ahead counts: an earlier one was before they
// came back.
package gusto
