package powertest

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite is C that was translated to Go: its memory is not Go's, its pointers are
// numbers, and where C has a pointer to a function there is a Go function value.

// at is what SQLite has at an address.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// bytesAt are the n bytes at an address.
func bytesAt(address uintptr, n int32) []byte { return unsafe.Slice(at[byte](address), n) }

// function is what SQLite calls through a pointer.
func function[F any](pointer uintptr) F { return *(*F)(unsafe.Pointer(&pointer)) }

// pointerTo lets SQLite call a function. It must not be a closure: SQLite's memory keeps
// nothing of Go's alive.
func pointerTo[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// copyOf copies something of SQLite's within its memory, where it stays.
func copyOf[T any](tls *libc.TLS, of uintptr) (*T, uintptr) {
	copied, address := reserve[T](tls)
	*copied = *at[T](of)
	return copied, address
}

// reserve makes room for something in SQLite's memory.
func reserve[T any](tls *libc.TLS) (*T, uintptr) {
	var size T
	address := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(size)))
	if address == 0 {
		panic("powertest: SQLite has no memory")
	}
	return at[T](address), address
}
