package join

import (
	"slices"
	"strings"
)

// register has the columns of a part's records by their keys. Systems write one key in
// upper and in lower case; but there are ids of which two differ in nothing else, such as
// those of Salesforce. So two keys that differ in case are one where either is written in
// one case throughout, or is an address.
type register map[string][]entry // by the key in lower case

// entry is what the part has for one key as written.
type entry struct {
	key string
	row []string // in the order of Columns; nil where nobody can tell
}

// add keeps a record. Of records that have one key and differ nobody can tell which is meant.
func (r register) add(key string, row []string) {
	folded := strings.ToLower(key)
	same := slices.IndexFunc(r[folded], func(e entry) bool { return e.key == key })
	if same < 0 {
		r[folded] = append(r[folded], entry{key, row})
		return
	}
	if !slices.Equal(r[folded][same].row, row) {
		r[folded][same].row = nil
	}
}

// find returns the record of a key; none, but known, where nobody can tell which is meant.
func (r register) find(key string) (row []string, known bool) {
	var found []entry
	for _, e := range r[strings.ToLower(key)] {
		if e.key == key || anyCase(e.key) || anyCase(key) {
			found = append(found, e)
		}
	}
	if len(found) == 0 {
		return nil, false
	}
	for _, e := range found[1:] {
		if !slices.Equal(e.row, found[0].row) {
			return nil, true
		}
	}
	return found[0].row, true
}

// anyCase reports a key that means the same in upper and in lower case.
func anyCase(key string) bool {
	return strings.Contains(key, "@") || key == strings.ToLower(key) || key == strings.ToUpper(key)
}
