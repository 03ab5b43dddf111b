// Package remote is what sources have in common that call a service over HTTP:
// one way to ask, and one way to read a list to its proven end.
//
//	| concept  | file       | what it is                                              |
//	| -------- | ---------- | ------------------------------------------------------- |
//	| Config   | config.go  | where the service is, as keys of the YAML file          |
//	| Client   | client.go  | requests: paced, tried again, limited, never redirected |
//	| Auth     | auth.go    | what a request shows to be let in                       |
//	| answer   | answer.go  | what an answer's status means                           |
//	| Listing  | listing.go | pages, read to the end, with every doubt an error       |
//	| Record   | record.go  | one record of JSON, and dotted paths into it            |
//
// Everything that is read is asked for again where it may help, since reading
// changes nothing; but a record is handed out once, so a page is read to its end
// before its first record is.
package remote
