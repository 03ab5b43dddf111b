package shard

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// Presence is how long a run counts as being at work after it last said so.
const Presence = 30 * time.Second

// Notice is what one shard tells the others.
type Notice struct {
	Shard string `json:"shard"`
	// Until is how long a run is at work for certain, and watches the others. Zero: none is.
	Until time.Time `json:"until,omitzero"`
	// Has are those who are covered in its groups, may be, or are about to be.
	Has People `json:"has"`
	// Doubtful are those of them who are not covered for certain.
	Doubtful People `json:"doubtful"`
	// Awaits are people, by reference_id, whom another shard has, and the group that
	// takes them as soon as it lets them go.
	Awaits map[string]string `json:"awaits,omitempty"`
	// Waits says that the run has done all that it can without other shards.
	Waits bool `json:"waits,omitempty"`
}

// Live reports whether the shard's run is at work. One that says so from a time that is
// yet to come is not believed: its clock is ahead, and nobody can tell since when it is
// silent.
func (n Notice) Live(now time.Time) bool { return n.Until.After(now) && !n.Ahead(now) }

// Ahead reports whether the notice was written by a clock that is more than Presence ahead
// of this one.
func (n Notice) Ahead(now time.Time) bool { return n.Until.After(now.Add(2 * Presence)) }

// Busy reports whether the shard's run is at work and may yet do something by itself.
func (n Notice) Busy(now time.Time) bool { return n.Live(now) && !n.Waits }

// Covers reports whether somebody is covered in one of its groups for certain.
func (n Notice) Covers(ref string) bool { return n.Has.Have(ref) && !n.Doubtful.Have(ref) }

// outdated is what the notice still proves when the groups were divided in another way
// since: whoever is in it may be covered there, and nobody is for certain.
func (n Notice) outdated() Notice { return Notice{Shard: n.Shard, Has: n.Has, Doubtful: n.Has} }

// Is reports whether the notice is that of the shard with this index.
func (n Notice) Is(index int) bool {
	s, err := Parse(n.Shard)
	return err == nil && s.Index == index
}

// People are reference_ids as sorted hashes: eight bytes for each, and of no use to
// whoever does not know whom to look for.
type People []uint64

// PeopleOf makes the set of these reference_ids.
func PeopleOf(refs []string) People {
	p := make(People, len(refs))
	for i, ref := range refs {
		p[i] = hash(ref)
	}
	slices.Sort(p)
	return slices.Compact(p)
}

// Have reports whether a reference_id is among them.
func (p People) Have(ref string) bool {
	_, found := slices.BinarySearch(p, hash(ref))
	return found
}

// MarshalJSON writes them as one text in base64.
func (p People) MarshalJSON() ([]byte, error) {
	packed := make([]byte, 0, 8*len(p))
	for _, one := range p {
		packed = binary.BigEndian.AppendUint64(packed, one)
	}
	return json.Marshal(base64.StdEncoding.EncodeToString(packed))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *People) UnmarshalJSON(text []byte) error {
	var encoded string
	if err := json.Unmarshal(text, &encoded); err != nil {
		return errors.New("the list of people cannot be read")
	}
	packed, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(packed)%8 != 0 {
		return errors.New("the list of people cannot be read")
	}
	*p = make(People, 0, len(packed)/8)
	for ; len(packed) > 0; packed = packed[8:] {
		*p = append(*p, binary.BigEndian.Uint64(packed))
	}
	if !slices.IsSorted(*p) {
		return errors.New("the list of people is not in order")
	}
	return nil
}
