// Package paychex is the source for Paychex Flex: the workers of one company, and
// how to reach them (https://developer.paychex.com).
//
// Addresses, phones and e-mails are not in the list: each worker has a list of them,
// GET /workers/ID/communications. It is asked for where a column needs it, for the
// workers who can have one, and is one object below communications: first the type,
// then the usage. communications.street_address.personal.city is the city at home,
// and communications.phone.personal.number the area and the number in one.
//
//	| fact                                                    | what is made of it                           |
//	| ------------------------------------------------------- | -------------------------------------------- |
//	| a page holds fewer than it is asked for, without a word | the next one begins where it ended           |
//	| only a link says that a page follows (rel next)         | it is a sign and no address: its host and    |
//	|                                                         | its path are not those of the list           |
//	| a page declares its length, and with pages the list's   | both are compared with what came             |
//	| a list of communications that does not come             | fails the pull: nobody has no address        |
//	| only the active and those in progress have such a list  | nobody else is asked about                   |
//	| dates are midnight UTC                                  | the date part, as it is written              |
//	| terminated people are listed, since when is the date    | they leave by their status; of others the    |
//	| of their present status                                 | preset takes no termination date             |
//	| inactive people are on leave or laid off                | the preset keeps them, on what was sent last |
//	| contractors are listed                                  | the preset leaves them out                   |
//	| statuses grow more                                      | one that the preset does not know is a doubt |
//	| employeeId can be given anew, workerId cannot           | the preset takes workerId                    |
package paychex
