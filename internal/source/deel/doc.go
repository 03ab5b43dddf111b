// Package deel is the source for Deel: the people of an organization
// (https://developer.deel.com/api/endpoints/people).
//
//	| fact                                              | what is made of it                               |
//	| ------------------------------------------------- | ------------------------------------------------ |
//	| a page declares how many people there are         | what comes is compared with it                   |
//	| contractors are listed                            | the preset covers employees only                 |
//	| nobody's phone is listed                          | join a source that has them                      |
//	| who has left stays listed                         | they leave by their status                       |
//	| timestamps are midnight somewhere                 | their date counts, as it is written              |
//	| it throttles with 429 at five requests a second   | requests keep that pace                          |
package deel
