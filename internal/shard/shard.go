// Package shard divides groups among several instances that have nothing in common but
// the configuration: which of them is whose, and what they tell one another so that
// nobody is in two groups at once when they move from one's to another's.
package shard

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of Count instances. Index counts from 0.
type Shard struct{ Index, Count int }

// errForm says what a shard is written like.
var errForm = errors.New("expected INDEX/COUNT, counted from 0, such as 0/4 to 3/4")

// Parse reads "0/4". It returns errForm for what is none.
func Parse(text string) (Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	if err != nil {
		return Shard{}, errForm
	}
	n, err := strconv.Atoi(count)
	if err != nil || i < 0 || i >= n || (Shard{i, n}).String() != text {
		return Shard{}, errForm
	}
	return Shard{i, n}, nil
}

// String is what Parse reads.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Owns reports whether a group, by its external_reference_id, is this shard's. Each
// group is that of the index with the highest hash of both (rendezvous hashing), so
// that one more shard takes only its own part away from each of the others.
func (s Shard) Owns(group string) bool { return Owner(group, s.Count) == s.Index }

// Owner is the index of the shard that has a group.
func Owner(group string, count int) int {
	best, highest := 0, uint64(0)
	for i := range count {
		if weight := hash(strconv.Itoa(i) + "\x00" + group); weight > highest || i == 0 {
			best, highest = i, weight
		}
	}
	return best
}

func hash(text string) uint64 {
	sum := sha256.Sum256([]byte(text))
	return binary.BigEndian.Uint64(sum[:])
}
