// Package store keeps what rosterd knows in one SQLite file: who is covered,
// what was sent, what failed, what waits for a person.
//
// The state is the only proof of who is covered, and losing it unnoticed costs
// people their coverage. So Open refuses whatever it cannot vouch for
// (ErrUnusable) and never starts anew where something used to be; every write
// is one transaction; every write of a run checks that its lease still holds.
//
// A data directory holds
//
//	| file         | what it is                                                 |
//	| ------------ | ---------------------------------------------------------- |
//	| rosterd.db   | the database, with its -wal and -shm while it is open      |
//	| identity     | names the database that belongs here                       |
//	| state.key    | the key of the encrypted columns, unless one was given     |
//	| rosterd.lock | locked by the instance that holds the lease                |
//	| sent         | how far what was sent has come, see mark.go and restore.go |
//
// and, for a while, rosterd.db.new while a database is created (create.go) and
// rosterd.db.schema-N, the database as it was before a migration (migrate.go).
//
// Baselines and payloads are the only columns that hold people's data; they
// are packed and sealed (see people.go and seal.go). Lists that are read
// and written as a whole are JSON in one column. Times are UTC, in
// milliseconds since 1970, and 0 is "no time".
//
// Nothing in this process may open the database files but SQLite itself, once
// it has: closing such a descriptor would drop SQLite's POSIX locks.
package store
