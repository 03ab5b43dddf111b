// Package sheet is what sources of tables share: rows under a header, of which some
// are about nobody.
//
//	| a row                                | is                                                    |
//	| ------------------------------------ | ----------------------------------------------------- |
//	| of blank cells                       | nothing: spreadsheets leave them behind               |
//	| the first other one                  | the header                                            |
//	| that begins with the trailer's prefix | the trailer, which declares how many records there are |
//	| of a dependent                       | passed over, where relationship says which they are   |
//	| any other one                        | a record, which has to fit the header                 |
package sheet
