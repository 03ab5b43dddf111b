package powertest

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// names are the names in a directory: those that will last, and what became of them
// since.
type names struct {
	lasting map[string]*file
	recent  []naming
}

// naming gives a name to a file, or takes it away.
type naming struct {
	path string
	file *file // nil: it is deleted
}

// found says that a name was there before anybody looked.
func (n *names) found(path string, f *file) {
	n.forget(path)
	n.lasting[path] = f
}

// forget drops a name that somebody took away past SQLite.
func (n *names) forget(path string) {
	delete(n.lasting, path)
	n.recent = slices.DeleteFunc(n.recent, func(r naming) bool { return r.path == path })
}

// change gives a name to a file that was made, or takes it away.
func (n *names) change(path string, f *file) { n.recent = append(n.recent, naming{path, f}) }

// settle makes all of them last.
func (n *names) settle() { n.lasting, n.recent = n.after(len(n.recent)), nil }

// survivors are the names after a power cut. A directory changes in order.
func (n *names) survivors(how fate, r *rand.Rand) map[string]*file {
	switch how {
	case allLost:
		return n.after(0)
	case allKept:
		return n.after(len(n.recent))
	}
	return n.after(r.IntN(len(n.recent) + 1))
}

func (n *names) after(changes int) map[string]*file {
	all := maps.Clone(n.lasting)
	for _, r := range n.recent[:changes] {
		if r.file == nil {
			delete(all, r.path)
		} else {
			all[r.path] = r.file
		}
	}
	return all
}
