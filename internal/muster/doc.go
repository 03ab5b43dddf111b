// Package muster keeps everybody whom the sources name, group by group, in as
// little memory as it takes: a person is some 150 bytes in one of a few large
// buffers, not a structure of a dozen texts.
//
//	| file      | what                                                        |
//	| --------- | ----------------------------------------------------------- |
//	| sheet.go  | one source's people, packed as they come                    |
//	| muster.go | the sheets of all sources together                          |
//	| index.go  | who stands where                                            |
//	| record.go | the packed form of one row                                  |
package muster
