// Package config reads what people tell rosterd: the YAML file and the
// environment. Everything that is wrong is reported at once, with the line and
// the key, and never with a value: a value may be a key or a person's data.
//
//	| concept  | file        | what it is                                              |
//	| -------- | ----------- | ------------------------------------------------------- |
//	| File     | file.go     | the YAML file as Go values, with its defaults           |
//	| Safety   | safety.go   | the limits, and how they become plan.Limits             |
//	| Load     | load.go     | from a path or bytes to a checked File                  |
//	| document | document.go | from bytes to one YAML tree                             |
//	| decoder  | decode.go   | from the tree to structs, by their tags                 |
//	| scalar   | scalar.go   | words, numbers, durations and their ranges              |
//	| form     | form.go     | types that can be written in more than one way          |
//	| tags     | tags.go     | what the tags of a setting say                          |
//	| check    | check.go    | what only the whole file can show                       |
//	| Schema   | schema.go   | the same structs as JSON Schema                         |
//	| describe | describe.go | and the forms of form.go                                |
//	| nearest  | nearest.go  | the key or variable that was probably meant             |
//	| Env      | env.go      | the environment variables, with their defaults          |
//	| environ  | environ.go  | which variables were set, secrets from files, typos     |
//	| Secret   | secret.go   | a string that does not show itself                      |
//	| Fault    | fault.go    | one wrong setting; Faults is the error                  |
package config
