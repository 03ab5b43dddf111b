// Package files finds the file that a source reads, and opens it: on this
// machine, on an SFTP server, behind an https address or in a bucket, packed or
// encrypted or neither. What stands in the file is the matter of csv and xlsx.
//
//	| step                                              | file          |
//	| ------------------------------------------------- | ------------- |
//	| the settings                                      | config.go     |
//	| what a place of files can do                      | place.go      |
//	| the places                                        | local.go, sftp.go, https.go, bucket.go |
//	| which file: the newest complete one of a pattern  | choose.go     |
//	| what a pattern matches                            | pattern.go    |
//	| whether a file is still being written             | complete.go   |
//	| .gz, .zip, .pgp: what is in it                    | unpack.go, decrypt.go |
//
// A file that is read is always one version of it, from its first byte to its last:
//
//	| place  | what shows that it did not change                                     |
//	| ------ | --------------------------------------------------------------------- |
//	| local  | the same inode, size and time before and after                        |
//	| sftp   | the same size and time before, at the open handle, and after          |
//	| https  | one answer, whose length the server declares                          |
//	| s3     | the object's ETag, with which it is asked for                         |
package files
