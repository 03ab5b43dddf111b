// Package powertest breaks the disk under SQLite, for tests: an effect on it fails, it
// is full, or the power goes and what was not synced is lost, kept, or kept in part.
//
// It stands between SQLite and the operating system as SQLite's default VFS. What is
// tested needs no change: a Disk has to be put under its directory before a database in
// there is opened. In every other directory it does nothing.
//
//	| what SQLite does                | what no power cut takes away from then on          |
//	| ------------------------------- | -------------------------------------------------- |
//	| it writes or truncates          | nothing                                            |
//	| it syncs a file                 | the content of this file                           |
//	| it syncs a new log or journal   | that, and the names in the directory               |
//	| it deletes, syncing or not      | that the file is gone, or nothing                  |
//	| it fails to sync                | some of the content; the rest is never tried again |
//
// Of what came later, each piece of 512 bytes is on the disk or not, as the seed has it;
// so is each new name. The last line is what Linux does: a page that could not be written
// counts as clean, and the next sync says that all is well.
//
// What the operating system is asked past SQLite is not seen. Files that are no databases
// are after a power cut as they were at that moment, and so are names that were changed
// by a rename: package durable changes both so that this holds. The -shm file is lost,
// for SQLite makes it anew.
package powertest
