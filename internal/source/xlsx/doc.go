// Package xlsx reads people from one worksheet of an Excel workbook (ECMA-376, Office
// Open XML). The workbook is unpacked in memory and its rows are read as a stream;
// nothing is written to a disk.
//
// The reader is our own because of what libraries do with a worksheet whose XML is
// damaged: the one that is used most ends the rows there and says nothing, and
// whoever stands below would lose coverage.
//
//	| fact                                             | what is made of it                            |
//	| ------------------------------------------------ | --------------------------------------------- |
//	| a zip archive ends with its directory            | a file that is cut off does not open          |
//	| every part has a checksum                        | each is read to its end, so it counts         |
//	| XML closes what it opens                         | a worksheet that does not close fails         |
//	| rows and cells have numbers, mostly              | those that go back, or come twice, fail       |
//	| blank cells and rows need not be written         | they are blank                                |
//	| a date is a number since 1900, or since 1904     | the mapping says which (excel, excel1904); a  |
//	|                                                  | workbook that says the other one is refused   |
//	| a number may be written as 5.551234567E9         | a whole one is written out                    |
//	| a formula has its last result beside it          | that is read; one that has none, or an error, |
//	|                                                  | fails, where the mapping reads the column     |
//	| worksheets may be hidden                         | a hidden one is read only when it is named    |
//	| a protected workbook is no zip archive           | it is refused with a word of its own          |
package xlsx
