package roster

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
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
	d := digester{hash: sha256.New(), buf: make([]byte, 0, 512)}
	for i := range members {
		d.member(&members[i])
	}
	return hex.EncodeToString(d.hash.Sum(nil))
}

type digester struct {
	hash hash.Hash
	buf  []byte
}

func (d *digester) member(m *Member) {
	d.buf = d.buf[:0]
	for _, field := range [...]string{
		m.ReferenceID, m.FirstName, m.LastName, m.Phone, m.Email, m.PlanID,
		m.Address.Line1, m.Address.Line2, m.Address.City, m.Address.State, m.Address.ZIP,
	} {
		// The length in front keeps ("ab", "c") apart from ("a", "bc").
		d.buf = binary.AppendUvarint(d.buf, uint64(len(field)))
		d.buf = append(d.buf, field...)
	}
	d.buf, _ = m.DateOfBirth.AppendText(d.buf)
	d.hash.Write(d.buf)
}
