package powertest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	sqlite3 "modernc.org/sqlite/lib"
)

// befall counts an effect and says what becomes of it.
func (d *Disk) befall() lot {
	if d.dark {
		return dark
	}
	d.effects++
	if d.mishap.At == 0 || d.effects < d.mishap.At {
		return done
	}
	now := d.effects == d.mishap.At
	if now && d.mishap.Then != nil {
		d.mishap.Then()
	}
	switch {
	case d.mishap.Kind == PowerCut:
		d.goDark()
		return cut
	case d.mishap.Kind == Full:
		return full
	case d.mishap.Kind == Lie:
		return untrue
	case d.mishap.Kind == Broken || now:
		return failed
	}
	return done
}

// open lets SQLite open a file and finds out which one it is.
func (d *Disk) open(h *handle, path string, flags int32, open func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := os.Lstat(path)
	made := errors.Is(err, fs.ErrNotExist) && flags&sqlite3.SQLITE_OPEN_CREATE != 0
	if made {
		if lot := d.befall(); lot != done && lot != untrue {
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	if code := open(); code != sqlite3.SQLITE_OK {
		return code
	}
	info, err := os.Stat(path)
	if err != nil {
		panic("powertest: " + err.Error())
	}
	f := d.known(info)
	if f == nil || f.handles == 0 {
		content := h.read()
		if f == nil || made || !bytes.Equal(content, f.now()) {
			f = d.add(f, path, info, content, made)
		}
	}
	d.found(f, path)
	h.file, h.namesWait = f, syncsNames(flags)
	f.handles++
	h.adopt()
	return sqlite3.SQLITE_OK
}

// syncsNames reports whether the first sync of a file is one of its directory too, as it
// is in SQLite's VFS for unix.
func syncsNames(flags int32) bool {
	const logs = sqlite3.SQLITE_OPEN_WAL | sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_SUPER_JOURNAL
	return flags&sqlite3.SQLITE_OPEN_CREATE != 0 && flags&logs != 0
}

// add makes a file known: a new one, or one that somebody changed past SQLite.
func (d *Disk) add(old *file, path string, info fs.FileInfo, content []byte, made bool) *file {
	if old != nil {
		old.path = ""
	}
	f := &file{info: info, path: path, lasting: content}
	d.files = append(d.files, f)
	if made {
		d.names.change(path, f)
	} else {
		d.names.found(path, f)
	}
	return f
}

// write writes, or half of it.
func (d *Disk) write(f *file, offset int64, data []byte, write func(n int) int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	lot := d.befall()
	if lot == full && offset+int64(len(data)) <= f.size() {
		lot = done
	}
	n := len(data)
	switch lot {
	case failed, full:
		n /= 2
	case cut:
		f.recent = append(f.recent, change{offset, bytes.Clone(data)})
		return sqlite3.SQLITE_IOERR_WRITE
	case dark:
		return sqlite3.SQLITE_IOERR_WRITE
	}
	if code := write(n); code != sqlite3.SQLITE_OK {
		return code // of the real disk
	}
	f.recent = append(f.recent, change{offset, bytes.Clone(data[:n])})
	switch lot {
	case failed:
		return sqlite3.SQLITE_IOERR_WRITE
	case full:
		return sqlite3.SQLITE_FULL
	}
	return sqlite3.SQLITE_OK
}

// truncate truncates, or leaves it.
func (d *Disk) truncate(f *file, size int64, truncate func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.befall() {
	case cut:
		f.recent = append(f.recent, change{offset: size})
		return sqlite3.SQLITE_IOERR_TRUNCATE
	case failed, dark:
		return sqlite3.SQLITE_IOERR_TRUNCATE
	}
	code := truncate()
	if code == sqlite3.SQLITE_OK {
		f.recent = append(f.recent, change{offset: size})
	}
	return code
}

// sync makes what was written last, or loses some of it.
func (d *Disk) sync(h *handle) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch d.befall() {
	case failed:
		h.file.settleSome(d.random)
		return sqlite3.SQLITE_IOERR_FSYNC
	case cut, dark:
		return sqlite3.SQLITE_IOERR_FSYNC
	case untrue:
		return sqlite3.SQLITE_OK
	}
	h.file.settle()
	if h.namesWait {
		d.names.settle()
		h.namesWait = false
	}
	return sqlite3.SQLITE_OK
}

// delete deletes, or leaves it.
func (d *Disk) delete(path string, syncDir bool, remove func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	info, err := os.Lstat(path)
	if err != nil {
		return remove()
	}
	switch d.befall() {
	case cut:
		d.names.change(path, nil)
		return sqlite3.SQLITE_IOERR_DELETE
	case failed, dark:
		return sqlite3.SQLITE_IOERR_DELETE
	}
	if f := d.known(info); f != nil {
		f.path = ""
	}
	code := remove()
	if code != sqlite3.SQLITE_OK {
		return code
	}
	d.names.change(path, nil)
	if syncDir {
		d.names.settle()
	}
	return code
}
