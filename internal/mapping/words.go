package mapping

import "strings"

// words translates cells of one pull and remembers the answers, so that a
// thousand rows of one group share one string and one look-up.
type words struct {
	known map[string]string // folded word -> what it means
	seen  map[string]string // cell -> what it means
}

// maxSeen bounds what is remembered where a column was mapped by mistake and
// differs in every row.
const maxSeen = 10_000

func newWords(known map[string]string) *words {
	return &words{known: known, seen: map[string]string{}}
}

// meaning of a clean cell: what the vocabulary says, or the cell itself.
func (w *words) meaning(cell string) string {
	if meaning, ok := w.seen[cell]; ok {
		return meaning
	}
	meaning, ok := w.known[fold(cell)]
	if !ok {
		meaning = strings.Clone(cell) // a cell is part of its whole record's memory
	}
	if len(w.seen) < maxSeen {
		w.seen[strings.Clone(cell)] = meaning
	}
	return meaning
}
