package powertest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// goDark keeps what the operating system was told of past SQLite: nothing that it is
// told from now on happens.
func (d *Disk) goDark() {
	if d.dark {
		return
	}
	d.dark, d.beside = true, map[string][]byte{}
	there := map[*file]bool{}
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		panic("powertest: " + err.Error())
	}
	for _, entry := range entries {
		path := filepath.Join(d.dir, entry.Name())
		info, err := entry.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasSuffix(path, "-shm") {
			continue
		}
		if f := d.known(info); f != nil {
			d.found(f, path)
			there[f] = true
			continue
		}
		if d.beside[path], err = os.ReadFile(path); err != nil {
			panic("powertest: " + err.Error())
		}
	}
	for _, f := range d.files {
		if f.path != "" && !there[f] { // removed past SQLite
			d.names.forget(f.path)
		}
	}
}

// known finds a file that SQLite has opened before.
func (d *Disk) known(info fs.FileInfo) *file {
	for _, f := range d.files {
		if f.path != "" && os.SameFile(f.info, info) {
			return f
		}
	}
	return nil
}

// found notes under which name a file is. Whoever gave it another one has synced the
// directory, as durable.Move does.
func (d *Disk) found(f *file, path string) {
	if f.path == path {
		return
	}
	d.names.settle()
	d.names.forget(f.path)
	f.path = path
	d.names.found(path, f)
}

// PowerUp brings the power back, with what the seed leaves of what was not synced. Every
// database must be closed.
func (d *Disk) PowerUp(seed uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.dark {
		return errors.New("power up disk: the power is not gone")
	}
	for _, f := range d.files {
		if f.handles > 0 {
			return fmt.Errorf("power up disk: %s is open", filepath.Base(f.path))
		}
	}
	r := rand.New(rand.NewPCG(seed, 1))
	how := fate(seed % uint64(fates))
	left, named := d.beside, d.names.survivors(how, r)
	for _, path := range slices.Sorted(maps.Keys(named)) {
		if _, taken := left[path]; !taken {
			left[path] = named[path].survivor(how, r)
		}
	}
	if err := replaceAll(d.dir, left); err != nil {
		return fmt.Errorf("power up disk: %w", err)
	}
	d.mishap = Mishap{}
	d.reset()
	return nil
}

// replaceAll leaves these files in a directory, and no others.
func replaceAll(dir string, files map[string][]byte) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			err = errors.Join(err, os.Remove(filepath.Join(dir, entry.Name())))
		}
	}
	for path, content := range files {
		err = errors.Join(err, os.WriteFile(path, content, 0o600))
	}
	return err
}
