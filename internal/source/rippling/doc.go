// Package rippling is the source for Rippling, by its REST API, version 2
// (https://developer.rippling.com/documentation/rest-api).
//
//	| fact                                                          | what is made of it                         |
//	| ------------------------------------------------------------- | ------------------------------------------ |
//	| names, phones and addresses are the user's, not the worker's  | user and what else is mapped is expanded   |
//	| a field that a token may not see is redacted, with 200        | where it is mapped, the pull fails         |
//	| next_link is followed as it is; none is the end               | on Rippling's own host only                |
//	| street_address may have several lines                         | home.line_1 and home.line_2                |
//	| terminated workers are listed                                 | they leave by their status                 |
//	| contractors are listed                                        | the preset leaves them out                 |
//	| a token ends with its owner's employment                      | denied: install with a user of its own     |
package rippling
