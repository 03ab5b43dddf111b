package roster

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
)

// Member is one row of a payload: normalised, valid, ready to be sent. The
// rules are those of the API reference; Validate checks them.
type Member struct {
	ReferenceID string  // trimmed, 1 to 255 bytes; names the person everywhere
	FirstName   string  // not blank, at most 255 characters, letters of any language
	LastName    string  // likewise
	DateOfBirth Date    // 1900 or later, not in the future
	Phone       string  // ten digits of a US number; the wire form is the client's matter
	Email       string  // "" where there is none
	PlanID      string  // opaque id of a Vitable plan
	Address     Address // home address
}

// Address is a home address in the United States.
type Address struct {
	Line1 string
	Line2 string // "" where there is none
	City  string
	State string // two upper-case letters, one of States
	ZIP   string // 12345 or 12345-6789
}

// Digest names the content of a payload: the hex SHA-256 over every field of
// every member in the given order. Equal rosters in equal order, and only
// those, have equal digests. The members must be sorted by reference_id for
// digests of two payloads to be comparable.
func Digest(members []Member) string {
	d := NewDigester()
	for i := range members {
		d.Member(&members[i])
	}
	return d.Sum()
}

// Digester makes a Digest of members that come one by one.
type Digester struct {
	hash hash.Hash
	buf  []byte // not hashed yet: a hash likes long texts better than short ones
}

// digestSome is how much a Digester hashes at once.
const digestSome = 4 << 10

// NewDigester returns one that has seen nobody.
func NewDigester() *Digester {
	return &Digester{hash: sha256.New(), buf: make([]byte, 0, digestSome+512)}
}

// Member takes the next member.
func (d *Digester) Member(m *Member) {
	d.buf = AppendMember(d.buf, m)
	d.flush(digestSome)
}

// Packed takes the next member as AppendMember writes it.
func (d *Digester) Packed(member string) {
	d.buf = append(d.buf, member...)
	d.flush(digestSome)
}

// flush hashes what is there where it is that much.
func (d *Digester) flush(least int) {
	if len(d.buf) >= least {
		d.hash.Write(d.buf)
		d.buf = d.buf[:0]
	}
}

// Sum is the digest of the members taken so far.
func (d *Digester) Sum() string {
	d.flush(0)
	return hex.EncodeToString(d.hash.Sum(nil))
}

// AppendMember appends a member's packed form, which ParseMember reads: every
// text with its length in front, which keeps ("ab", "c") apart from ("a",
// "bc"), the reference_id first, and the birth date at the end. Digests are
// made of it, so it cannot change without every roster being sent once more.
func AppendMember(b []byte, m *Member) []byte {
	for _, field := range m.texts() {
		b = binary.AppendUvarint(b, uint64(len(*field)))
		b = append(b, *field...)
	}
	b, _ = m.DateOfBirth.AppendText(b)
	return b
}

// PackedSize is the length of a member's packed form.
func PackedSize(m *Member) int {
	size := 0
	for _, field := range m.texts() {
		for n := len(*field); n >= 0x80; n >>= 7 {
			size++
		}
		size += 1 + len(*field)
	}
	if !m.DateOfBirth.IsZero() {
		size += len("2006-01-02")
	}
	return size
}

// texts are the fields of a member but for the birth date, in packed order.
func (m *Member) texts() [11]*string {
	return [11]*string{
		&m.ReferenceID, &m.FirstName, &m.LastName, &m.Phone, &m.Email, &m.PlanID,
		&m.Address.Line1, &m.Address.Line2, &m.Address.City, &m.Address.State, &m.Address.ZIP,
	}
}

// ErrPacked says that a text is no packed member. It never repeats the text.
var ErrPacked = errors.New("not a packed member")

// ParseMember reads what AppendMember wrote; the member's texts are parts of
// packed.
func ParseMember(packed string) (Member, error) {
	var m Member
	for _, field := range m.texts() {
		var err error
		if *field, packed, err = cutText(packed); err != nil {
			return Member{}, err
		}
	}
	if packed == "" {
		return m, nil
	}
	date, err := ParseDate(packed)
	if err != nil {
		return Member{}, ErrPacked
	}
	m.DateOfBirth = date
	return m, nil
}

// PackedReference is the reference_id of a packed member.
func PackedReference(packed string) (string, error) {
	ref, _, err := cutText(packed)
	return ref, err
}

// cutText reads one text with its length in front.
func cutText(packed string) (text, rest string, err error) {
	var length uint64
	for i := 0; i < len(packed) && i < binary.MaxVarintLen64; i++ {
		b := packed[i]
		length |= uint64(b&0x7f) << (7 * i)
		if b >= 0x80 {
			continue
		}
		if rest = packed[i+1:]; length > uint64(len(rest)) {
			break
		}
		return rest[:length], rest[length:], nil
	}
	return "", "", ErrPacked
}
