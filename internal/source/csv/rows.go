package csv

import (
	"errors"
	"io"
	"strings"
)

// What can be wrong with the quotes of a row.
var (
	errBareQuote = errors.New("a quote inside a cell that is not quoted")
	errQuote     = errors.New("a quoted cell that is not closed, or goes on behind its closing quote")
)

// rows splits text into rows and rows into cells: those of RFC 4180, exactly as
// the reader of encoding/csv finds them with its defaults. It costs half of
// that, because a cell is a part of the text as it was read and no copy; only
// one with a quote or a line break in it is put together.
type rows struct {
	from   *text
	comma  string
	ahead  string   // handed out by from and not yet read
	lines  int      // read so far
	cells  []string // of the last row
	pieces []byte   // of a cell that is put together
}

func newRows(from *text, comma rune) *rows { return &rows{from: from, comma: string(comma)} }

// offset is where the next row begins, in bytes of UTF-8.
func (r *rows) offset() int64 { return r.from.given - int64(len(r.ahead)) }

// read returns the cells of the next row that is no empty line, and the line on
// which it begins or, with errBareQuote, that of the quote. io.EOF is the end.
// The slice is used again; the cells may share their memory with other rows.
func (r *rows) read() (cells []string, line int, err error) {
	text, err := r.next()
	for err == nil && text == "" {
		text, err = r.next()
	}
	if err != nil {
		return nil, r.lines, err
	}
	r.cells, line = r.cells[:0], r.lines
	if len(r.comma) == 1 && strings.IndexByte(text, '"') < 0 {
		r.split(text, r.comma[0])
	} else if err = r.splitQuoted(text); errors.Is(err, errBareQuote) {
		line = r.lines
	}
	return r.cells, line, err
}

// next returns the next line without its LF or CR LF. A CR that ends the text
// is dropped too.
func (r *rows) next() (string, error) {
	at := strings.IndexByte(r.ahead, '\n')
	for at < 0 {
		looked := len(r.ahead)
		chunk, err := r.from.next()
		if errors.Is(err, io.EOF) && looked > 0 {
			return r.line(looked, looked), nil
		}
		if err != nil {
			return "", err
		}
		r.ahead = join(r.ahead, chunk)
		if at = strings.IndexByte(r.ahead[looked:], '\n'); at >= 0 {
			at += looked
		}
	}
	return r.line(at, at+1), nil
}

// line takes a line off the text: to its end, and to the begin of the next.
func (r *rows) line(end, next int) string {
	line := r.ahead[:end]
	r.ahead = r.ahead[next:]
	r.lines++
	return strings.TrimSuffix(line, "\r")
}

func join(rest string, chunk []byte) string {
	var b strings.Builder
	b.Grow(len(rest) + len(chunk))
	b.WriteString(rest)
	b.Write(chunk)
	return b.String()
}

// split appends the cells of a row without quotes. Cells are so short that
// looking at byte after byte is faster than any search.
func (r *rows) split(line string, comma byte) {
	begin := 0
	for i := range len(line) {
		if line[i] == comma {
			r.cells = append(r.cells, line[begin:i])
			begin = i + 1
		}
	}
	r.cells = append(r.cells, line[begin:])
}

// splitQuoted appends the cells of any row, which may go on over more lines.
func (r *rows) splitQuoted(line string) error {
	for more := true; more; {
		var cell string
		if rest, quoted := strings.CutPrefix(line, `"`); quoted {
			var err error
			if cell, line, more, err = r.quoted(rest); err != nil {
				return err
			}
		} else if cell, line, more = strings.Cut(line, r.comma); strings.IndexByte(cell, '"') >= 0 {
			return errBareQuote
		}
		r.cells = append(r.cells, cell)
	}
	return nil
}

// quoted reads a cell from behind its opening quote. rest is the line behind
// the separator that follows the cell; more is false where the row ends.
func (r *rows) quoted(line string) (cell, rest string, more bool, err error) {
	r.pieces = r.pieces[:0]
	for {
		part, behind, found := strings.Cut(line, `"`)
		if found && (behind == "" || strings.HasPrefix(behind, r.comma)) {
			rest, more = strings.CutPrefix(behind, r.comma)
			if len(r.pieces) > 0 {
				part = string(append(r.pieces, part...))
			}
			return part, rest, more, nil
		}
		r.pieces = append(r.pieces, part...)
		switch {
		case !found:
			r.pieces = append(r.pieces, '\n')
			if line, err = r.next(); errors.Is(err, io.EOF) {
				err = errQuote
			}
		case behind[0] == '"':
			r.pieces = append(r.pieces, '"')
			line = behind[1:]
		default:
			err = errQuote
		}
		if err != nil {
			return "", "", false, err
		}
	}
}
