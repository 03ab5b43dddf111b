package powertest

import (
	"path/filepath"
	"sync"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The methods of a VFS and of its files that have an effect on the disk, as SQLite
// calls them.
type (
	openMethod     = func(tls *libc.TLS, vfs, name, handle uintptr, flags int32, outFlags uintptr) int32
	deleteMethod   = func(tls *libc.TLS, vfs, name uintptr, syncDir int32) int32
	closeMethod    = func(tls *libc.TLS, handle uintptr) int32
	readMethod     = func(tls *libc.TLS, handle, buffer uintptr, n int32, offset int64) int32
	writeMethod    = func(tls *libc.TLS, handle, buffer uintptr, n int32, offset int64) int32
	truncateMethod = func(tls *libc.TLS, handle uintptr, size int64) int32
	syncMethod     = func(tls *libc.TLS, handle uintptr, flags int32) int32
	sizeMethod     = func(tls *libc.TLS, handle, size uintptr) int32
)

// shim is between SQLite and its VFS. There is one, and it is global, because SQLite has
// one list of VFSs and calls their methods with nothing of ours.
var shim struct {
	mu    sync.Mutex
	base  uintptr             // the VFS that SQLite had; 0: not registered yet
	disks map[string]*Disk    // by directory
	files map[uintptr]*handle // the open files on these disks
	// tables are the method tables of SQLite's files, and ours in their place.
	tables map[uintptr]uintptr
}

// watch puts a disk under a directory.
func watch(dir string, disk *Disk) {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	if shim.base == 0 {
		register()
	}
	shim.disks[dir] = disk
}

// unwatch takes it away.
func unwatch(dir string) {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	delete(shim.disks, dir)
}

// register makes a copy of SQLite's VFS with our methods the default one, for as long as
// the process lives.
func register() {
	tls := libc.NewTLS()
	defer tls.Close()
	shim.disks, shim.files, shim.tables = map[string]*Disk{}, map[uintptr]*handle{}, map[uintptr]uintptr{}
	shim.base = sqlite3.Xsqlite3_vfs_find(tls, 0)
	copied, address := copyOf[sqlite3.Tsqlite3_vfs](tls, shim.base)
	copied.FxOpen = pointerTo[openMethod](onOpen)
	copied.FxDelete = pointerTo[deleteMethod](onDelete)
	if code := sqlite3.Xsqlite3_vfs_register(tls, address, 1); code != sqlite3.SQLITE_OK {
		panic("powertest: SQLite does not take the VFS")
	}
}

// diskUnder is nil where nobody watches.
func diskUnder(path string) *Disk {
	shim.mu.Lock()
	defer shim.mu.Unlock()
	return shim.disks[filepath.Dir(path)]
}

func baseVFS() (uintptr, *sqlite3.Tsqlite3_vfs) {
	return shim.base, at[sqlite3.Tsqlite3_vfs](shim.base)
}

func onOpen(tls *libc.TLS, _, name, file uintptr, flags int32, outFlags uintptr) int32 {
	base, methods := baseVFS()
	open := func() int32 {
		return function[openMethod](methods.FxOpen)(tls, base, name, file, flags, outFlags)
	}
	if name == 0 { // a temporary file that has no name
		return open()
	}
	path := libc.GoString(name)
	disk := diskUnder(path)
	if disk == nil {
		return open()
	}
	h := &handle{disk: disk, tls: tls, address: file}
	return disk.open(h, path, flags, open)
}

func onDelete(tls *libc.TLS, _, name uintptr, syncDir int32) int32 {
	base, methods := baseVFS()
	path := libc.GoString(name)
	disk := diskUnder(path)
	if disk == nil {
		return function[deleteMethod](methods.FxDelete)(tls, base, name, syncDir)
	}
	return disk.delete(path, syncDir != 0, func() int32 {
		return function[deleteMethod](methods.FxDelete)(tls, base, name, 0)
	})
}

func onClose(tls *libc.TLS, file uintptr) int32 {
	h := handleAt(file)
	h.release()
	return function[closeMethod](h.methods().FxClose)(tls, file)
}

func onWrite(tls *libc.TLS, file, buffer uintptr, n int32, offset int64) int32 {
	h := handleAt(file)
	return h.disk.write(h.file, offset, bytesAt(buffer, n), func(part int) int32 {
		return function[writeMethod](h.methods().FxWrite)(tls, file, buffer, int32(part), offset)
	})
}

func onTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	h := handleAt(file)
	return h.disk.truncate(h.file, size, func() int32 {
		return function[truncateMethod](h.methods().FxTruncate)(tls, file, size)
	})
}

// onSync does not ask the operating system: it is not its disk that is tested.
func onSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	h := handleAt(file)
	return h.disk.sync(h)
}
