package sim_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// flaw is how an export is wrong. A broken one cannot be read whole, and the
// program has to notice; the others can be read, and say something wrong.
type flaw string

const (
	clean     flaw = ""
	late      flaw = "late"       // no new file
	again     flaw = "again"      // the same file once more, as new
	cut       flaw = "cut"        // broken: it ends in the middle of a row
	headless  flaw = "headless"   // broken: a column has another name
	noRows    flaw = "no rows"    // broken
	noFile    flaw = "no file"    // broken
	garbage   flaw = "garbage"    // broken: bytes that are no text
	loginPage flaw = "login page" // broken
	ragged    flaw = "ragged"     // broken: a row with a cell too many
	old       flaw = "old"        // broken: an older file came back
	shrunken  flaw = "shrunken"   // a third of the rows is missing
	missing   flaw = "missing"    // one or two rows are missing, this once, or those of whoever has another
	twice     flaw = "twice"      // rows stand there twice
	conflict  flaw = "conflict"   // a row stands there twice, with two phones
	nameless  flaw = "nameless"   // a row without its reference_id
	reordered flaw = "reordered"  // the columns in another order
	spoiled   flaw = "spoiled"    // a few rows cannot be sent, this once
)

func flaws() []flaw {
	return []flaw{
		clean, late, again, cut, headless, noRows, noFile, garbage, loginPage, ragged, old, shrunken, missing, twice, conflict, nameless, reordered, spoiled,
	}
}

func (f flaw) broken() bool {
	return slices.Contains([]flaw{cut, headless, noRows, noFile, garbage, loginPage, ragged, old}, f)
}

// fleeting flaws are gone with the next export, which comes before absences are
// counted again: what lasts longer than the grace is no hiccup.
func (f flaw) fleeting() bool { return f == missing }

// system is one HR system and the file that it writes.
type system struct {
	path     string
	flaw     flaw     // of the file that is there
	told     []worker // what the last readable export was meant to say
	unsaid   []string // reference_ids whose row is not in it all the same
	earlier  []byte   // an older file, and when it was written
	earlyAt  time.Time
	readable bool // there was a readable export, so a cut one can be told
	written  time.Time
	rows     int     // of the newest readable export
	taken    []taken // by each instance
}

// taken is what an instance took for good the last time.
type taken struct {
	pulled  time.Time // when that export was written; zero: never
	counted int       // its rows
	lacked  []string  // whose row was not in it
}

// least is what every instance knows of the system at least: what only some of them
// could tell is no flaw that all of them notice.
func (s *system) least() taken {
	known := s.taken[0]
	for _, t := range s.taken[1:] {
		if t.pulled.Before(known.pulled) {
			known.pulled = t.pulled
		}
		known.counted = min(known.counted, t.counted)
		known.lacked = slices.Concat(known.lacked, t.lacked)
	}
	return known
}

// write makes an export of these people. pick chooses whom a flaw befalls.
func (s *system) write(people []worker, f flaw, pick int, now time.Time) error {
	if len(people) < 6 || !s.readable {
		f = clean // of nearly nothing a flaw is the truth; and what was never whole is not known to be cut
	}
	least := s.least()
	if (f == cut || f == shrunken) && least.pulled.IsZero() {
		f = clean // how a whole file looks has to be learned first
	}
	switch f {
	case late:
		return nil
	case again:
		if s.flaw.broken() || s.flaw.fleeting() {
			return s.write(people, clean, pick, now)
		}
		s.written = now
		return os.Chtimes(s.path, now, now)
	case noFile:
		s.flaw = f
		return ignoreMissing(os.Remove(s.path))
	case old:
		if s.earlier == nil || least.pulled.Sub(s.earlyAt) < time.Hour {
			return s.write(people, clean, pick, now)
		}
		s.flaw = f
		return errors.Join(os.WriteFile(s.path, s.earlier, 0o600), os.Chtimes(s.path, s.earlyAt, s.earlyAt))
	}
	text, unsaid := flawed(people, f, pick)
	rows := rowsOf(people) - len(unsaid)
	if f == shrunken && 5*rows >= 4*min(s.rows, least.counted) {
		return s.write(people, clean, pick, now) // as far as anybody can tell it did not shrink by over a fifth
	}
	if f == missing && slices.ContainsFunc(unsaid, func(ref string) bool { return slices.Contains(s.unsaid, ref) || slices.Contains(least.lacked, ref) }) {
		return s.write(people, clean, pick, now)
	}
	if before, err := os.ReadFile(s.path); err == nil && !s.flaw.broken() {
		s.earlier, s.earlyAt = before, s.written
	}
	s.flaw, s.written = f, now
	if !f.broken() {
		s.told, s.unsaid, s.readable, s.rows = slices.Clone(people), unsaid, true, rows
	}
	return errors.Join(os.MkdirAll(filepath.Dir(s.path), 0o700), os.WriteFile(s.path, text, 0o600), os.Chtimes(s.path, now, now))
}

// rowsOf counts the rows of an export without flaws.
func rowsOf(people []worker) int {
	n := len(people)
	for _, w := range people {
		if w.former {
			n++
		}
	}
	return n
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// flawed writes an export with a flaw; unsaid are those whose row is lost.
func flawed(people []worker, f flaw, pick int) (text []byte, unsaid []string) {
	header, rows := columns(), [][]string{}
	drop := func(i int) bool {
		switch f {
		case shrunken:
			return (i+pick)%3 == 0
		case missing:
			return i == pick%len(people) || pick%2 == 0 && i == (pick/2)%len(people) || pick%3 == 0 && people[i].former
		}
		return false
	}
	for i, w := range people {
		row := w.row()
		if w.former {
			rows = append(rows, w.formerRow())
		}
		if drop(i) {
			unsaid = append(unsaid, w.ref)
			continue
		}
		chosen := i == pick%len(people)
		switch {
		case f == nameless && chosen:
			unsaid = append(unsaid, w.ref)
			row[0] = ""
		case f == spoiled && (i+pick)%5 == 0:
			row[4] = "unknown"
		case f == ragged && chosen:
			row = append(row, "more")
		case f == garbage && chosen:
			row[7] = "Spring\xff\xfefield"
		}
		rows = append(rows, row)
		switch {
		case f == twice && (i+pick)%4 == 0:
			rows = append(rows, row)
		case f == conflict && chosen:
			other := slices.Clone(row)
			other[4] = "2025550199"
			rows = append(rows, other)
		}
	}
	switch f {
	case headless:
		header[pick%len(header)] = "column_" + letters(pick)
	case noRows:
		rows = nil
	case reordered:
		header, rows = rotated(header), mapAll(rows, rotated)
	case loginPage:
		return []byte("<!doctype html>\n<html><title>Sign in</title></html>\n"), nil
	}
	text = encode(header, rows)
	if f == cut {
		text = text[:cutAt(text, pick)]
	}
	return text, unsaid
}

// cutAt is somewhere in the last rows, often just before the end of one, never
// just behind it: such a file is whole for all that anybody can tell.
func cutAt(text []byte, pick int) int {
	end := len(text) - 1 - pick%200
	if pick%2 == 0 {
		end = bytes.LastIndexByte(text[:end+1], '\n')
	}
	if text[end-1] == '\n' {
		end--
	}
	return end
}

func rotated(row []string) []string { return append(slices.Clone(row[1:]), row[0]) }

func mapAll(rows [][]string, f func([]string) []string) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		all[i] = f(row)
	}
	return all
}

func encode(header []string, rows [][]string) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := errors.Join(w.Write(header), w.WriteAll(rows)); err != nil {
		panic(fmt.Sprintf("write csv to memory: %v", err))
	}
	return out.Bytes()
}
