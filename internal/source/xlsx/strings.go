package xlsx

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// readStrings reads the texts that cells refer to by number.
func (b *book) readStrings(name string) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	decoder := xml.NewDecoder(part)
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return b.damaged(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := textOf(decoder)
			if err != nil {
				return b.damaged(err)
			}
			b.strings = append(b.strings, text)
		}
	}
}

// textOf is the text of an item until its end: that of its runs, without how it is
// pronounced.
func textOf(decoder *xml.Decoder) (string, error) {
	var text strings.Builder
	within, silent := 0, 0
	for depth := 1; depth > 0; {
		token, err := decoder.Token()
		if err != nil {
			return "", unfinished(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			if token.Name.Local == "rPh" && silent == 0 {
				silent = depth
			}
			if token.Name.Local == "t" {
				within = depth
			}
		case xml.EndElement:
			if depth == within {
				within = 0
			}
			if depth == silent {
				silent = 0
			}
			depth--
		case xml.CharData:
			if within > 0 && silent == 0 {
				text.Write(token)
			}
		}
	}
	return unescaped(text.String()), nil
}

// unfinished is an end that comes too early.
func unfinished(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescaped writes out what XML cannot hold: _x000D_ is a carriage return
// (ECMA-376, 22.9.2.19).
func unescaped(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`).ReplaceAllStringFunc(text, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 16)
		if err != nil || n >= 0xd800 && n < 0xe000 {
			return code
		}
		return string(rune(n))
	})
}
