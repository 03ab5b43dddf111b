package sandbox

import (
	"encoding/json"
	"iter"
	"strings"
)

// scanner walks over a JSON document that json.Valid has already approved, so
// it looks for structure only and cannot meet a syntax error. It exists because
// rosters are big and encoding/json is lenient where a judge must not be: it
// folds the case of keys and takes the last of two equal ones.
//
// Strings without escapes are parts of the document, not copies.
type scanner struct {
	text string
	at   int
}

// next is the first byte of the next value or delimiter.
func (s *scanner) next() byte {
	for {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
}

// keys yields the key of each member of an object. The loop body consumes the
// value, or leaves the loop for good.
func (s *scanner) keys() iter.Seq[string] {
	return func(yield func(string) bool) {
		s.at++ // {
		for s.next() != '}' {
			key := s.str()
			s.next()
			s.at++ // :
			if !yield(key) {
				return
			}
			if s.next() == ',' {
				s.at++
			}
		}
		s.at++
	}
}

// items yields the position of each item of an array. The loop body consumes
// the item, or leaves the loop for good.
func (s *scanner) items() iter.Seq[int] {
	return func(yield func(int) bool) {
		s.at++ // [
		for i := 0; s.next() != ']'; i++ {
			if !yield(i) {
				return
			}
			if s.next() == ',' {
				s.at++
			}
		}
		s.at++
	}
}

// str consumes a string; next must have said that it is one.
func (s *scanner) str() string {
	s.next()
	start := s.at
	s.at++
	for s.text[s.at] != '"' {
		if s.text[s.at] == '\\' {
			s.at++
		}
		s.at++
	}
	s.at++
	quoted := s.text[start:s.at]
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var plain string
	_ = json.Unmarshal([]byte(quoted), &plain) // valid, as the document is
	return plain
}
