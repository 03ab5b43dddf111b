package csv

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/rosterd/rosterd/internal/source"
)

const (
	chunkSize = 64 << 10
	// maxRow is how large one row may be, in bytes of UTF-8. Rows of people
	// are a thousand times smaller; an unclosed quote makes one of the whole file.
	maxRow = 1 << 20
	// readAhead is what text may have handed out with the end of a row: rows
	// come in chunks, so that much more is never refused.
	readAhead = chunkSize
)

// The marks that a text can begin with; see the Unicode Standard, 2.13 and 23.8.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// text turns the bytes of a file into UTF-8 that is known to be valid. Its
// first error is its last: it is returned again by every later next, because
// a parser that went on after an error would lose rows.
type text struct {
	raw      io.Reader
	encoding string
	name     string // of the file, for faults

	chunk []byte // as read
	kept  int    // bytes at the start of chunk: a character whose rest is still to come
	wide  []byte // where windows-1252 is decoded into
	err   error

	begun bool  // the start of the file has been looked at
	lines int   // line ends in what was checked
	given int64 // bytes of UTF-8 handed out
	limit int64 // given may not pass this
	last  byte  // of what was handed out
}

func newText(r io.Reader, encoding, name string) *text {
	t := &text{raw: r, encoding: encoding, name: name, chunk: make([]byte, chunkSize)}
	t.allowRow(0)
	return t
}

// allowRow says that a row begins at offset, in bytes of UTF-8.
func (t *text) allowRow(offset int64) { t.limit = offset + maxRow + readAhead }

// closed reports whether the text handed out so far ends with a newline.
func (t *text) closed() bool { return t.last == '\n' }

// usedUp reports whether offset is the end of the whole text.
func (t *text) usedUp(offset int64) bool { return errors.Is(t.err, io.EOF) && offset == t.given }

// next returns some more text, which is valid until the next call; io.EOF alone
// is the end.
func (t *text) next() ([]byte, error) {
	var ready []byte
	for len(ready) == 0 {
		if t.err != nil {
			return nil, t.err
		}
		ready, t.err = t.read()
	}
	if t.given > t.limit {
		t.err = source.Faultf(source.WordRagged, "%s: a row is larger than %d KiB; a quote may be open", t.name, maxRow>>10)
		return nil, t.err
	}
	t.last = ready[len(ready)-1]
	t.given += int64(len(ready))
	return ready, nil
}

// read reads, checks and decodes one chunk. It returns io.EOF with the last.
func (t *text) read() ([]byte, error) {
	n, end := io.ReadFull(t.raw, t.chunk[t.kept:])
	if end == io.ErrUnexpectedEOF {
		end = io.EOF
	}
	if end != nil && end != io.EOF {
		if fault, ok := errors.AsType[*source.Fault](end); ok {
			return nil, fault
		}
		return nil, &source.Fault{Word: source.WordUnreadable, Detail: "read file", Err: end}
	}
	chunk := t.chunk[:t.kept+n]
	if !t.begun {
		t.begun = true
		var err error
		if chunk, err = t.skipMark(chunk); err != nil {
			return nil, err
		}
	}
	if at := bytes.IndexByte(chunk, 0); at >= 0 {
		return nil, t.fault(chunk[:at], "a NUL byte; export the file as plain UTF-8 text")
	}
	checked, err := t.convert(chunk, end == io.EOF)
	if err != nil {
		return nil, err
	}
	t.lines += bytes.Count(checked, []byte{'\n'})
	return checked, end
}

// convert returns chunk as UTF-8; end says that nothing follows it.
func (t *text) convert(chunk []byte, end bool) ([]byte, error) {
	if t.encoding == encodingWindows1252 {
		return t.decode(chunk)
	}
	return t.check(chunk, end)
}

// skipMark removes a UTF-8 mark from the start of the file. A mark that
// contradicts the declared encoding is a fault, since one of both is wrong and
// names would be sent garbled.
func (t *text) skipMark(start []byte) ([]byte, error) {
	rest, marked := bytes.CutPrefix(start, []byte(markUTF8))
	switch {
	case marked && t.encoding != encodingUTF8:
		return nil, t.fault(nil, "the file is marked as UTF-8 and declared as "+t.encoding+"; declare utf-8")
	case bytes.HasPrefix(start, []byte(markUTF16LE)), bytes.HasPrefix(start, []byte(markUTF16BE)):
		return nil, t.fault(nil, "the file is UTF-16; export it as UTF-8")
	}
	return rest, nil
}

// check returns the part of chunk that is whole characters, and keeps back a
// character that the next chunk goes on with.
func (t *text) check(chunk []byte, end bool) ([]byte, error) {
	whole := len(chunk)
	if !end {
		whole -= unfinished(chunk)
	}
	if !utf8.Valid(chunk[:whole]) {
		return nil, t.fault(chunk[:firstInvalid(chunk)], "a byte that is not UTF-8; if the file comes from Windows, declare encoding windows-1252")
	}
	checked := chunk[:whole]
	if t.kept = len(chunk) - whole; t.kept > 0 {
		// The chunk's memory is used again, so what is handed out moves away.
		t.wide = append(t.wide[:0], checked...)
		copy(t.chunk, chunk[whole:])
		checked = t.wide
	}
	return checked, nil
}

// unfinished is how many bytes at the end of chunk begin a character that they
// do not finish.
func unfinished(chunk []byte) int {
	for back := 1; back < utf8.UTFMax && back <= len(chunk); back++ {
		tail := chunk[len(chunk)-back:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return back
		}
	}
	return 0
}

// firstInvalid is where the first byte stands that is not UTF-8.
func firstInvalid(chunk []byte) int {
	at := 0
	for at < len(chunk) {
		r, size := utf8.DecodeRune(chunk[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}

// decode turns windows-1252 into UTF-8. Five bytes have no character in that
// code page and come out as the replacement character, which it does not have.
func (t *text) decode(chunk []byte) ([]byte, error) {
	t.wide = t.wide[:0]
	for at, b := range chunk {
		if b < utf8.RuneSelf {
			t.wide = append(t.wide, b)
			continue
		}
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError {
			return nil, t.fault(chunk[:at], "a byte that windows-1252 does not have; the file has another encoding")
		}
		t.wide = utf8.AppendRune(t.wide, r)
	}
	return t.wide, nil
}

// fault says what is wrong behind the given part of the current chunk.
func (t *text) fault(before []byte, what string) *source.Fault {
	line := t.lines + bytes.Count(before, []byte{'\n'}) + 1
	return source.Faultf(source.WordEncoding, "%s line %d: %s", t.name, line, what)
}
