package muster

import "hash/maphash"

// Index says in which group somebody stands. It takes some forty bytes a person
// and is of no use once a plan is made.
type Index struct {
	groups []string
	seed   maphash.Seed
	place  map[uint64]uint32 // hash of a reference_id -> index of the first group that has it
	shared [][2]string
}

// NewIndex looks at everybody once.
func NewIndex(m *Muster) *Index {
	people := 0
	for _, s := range m.sheets {
		people += s.people
	}
	x := &Index{groups: m.groups, seed: maphash.MakeSeed(), place: make(map[uint64]uint32, people)}
	for i, group := range m.groups {
		for ref := range m.references(group) {
			x.put(ref, uint32(i))
		}
	}
	return x
}

// put notes where somebody stands, and which groups share somebody. Two people
// whose hashes are equal count as one here; that ties groups together that
// could be planned apart, and nothing else.
func (x *Index) put(ref string, group uint32) {
	hash := maphash.String(x.seed, ref)
	if first, there := x.place[hash]; there {
		x.shared = append(x.shared, [2]string{x.groups[first], x.groups[group]})
		return
	}
	x.place[hash] = group
}

// Whereabouts returns a group that has a row of this person. It may err on the
// side of naming a group for somebody who has no row at all.
func (x *Index) Whereabouts(ref string) (group string, found bool) {
	at, found := x.place[maphash.String(x.seed, ref)]
	if !found {
		return "", false
	}
	return x.groups[at], true
}

// Shared lists pairs of groups that have rows of the same person; both are the
// same group where it has them twice.
func (x *Index) Shared() [][2]string { return x.shared }
