// Package csv reads people from a delimited text file: the export that every
// HR system has.
//
// The file is read once, as a stream, and strictly: what does not fit is an
// error with its line and never a guess, because a row that is lost ends
// somebody's coverage. A pull goes through these steps, a file each:
//
//	| step                                              | file        |
//	| ------------------------------------------------- | ----------- |
//	| the settings                                      | config.go   |
//	| which file, from where, unpacked                  | package files |
//	| bytes to checked UTF-8 text                       | text.go     |
//	| text to rows and cells                            | rows.go     |
//	| rows to records: header, trailer, dependents      | package sheet |
//	| the report                                        | pull.go     |
//
// A file that is cut in the middle of a row can still be well formed. What
// tells it from a whole one is evidence beside the rows: the final newline, a
// sidecar file, or a trailer row that declares the number of records.
package csv
