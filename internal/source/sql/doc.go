// Package sql is the source for databases: one query, whose columns are the
// source's columns and whose rows are its records.
//
// All that a pull asks stands in one transaction, which is never committed. How
// that transaction sees one state of the data, whatever others write meanwhile:
//
//	| driver    | isolation                                       | writes are refused by          |
//	| --------- | ----------------------------------------------- | ------------------------------ |
//	| postgres  | repeatable read, which is a snapshot            | a read-only transaction        |
//	| mysql     | repeatable read: a snapshot of InnoDB tables    | a read-only transaction        |
//	| sqlserver | snapshot, where the database allows it;         | nothing but the user's rights; |
//	|           | else read committed, where that is a snapshot   | what was written is rolled     |
//	|           | of each statement; else serializable, which     | back                           |
//	|           | keeps writers waiting until the pull is through |                                |
//	| sqlite    | one read transaction                            | a file that is opened to read  |
//
// What could make a result short and let it pass for whole, and what is made of
// it:
//
//	| what                                                  | is                                       |
//	| ----------------------------------------------------- | ---------------------------------------- |
//	| the connection breaks between rows                    | a fault: each protocol marks the end     |
//	| the server gives up between rows                      | a fault                                  |
//	| row security hides rows (postgres)                    | a fault of the server: row_security is   |
//	|                                                       | off, unless the dsn sets it              |
//	| sql_select_limit cuts each result (mysql)             | lifted for the session                   |
//	| NOLOCK, READPAST, SKIP LOCKED in the query            | refused: they pass over rows             |
//	| several results                                       | a fault: only one could be read          |
//	| security policies, masks and views of any database    | not seen from here: a count_query that   |
//	| that hide rows or values                              | counts elsewhere can see it              |
//	| LIMIT, TOP and an inner join that loses people        | not seen from here; see count_query      |
//
// How values become text:
//
//	| value                       | text                                                            |
//	| --------------------------- | --------------------------------------------------------------- |
//	| NULL                        | blank                                                           |
//	| text, decimals, UUIDs, JSON | as they are                                                     |
//	| whole numbers               | their digits                                                    |
//	| floating-point numbers      | the shortest digits that give the number back, no exponent      |
//	| booleans                    | true, false; what the database holds as a number stays a number |
//	| bits (mysql)                | their number                                                    |
//	| dates                       | 2006-01-02                                                      |
//	| times without a zone        | 2006-01-02T15:04:05, as written; no zone is applied             |
//	| instants (timestamptz)      | 2006-01-02T15:04:05Z                                            |
//	| datetimeoffset              | 2006-01-02T15:04:05-05:00, with its own offset                  |
//	| bytes                       | text, where they are UTF-8; a fault where they are not          |
//
// A TIMESTAMP of MySQL is an instant that its server shows in the zone of the
// session: set time_zone in the dsn where that matters. In SQLite, a column that
// is declared as DATE, DATETIME or TIMESTAMP loses a Z behind a time: cast it to
// text where it has one.
//
// No message of a database is repeated, since they quote the query, the user's
// name and values of rows. A fault has the number of the error, what that number
// means, and in PostgreSQL where in the query it is.
//
// postgres and mysql are tested on servers, sqlite in the process. sqlserver is
// not: there is no server that the tests could start. What of it can be told
// without one is tested.
package sql
