// Package hibob is the source for HiBob: everybody whom a search without a filter
// finds (https://apidocs.hibob.com/reference/post_people-search).
//
//	| fact                                                     | what is made of it                                |
//	| -------------------------------------------------------- | ------------------------------------------------- |
//	| there are no pages: one answer has everybody             | it is read whole or not at all                    |
//	| a field that the user may not see is left out, with 200  | it is withheld, and the pull fails                |
//	| who is inactive is left out unless asked for             | showInactive is asked for                         |
//	| lists hold the ids of their entries                      | humanReadable REPLACE gives the words             |
//	| a field is called root.firstName and comes as firstName  | it is found under either, and as /root/firstName  |
//	| each company has fields of its own                       | no preset: GET /company/people/fields lists them  |
//	| addresses are blocked after repeated refusals            | 401 and 403 are not tried again                   |
package hibob
