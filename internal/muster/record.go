package muster

import (
	"encoding/binary"
	"errors"

	"github.com/rosterd/rosterd/internal/roster"
)

// A record is the standing as one byte, the row, the length of the rest, and
// the member as roster packs it. Of somebody who is out, the member has the
// reference_id, which the person's own does not have.

// The standings as bytes; others are not packed.
const (
	codeIn = iota
	codeTerminated
	codeNotEligible
)

// errRecord is a programming error: only this package writes records.
var errRecord = errors.New("a packed row cannot be read")

// codeOf is the byte of a standing; ok is false for rows that are kept as they
// are: those with problems, and those that do not fit the packed form.
func codeOf(p *roster.Person) (code byte, ok bool) {
	switch {
	case len(p.Problems) > 0:
		return 0, false
	case p.Standing == roster.StandingIn:
		return codeIn, p.Member.ReferenceID == p.ReferenceID
	case p.Member.ReferenceID != "":
		return 0, false
	case p.Standing == roster.StandingTerminated:
		return codeTerminated, true
	case p.Standing == roster.StandingNotEligible:
		return codeNotEligible, true
	}
	return 0, false
}

// frame is what a record takes at most beside its member.
const frame = 1 + 2*binary.MaxVarintLen64

// appendRecord appends the record of a member of so many bytes.
func appendRecord(b []byte, code byte, row int, member *roster.Member, size int) []byte {
	b = append(b, code)
	b = binary.AppendUvarint(b, uint64(row))
	b = binary.AppendUvarint(b, uint64(size))
	return roster.AppendMember(b, member)
}

// record is one packed row.
type record struct {
	code   byte
	row    int
	member string // packed
}

// cutRecord reads the first of some records.
func cutRecord(records string) (r record, rest string) {
	r.code = records[0]
	row, n := uvarint(records[1:])
	records = records[1+n:]
	length, n := uvarint(records)
	records = records[n:]
	r.row, r.member = int(row), records[:length]
	return r, records[length:]
}

// uvarint is binary.Uvarint of a text that begins with a whole number.
func uvarint(text string) (value uint64, length int) {
	for i := range len(text) {
		b := text[i]
		value |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return value, i + 1
		}
	}
	panic(errRecord)
}

// reference is the person's reference_id.
func (r record) reference() string {
	ref, err := roster.PackedReference(r.member)
	if err != nil {
		panic(errRecord)
	}
	return ref
}

// person unpacks a row; its texts are parts of the record.
func (r record) person(source, group string) roster.Person {
	member, err := roster.ParseMember(r.member)
	if err != nil {
		panic(errRecord)
	}
	p := roster.Person{ReferenceID: member.ReferenceID, Source: source, Row: r.row, Group: group, Member: member}
	switch r.code {
	case codeIn:
		p.Standing = roster.StandingIn
		return p
	case codeTerminated:
		p.Standing = roster.StandingTerminated
	case codeNotEligible:
		p.Standing = roster.StandingNotEligible
	}
	p.Member.ReferenceID = ""
	return p
}
