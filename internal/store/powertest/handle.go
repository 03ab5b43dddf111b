package powertest

import (
	"bytes"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// handle is a file that SQLite has open on a disk.
type handle struct {
	disk      *Disk
	file      *file
	tls       *libc.TLS // of whoever opens it
	address   uintptr   // of SQLite's sqlite3_file
	table     uintptr   // of the methods of SQLite's VFS
	namesWait bool      // its first sync is one of the directory too
}

// adopt puts our methods in the place of those of an open file.
func (h *handle) adopt() {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	open := at[sqlite3.Tsqlite3_file](h.address)
	h.table = open.FpMethods
	if shim.tables[h.table] == 0 {
		ours, address := copyOf[sqlite3.Tsqlite3_io_methods](h.tls, h.table)
		ours.FxClose = pointerTo[closeMethod](onClose)
		ours.FxWrite = pointerTo[writeMethod](onWrite)
		ours.FxTruncate = pointerTo[truncateMethod](onTruncate)
		ours.FxSync = pointerTo[syncMethod](onSync)
		shim.tables[h.table] = address
	}
	open.FpMethods = shim.tables[h.table]
	shim.files[h.address] = h
}

// release gives the file back to SQLite's VFS, which is about to close it.
func (h *handle) release() {
	shim.mu.Lock()
	delete(shim.files, h.address)
	at[sqlite3.Tsqlite3_file](h.address).FpMethods = h.table
	shim.mu.Unlock()
	h.disk.mu.Lock()
	defer h.disk.mu.Unlock()
	h.file.handles--
}

func handleAt(address uintptr) *handle {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	return shim.files[address]
}

// methods are those of SQLite's VFS.
func (h *handle) methods() *sqlite3.Tsqlite3_io_methods {
	return at[sqlite3.Tsqlite3_io_methods](h.table)
}

// read reads the whole file the way SQLite does: whoever opens and closes it past SQLite
// takes its locks away.
func (h *handle) read() []byte {
	sized, address := reserve[int64](h.tls)
	defer sqlite3.Xsqlite3_free(h.tls, address)
	methods := at[sqlite3.Tsqlite3_io_methods](at[sqlite3.Tsqlite3_file](h.address).FpMethods)
	if function[sizeMethod](methods.FxFileSize)(h.tls, h.address, address) != sqlite3.SQLITE_OK || *sized == 0 {
		return nil
	}
	n := int32(*sized)
	buffer := sqlite3.Xsqlite3_malloc(h.tls, n)
	defer sqlite3.Xsqlite3_free(h.tls, buffer)
	if code := function[readMethod](methods.FxRead)(h.tls, h.address, buffer, n, 0); code != sqlite3.SQLITE_OK {
		panic("powertest: SQLite cannot read what it has opened")
	}
	return bytes.Clone(bytesAt(buffer, n))
}
