// Package mapping turns the records of a source into people: which column is
// which field, how dates and phones are written, whom the rules cover today.
//
// A Mapper is built once from the configuration, bound once per pull to the
// columns that the file really has, and then asked row by row. Everything that
// is wrong with a configuration or a header is found before the first row;
// whatever is wrong with a row is a Problem of that one person, never an error.
//
//	| concept     | file          | what it is                                         |
//	| ----------- | ------------- | -------------------------------------------------- |
//	| Config      | config.go     | fields, rules and eligibility as configured        |
//	| Fault       | faults.go     | what is wrong with them                            |
//	| Hash        | hash.go       | has the configuration changed                      |
//	| Mapper      | mapper.go     | a configuration, compiled                          |
//	| Binding     | binding.go    | a Mapper and the columns of one pull               |
//	| Standing    | standing.go   | in, terminated or not eligible: the truth table    |
//	| rule        | rule.go       | value lists and expressions that answer yes or no  |
//	| expression  | expression.go | one CEL expression over the cells of a row         |
//	| date format | dateformat.go | how a column writes dates                          |
//	| phones      | phone.go      | ten digits out of what people type                 |
package mapping
