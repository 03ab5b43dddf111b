package powertest

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
)

// sector is what a disk writes as a whole or not at all.
const sector = 512

// file is a file on a disk: what will last, and what was changed since.
type file struct {
	info    fs.FileInfo // which file it is, whatever it is called
	path    string      // "": deleted
	handles int
	lasting []byte
	recent  []change
}

// change is a write, or a truncation.
type change struct {
	offset int64
	data   []byte // nil: the file ends at offset from here on
}

func (c change) apply(content []byte) []byte {
	end := int(c.offset) + len(c.data)
	if grown := end - len(content); grown > 0 {
		content = append(content, make([]byte, grown)...)
	}
	if c.data == nil {
		return content[:end]
	}
	copy(content[c.offset:], c.data)
	return content
}

// pieces are the sectors of a write, each of which may be lost.
func (c change) pieces() []change {
	if c.data == nil {
		return []change{c}
	}
	var all []change
	for offset, rest := c.offset, c.data; len(rest) > 0; {
		n := min(sector-int(offset%sector), len(rest))
		all = append(all, change{offset, rest[:n]})
		offset, rest = offset+int64(n), rest[n:]
	}
	return all
}

// now is the content as everybody sees it who reads the file.
func (f *file) now() []byte { return applied(f.lasting, f.recent) }

// size is how long it is, without the cost of putting it together.
func (f *file) size() int64 {
	size := int64(len(f.lasting))
	for _, c := range f.recent {
		if c.data == nil {
			size = c.offset
		} else {
			size = max(size, c.offset+int64(len(c.data)))
		}
	}
	return size
}

func applied(content []byte, changes []change) []byte {
	content = bytes.Clone(content)
	for _, c := range changes {
		content = c.apply(content)
	}
	return content
}

// settle makes everything last.
func (f *file) settle() { f.lasting, f.recent = f.now(), nil }

// settleSome makes some of it last and gives up the rest.
func (f *file) settleSome(r *rand.Rand) { f.lasting, f.recent = f.survivor(scattered, r), nil }

// survivor is what is on the disk after a power cut.
func (f *file) survivor(how fate, r *rand.Rand) []byte {
	switch how {
	case allLost:
		return f.lasting
	case allKept:
		return f.now()
	case inOrder:
		return applied(f.lasting, f.recent[:r.IntN(len(f.recent)+1)])
	}
	var kept []change
	for _, c := range f.recent {
		for _, piece := range c.pieces() {
			if r.IntN(2) == 0 {
				kept = append(kept, piece)
			}
		}
	}
	return applied(f.lasting, kept)
}
