package muster

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
)

// Index says in which group somebody stands. It takes sixteen bytes a person and is of
// no use once a plan is made.
type Index struct {
	groups []string
	seed   maphash.Seed
	places []place // sorted
}

// place is where somebody stands.
type place struct {
	hash  uint64 // of a reference_id
	group uint32 // index of a group
}

func (p place) compare(other place) int {
	switch {
	case p.hash < other.hash:
		return -1
	case p.hash > other.hash:
		return 1
	}
	return int(p.group) - int(other.group)
}

// NewIndex looks at everybody once.
func NewIndex(m *Muster) *Index {
	people := 0
	for _, s := range m.sheets {
		people += s.people
	}
	x := &Index{groups: m.groups, seed: maphash.MakeSeed(), places: make([]place, 0, people)}
	for i, group := range m.groups {
		for ref := range m.references(group) {
			x.places = append(x.places, place{maphash.String(x.seed, ref), uint32(i)})
		}
	}
	slices.SortFunc(x.places, place.compare)
	return x
}

// Whereabouts returns a group that has a row of this person. It may err on the
// side of naming a group for somebody who has no row at all.
func (x *Index) Whereabouts(ref string) (group string, found bool) {
	hash := maphash.String(x.seed, ref)
	at, _ := slices.BinarySearchFunc(x.places, place{hash: hash}, place.compare)
	if at == len(x.places) || x.places[at].hash != hash {
		return "", false
	}
	return x.groups[x.places[at].group], true
}

// Shared lists, sorted, pairs of groups that have rows of the same person; both are the
// same group where it has them twice. Two people whose hashes are equal count as one
// here; that ties groups together that could be planned apart, and nothing else.
func (x *Index) Shared() [][2]string {
	var shared [][2]string
	for i := 1; i < len(x.places); i++ {
		if a, b := x.places[i-1], x.places[i]; a.hash == b.hash {
			shared = append(shared, [2]string{x.groups[a.group], x.groups[b.group]})
		}
	}
	slices.SortFunc(shared, func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	return shared
}
