package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// peopleFormat is the first byte of every encoding in this file. A million
// people pass through it in each run, so it is compact in the one way that costs
// next to nothing: a third of the size of JSON, before it is sealed (seal.go).
//
//	text    length, bytes
//	word    a text that repeats (city, plan): its number among the words so
//	        far, or the next free number and the text
//	time    milliseconds since the time before it
//	list    length, elements
//
// all numbers as varints. A baseline is a list of people; a payload is one and
// a list of removals.
const peopleFormat = 1

// errFormat says that a value opened well and is no encoding of ours.
var errFormat = errors.New("unknown encoding of people")

func encodeBaseline(members []roster.Enrolled) []byte {
	e := newEncoder(len(members))
	e.people(members)
	return e.buf
}

func decodeBaseline(plain []byte) ([]roster.Enrolled, error) {
	d, err := newDecoder(plain)
	if err != nil {
		return nil, err
	}
	members := d.people()
	return members, d.end()
}

func encodePayload(entries []roster.Enrolled, removals []roster.Removal) []byte {
	e := newEncoder(len(entries))
	e.people(entries)
	e.number(uint64(len(removals)))
	for _, removal := range removals {
		e.text(removal.ReferenceID)
		e.word(classPlace, string(removal.Class))
	}
	return e.buf
}

func decodePayload(plain []byte) ([]roster.Enrolled, []roster.Removal, error) {
	d, err := newDecoder(plain)
	if err != nil {
		return nil, nil, err
	}
	entries := d.people()
	var removals []roster.Removal
	for range d.length() {
		removals = append(removals, roster.Removal{ReferenceID: d.text(), Class: roster.Class(d.word())})
	}
	return entries, removals, d.end()
}

type encoder struct {
	buf   []byte
	words map[string]uint64
	last  [places]struct { // what a place held last: most people share it
		word  string
		index uint64 // from 1; 0 for nothing yet
	}
	clock int64
}

// The places of a person that hold a word.
const (
	planPlace = iota
	cityPlace
	statePlace
	zipPlace
	enrolledPlanPlace
	sourcePlace
	classPlace // of a removal
	places
)

func newEncoder(people int) *encoder {
	const usual = 128 // bytes a person
	e := &encoder{buf: make([]byte, 0, people*usual+64), words: map[string]uint64{}}
	e.buf = append(e.buf, peopleFormat)
	return e
}

func (e *encoder) people(all []roster.Enrolled) {
	e.number(uint64(len(all)))
	for i := range all {
		e.person(&all[i])
	}
}

// person must stay in step with decoder.person.
func (e *encoder) person(p *roster.Enrolled) {
	m := &p.Member
	e.text(m.ReferenceID)
	e.text(m.FirstName)
	e.text(m.LastName)
	e.date(m.DateOfBirth)
	e.text(m.Phone)
	e.text(m.Email)
	e.word(planPlace, m.PlanID)
	e.text(m.Address.Line1)
	e.text(m.Address.Line2)
	e.word(cityPlace, m.Address.City)
	e.word(statePlace, m.Address.State)
	e.word(zipPlace, m.Address.ZIP)
	e.word(enrolledPlanPlace, p.PlanID)
	e.word(sourcePlace, p.Source)
	e.time(p.Since)
	e.flag(p.Maybe)
}

func (e *encoder) number(n uint64) { e.buf = binary.AppendUvarint(e.buf, n) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) word(place int, s string) {
	last := &e.last[place]
	if last.index > 0 && last.word == s {
		e.number(last.index - 1)
		return
	}
	index, known := e.words[s]
	if !known {
		index = uint64(len(e.words))
		e.words[s] = index
	}
	last.word, last.index = s, index+1
	e.number(index)
	if !known {
		e.text(s)
	}
}

func (e *encoder) time(t time.Time) {
	now := millis(t)
	e.buf = binary.AppendVarint(e.buf, now-e.clock)
	e.clock = now
}

func (e *encoder) flag(b bool) {
	if b {
		e.buf = append(e.buf, 1)
		return
	}
	e.buf = append(e.buf, 0)
}

func (e *encoder) date(d roster.Date) {
	e.number(uint64(d.Year())<<9 | uint64(d.Month())<<5 | uint64(d.Day()))
}

// decoder reads what encoder wrote. Its texts share one string, so a baseline
// is two allocations. After the first fault everything is empty.
type decoder struct {
	rest  string
	words []string
	clock int64
	err   error
}

func newDecoder(plain []byte) (*decoder, error) {
	if len(plain) == 0 || plain[0] != peopleFormat {
		return nil, errFormat
	}
	return &decoder{rest: string(plain[1:])}, nil
}

func (d *decoder) end() error {
	if d.err == nil && d.rest != "" {
		d.fail()
	}
	return d.err
}

func (d *decoder) fail() { d.rest, d.err = "", errFormat }

func (d *decoder) people() []roster.Enrolled {
	n := d.length()
	if n == 0 {
		return nil
	}
	all := make([]roster.Enrolled, n)
	for i := range all {
		d.person(&all[i])
	}
	return all
}

// person must stay in step with encoder.person.
func (d *decoder) person(p *roster.Enrolled) {
	m := &p.Member
	m.ReferenceID = d.text()
	m.FirstName = d.text()
	m.LastName = d.text()
	m.DateOfBirth = d.date()
	m.Phone = d.text()
	m.Email = d.text()
	m.PlanID = d.word()
	m.Address.Line1 = d.text()
	m.Address.Line2 = d.text()
	m.Address.City = d.word()
	m.Address.State = d.word()
	m.Address.ZIP = d.word()
	p.PlanID = d.word()
	p.Source = d.word()
	p.Since = d.time()
	p.Maybe = d.number() != 0
}

func (d *decoder) number() uint64 {
	var n uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		b := d.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.rest = d.rest[i+1:]
			return n
		}
	}
	d.fail()
	return 0
}

// length is that of a list: no list has more elements than there are bytes left.
func (d *decoder) length() int {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	n := d.length()
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

func (d *decoder) word() string {
	switch index := d.number(); {
	case index < uint64(len(d.words)):
		return d.words[index]
	case index > uint64(len(d.words)):
		d.fail()
		return ""
	}
	s := d.text()
	d.words = append(d.words, s)
	return s
}

func (d *decoder) time() time.Time {
	n := d.number()
	d.clock += int64(n>>1) ^ -int64(n&1) // zigzag, as binary.AppendVarint has it
	return instant(d.clock)
}

func (d *decoder) date() roster.Date {
	n := d.number()
	if n == 0 {
		return roster.Date{}
	}
	date, err := roster.NewDate(int(n>>9), time.Month(n>>5&0xf), int(n&0x1f))
	if err != nil {
		d.fail()
	}
	return date
}
