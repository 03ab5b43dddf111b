// Package scim is the source for directories that speak SCIM 2.0: Okta, Entra ID,
// JumpCloud and others (RFC 7643, RFC 7644).
//
// A directory knows phones and addresses, and neither birth dates nor who is
// employed. So it only completes another source, and never decides who exists.
//
//	| fact                                                        | what is made of it                        |
//	| ----------------------------------------------------------- | ----------------------------------------- |
//	| startIndex counts from 1; a page may hold less than asked   | the next one begins behind what came      |
//	| totalResults declares how many there are                    | what comes is compared with it            |
//	| Resources may be absent where there are none                | only where totalResults is 0              |
//	| pages have no state: rows may move between them             | nobody twice, and as many as declared     |
//	| a service may page by cursor (RFC 9865)                     | nextCursor is followed where it comes     |
//	| an attribute without a value is left out (RFC 7643, 2.5)    | it is blank, unless nobody has it         |
//	| the enterprise extension is below its URN                   | urn:…:enterprise:2.0:User.employeeNumber  |
package scim
