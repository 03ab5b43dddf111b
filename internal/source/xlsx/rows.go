package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// The most rows and columns that a worksheet can have.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// cell is what stands in one cell. trouble says why that is not to be believed.
type cell struct {
	text    string
	trouble string
}

// line is one row: its cells from column A on, without blank ones at its end.
type line struct {
	at    int // from 1
	cells []cell
}

// rows reads a worksheet row by row.
type rows struct {
	book    *book
	part    io.ReadCloser
	decoder *xml.Decoder
	inside  bool // the rows have begun
	closed  bool // the worksheet has ended as it should
	last    int  // row
	cells   []cell
}

func (b *book) rows(s worksheet) (*rows, error) {
	part, err := b.open(s.part)
	if err != nil {
		return nil, err
	}
	return &rows{book: b, part: part, decoder: xml.NewDecoder(part)}, nil
}

func (r *rows) close() { _ = r.part.Close() } // nothing was written

// next returns the next row that is written, or io.EOF once the worksheet was read
// whole. The cells are used again.
func (r *rows) next() (line, error) {
	for {
		token, err := r.decoder.Token()
		switch {
		case errors.Is(err, io.EOF) && r.closed:
			return line{}, io.EOF
		case err != nil:
			return line{}, r.book.damaged(unfinished(err))
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch {
			case token.Name.Local == "sheetData":
				r.inside = true
			case token.Name.Local == "row" && r.inside:
				return r.row(token)
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "sheetData":
				r.inside = false
			case "worksheet":
				r.closed = true
			}
		}
	}
}

// row reads one row to its end.
func (r *rows) row(start xml.StartElement) (line, error) {
	at := r.last + 1
	if text := attribute(start, "r"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n <= r.last || n > maxRows {
			return line{}, source.Faultf(source.WordRagged, "%s row %d: the row behind it has no number, or one that goes back", r.book.name, r.last)
		}
		at = n
	}
	r.last, r.cells = at, r.cells[:0]
	for {
		token, err := r.decoder.Token()
		if err != nil {
			return line{}, r.book.damaged(unfinished(err))
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local != "c" {
				if err := r.decoder.Skip(); err != nil {
					return line{}, r.book.damaged(unfinished(err))
				}
				continue
			}
			if err := r.place(token); err != nil {
				return line{}, err
			}
		case xml.EndElement:
			return line{at, r.cells}, nil
		}
	}
}

// place reads a cell and puts it where it belongs.
func (r *rows) place(start xml.StartElement) error {
	column := len(r.cells)
	if ref := attribute(start, "r"); ref != "" {
		n, ok := columnOf(ref)
		if !ok || n < column {
			return source.Faultf(source.WordRagged, "%s row %d: a cell has no column, or one that goes back", r.book.name, r.last)
		}
		column = n
	}
	found, err := r.cell(attribute(start, "t"))
	if err != nil {
		return r.book.damaged(err)
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, cell{})
	}
	r.cells = append(r.cells, found)
	return nil
}

// cell reads what stands in a cell of a type (ECMA-376, 18.18.11).
func (r *rows) cell(kind string) (cell, error) {
	var value, inline string
	formula, valued := false, false
	for {
		token, err := r.decoder.Token()
		if err != nil {
			return cell{}, unfinished(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			if _, ended := token.(xml.EndElement); ended {
				return r.judge(kind, value, inline, formula && !valued), nil
			}
			continue
		}
		switch start.Name.Local {
		case "v":
			valued = true
			err = r.decoder.DecodeElement(&value, &start)
		case "is":
			inline, err = textOf(r.decoder)
		default:
			formula = formula || start.Name.Local == "f"
			err = r.decoder.Skip()
		}
		if err != nil {
			return cell{}, unfinished(err)
		}
	}
}

// judge makes a cell of what was found in it.
func (r *rows) judge(kind, value, inline string, unresolved bool) cell {
	if unresolved {
		return cell{trouble: "a formula without its result; open the workbook in Excel and save it"}
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(r.book.strings) {
			return cell{trouble: "a text that the workbook does not have"}
		}
		return cell{text: r.book.strings[i]}
	case "inlineStr":
		return cell{text: inline}
	case "str":
		return cell{text: unescaped(value)}
	case "b":
		return cell{text: map[string]string{"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}[strings.TrimSpace(value)]}
	case "e":
		return cell{trouble: "an error of a formula"}
	case "d":
		return cell{text: strings.TrimSpace(value)}
	}
	return cell{text: number(strings.TrimSpace(value))}
}

// number writes out a whole number that is written with an exponent or a point:
// 5.551234567E9 is a phone. What has more digits than Excel keeps stays as it is.
func number(text string) string {
	const exact = 1e15
	if !strings.ContainsAny(text, "eE.") {
		return text
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) >= exact {
		return text
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// columnOf reads the column of a reference such as AB12, from 0.
func columnOf(ref string) (int, bool) {
	n := 0
	for i := 0; i < len(ref); i++ {
		letter := ref[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(letter-'A') + 1; n > maxColumns {
			return 0, false
		}
	}
	return 0, false
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
