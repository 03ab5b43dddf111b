package remote

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Record is one record of JSON.
type Record struct{ object map[string]any }

// NewRecord returns the record of a decoded JSON object, numbers as json.Number.
func NewRecord(object map[string]any) Record { return Record{object} }

// With returns the record with another one under a key of its own, for services
// that tell of a person in several answers. What stood under the key is gone.
func (r Record) With(key string, other Record) Record {
	joined := maps.Clone(r.object)
	if joined == nil {
		joined = map[string]any{}
	}
	joined[key] = other.object
	return Record{joined}
}

// Day is the civil date of a timestamp: its first ten characters, in whatever zone
// it is written. Services write birth dates as midnight somewhere, and whoever
// converts that to another zone makes it the day before. A text that is no
// timestamp stays as it is.
func Day(text string) string {
	const day = len(time.DateOnly)
	if len(text) <= day || text[day] != 'T' && text[day] != ' ' {
		return text
	}
	if _, err := time.Parse(time.DateOnly, text[:day]); err != nil {
		return text
	}
	return text[:day]
}

// ParseRecord reads text that is one JSON object and nothing else.
func ParseRecord(text []byte) (r Record, ok bool) {
	value, err := decode(text)
	object, ok := value.(map[string]any)
	return Record{object}, err == nil && ok
}

// Lookup returns what stands at a path, as text, and whether the record knows the
// path at all. Segments are separated by dots; a key that has dots itself is
// found too. What a segment means:
//
//	| at               | segment        | stands for                               |
//	| ---------------- | -------------- | ---------------------------------------- |
//	| an object        | a key          | its value; ignoring case where none fits |
//	| a list           | 0, 1, …        | the element of that number               |
//	| a list           | primary        | the element whose primary is true        |
//	| a list           | another word   | the element whose type is that word      |
//
// null, a list without such an element and nothing at all below null are blank;
// only a key that an object does not have is not known. An element at the end of
// a path stands for its value or its data; a list of plain values for its
// values with commas between.
func (r Record) Lookup(path string) (text string, known bool) {
	value, known := find(r.object, path)
	if !known {
		return "", false
	}
	return plain(value), true
}

// Word returns what an answer says of itself at a path, such as the cursor of the next
// page: a text or a number, "" where it says that there is none. known is whether it
// says anything: other than for Lookup, a list has to have the element as well.
func (r Record) Word(path string) (word string, known bool, err error) {
	value, known := find(r.object, path)
	switch value {
	case nil, false:
		return "", known, nil
	case missing{}:
		return "", false, nil
	}
	switch value.(type) {
	case string, json.Number:
		return plain(value), known, nil
	}
	return "", true, source.Faultf(source.WordFormat, "what an answer has at %s is neither a text nor a number", path)
}

// List returns the list at a path; "" is for what the whole answer is.
func (r Record) List(path string) ([]Record, error) {
	value, known := find(r.object, path)
	if !known {
		return nil, source.Faultf(source.WordFormat, "an answer has no %s, where the records should stand", path)
	}
	return records(value)
}

// Object returns the object at a path.
func (r Record) Object(path string) (Record, error) {
	value, _ := find(r.object, path)
	object, ok := value.(map[string]any)
	if !ok {
		return Record{}, source.Faultf(source.WordFormat, "an answer has no object at %s", path)
	}
	return Record{object}, nil
}

// missing is what stands at an element that a list does not have.
type missing struct{}

// find follows a path.
func find(at any, path string) (value any, known bool) {
	if path == "" {
		return at, true
	}
	switch at := at.(type) {
	case nil:
		return nil, true
	case map[string]any:
		return within(at, path)
	case []any:
		segment, rest, _ := strings.Cut(path, ".")
		element, there := choose(at, segment)
		if !there {
			return missing{}, true
		}
		return find(element, rest)
	}
	return nil, false
}

// within follows a path into an object: the longest key that fits first.
func within(object map[string]any, path string) (value any, known bool) {
	for end := len(path); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		value, has := object[path[:end]]
		if !has {
			value, has = folded(object, path[:end])
		}
		if has {
			return find(value, strings.TrimPrefix(path[end:], "."))
		}
	}
	return nil, false
}

// folded finds a key as columns are compared; of several the first in their order.
func folded(object map[string]any, key string) (value any, has bool) {
	canonical, found := source.Canonical(key), ""
	for name := range object {
		if source.Canonical(name) == canonical && (!has || name < found) {
			found, has = name, true
		}
	}
	return object[found], has
}

// choose picks an element of a list.
func choose(list []any, segment string) (element any, there bool) {
	if n, err := strconv.Atoi(segment); err == nil {
		if n < 0 || n >= len(list) {
			return nil, false
		}
		return list[n], true
	}
	for _, element := range list {
		object, ok := element.(map[string]any)
		if !ok {
			continue
		}
		if segment == "primary" && object["primary"] == true {
			return element, true
		}
		if kind, ok := object["type"].(string); ok && strings.EqualFold(kind, segment) {
			return element, true
		}
	}
	return nil, false
}

// plain is a JSON value as a cell.
func plain(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case []any:
		texts := make([]string, len(value))
		for i, element := range value {
			texts[i] = plain(element)
		}
		return strings.Join(texts, ", ")
	case map[string]any:
		for _, key := range []string{"value", "data"} {
			if inner, has := value[key]; has {
				return plain(inner)
			}
		}
	}
	return ""
}
