package powertest

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
)

// Disk is the disk under one directory. It may be used from many goroutines.
type Disk struct {
	dir string

	mu      sync.Mutex
	mishap  Mishap
	effects int
	dark    bool // the power is gone
	random  *rand.Rand
	files   []*file
	names   names
	beside  map[string][]byte // the files that are no databases, when the power went
}

// Watch puts a disk under a directory that is there. No database in it may be open. The
// seed decides what a sync that fails leaves behind.
func Watch(dir string, seed uint64) (*Disk, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("watch directory: %w", err)
	}
	d := &Disk{dir: dir, random: rand.New(rand.NewPCG(seed, 0))}
	d.reset()
	watch(dir, d)
	return d, nil
}

// Unwatch takes the disk away from under the directory. Databases that are still open
// stay on it.
func (d *Disk) Unwatch() { unwatch(d.dir) }

// reset forgets every file: what is there will last.
func (d *Disk) reset() {
	d.dark, d.files, d.beside = false, nil, nil
	d.names = names{lasting: map[string]*file{}}
}

// Arm lets something go wrong. Effects are counted from here.
func (d *Disk) Arm(m Mishap) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mishap, d.effects = m, 0
}

// Mend lets nothing go wrong any more. It does not bring the power back.
func (d *Disk) Mend() { d.Arm(Mishap{}) }

// Effects is how many there were since the disk was armed; those that a disk without
// power did not have do not count.
func (d *Disk) Effects() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.effects
}

// Befell reports whether there were as many effects as the mishap takes.
func (d *Disk) Befell() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.mishap.At > 0 && d.effects >= d.mishap.At
}

// Dark reports whether the power is gone.
func (d *Disk) Dark() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dark
}

// Cut lets the power go, if it has not gone yet.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.goDark()
}
