package sandbox

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// schema is what openapi.yaml says of one object: its keys, and no others.
type schema[T any] []field[T]

// field is one key of an object.
type field[T any] struct {
	name     string
	required bool
	read     func(*scanner, *T) *refusal
}

// refusal says where a document breaks the schema and how; never what is there.
type refusal struct {
	path       string // members[3].address.state
	reason     string
	unknownKey bool
	malformed  bool // it is not JSON at all
}

// message reads path: reason.
func (r *refusal) message() string {
	if r.path == "" {
		return r.reason
	}
	return r.path + ": " + r.reason
}

// below puts a key in front of the path.
func (r *refusal) below(parent string) *refusal {
	if r == nil {
		return nil
	}
	if r.path != "" && r.path[0] != '[' {
		parent += "."
	}
	r.path = parent + r.path
	return r
}

// parse reads a whole document.
func (sc schema[T]) parse(body []byte) (T, *refusal) {
	var value T
	if !utf8.Valid(body) || !json.Valid(body) {
		return value, &refusal{reason: "body is not JSON", malformed: true}
	}
	return value, sc.read(&scanner{text: string(body)}, &value)
}

// read fills value from the next object of the document.
func (sc schema[T]) read(s *scanner, value *T) *refusal {
	if s.next() != '{' {
		return &refusal{reason: "must be an object"}
	}
	var seen uint
	for key := range s.keys() {
		i := sc.index(key)
		switch {
		case i < 0:
			return &refusal{reason: "has an unknown key", unknownKey: true}
		case seen&(1<<i) != 0:
			return (&refusal{reason: "is given twice"}).below(sc[i].name)
		}
		seen |= 1 << i
		s.next()
		if refused := sc[i].read(s, value); refused != nil {
			return refused.below(sc[i].name)
		}
	}
	for i := range sc {
		if sc[i].required && seen&(1<<i) == 0 {
			return (&refusal{reason: "is required"}).below(sc[i].name)
		}
	}
	return nil
}

func (sc schema[T]) index(key string) int {
	for i := range sc {
		if sc[i].name == key {
			return i
		}
	}
	return -1
}

// text is a field that holds a string of which ok approves.
func text[T any](name string, required bool, ok func(string) bool, into func(*T) *string) field[T] {
	return field[T]{name: name, required: required, read: func(s *scanner, value *T) *refusal {
		if s.next() != '"' {
			return &refusal{reason: "must be a string"}
		}
		str := s.str()
		if !ok(str) {
			return &refusal{reason: "is not well formed"}
		}
		*into(value) = str
		return nil
	}}
}

// list is a field that holds an array of objects.
func list[T, I any](name string, items schema[I], into func(*T) *[]I) field[T] {
	return field[T]{name: name, required: true, read: func(s *scanner, value *T) *refusal {
		if s.next() != '[' {
			return &refusal{reason: "must be an array"}
		}
		rows := into(value)
		for i := range s.items() {
			var row I
			if refused := items.read(s, &row); refused != nil {
				return refused.below("[" + strconv.Itoa(i) + "]")
			}
			*rows = append(*rows, row)
		}
		return nil
	}}
}

// object is a required field that holds an object.
func object[T, O any](name string, of schema[O], into func(*T) *O) field[T] {
	return field[T]{name: name, required: true, read: func(s *scanner, value *T) *refusal {
		return of.read(s, into(value))
	}}
}

// any255 is minLength 1, maxLength 255; lengths count characters.
func any255(s string) bool { return s != "" && atMost(255)(s) }

func anyText(string) bool { return true }

func notEmpty(s string) bool { return s != "" }

func atMost(n int) func(string) bool {
	return func(s string) bool { return len(s) <= n || utf8.RuneCountInString(s) <= n }
}

func isState(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

func isZipcode(s string) bool {
	return len(s) == 5 && allDigits(s) || len(s) == 10 && allDigits(s[:5]) && s[5] == '-' && allDigits(s[6:])
}

// isPhone takes both forms that the vendor shows: ten digits, and E.164.
func isPhone(s string) bool {
	if len(s) == 12 && s[:2] == "+1" {
		s = s[2:]
	}
	return len(s) == 10 && allDigits(s)
}

// isDate is stricter than the pattern: the calendar must have the day.
func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
