// Package join completes the records of one source with those of others: the
// phone numbers that a directory has and the payroll lacks.
//
// One source leads: who has a record in it, and nobody else, is somebody. The
// others, called parts, are read first and held in memory, the columns that the
// mapping asks for and no more. Their columns come under their name: the phone of
// a part called directory is directory.phone.
//
//	| what happens                                    | what becomes of it                                  |
//	| ----------------------------------------------- | --------------------------------------------------- |
//	| a part fails, is empty, withholds, is too old   | the whole pull fails                                |
//	| nobody in a part has a record's key             | the record's columns are blank, and it is in doubt  |
//	| two in a part have it, and differ               | the same: nobody can tell which is meant            |
//	| the one who has it is in doubt itself           | the same                                            |
//	| the record's own key is blank                   | the same                                            |
//	| somebody is in a part only                      | nothing                                             |
//
// A record in doubt is told to the sink (source.Doubter), so that whoever is
// covered stays covered with the last record that was good. The leading source's
// own doubts are handed on. Keys are compared without blanks around them and,
// where case means nothing, without case (see register). The data is of the leading
// source's time.
package join
