package xlsx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// book is an opened workbook.
type book struct {
	name    string // of the file, for faults
	parts   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	date04  bool
	sheets  []worksheet
	strings []string // shared by the worksheets
}

// worksheet is one of them, in the order of the workbook.
type worksheet struct {
	name   string
	hidden bool
	part   string
}

// compound is how a file begins that Excel protected, or that is an .xls of before
// 2007 (MS-CFB, 2.2).
const compound = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// openBook reads everything but the cells. max bounds what may be unpacked, in
// bytes.
func openBook(name string, content []byte, most int64) (*book, error) {
	if bytes.HasPrefix(content, []byte(compound)) {
		return nil, source.Faultf(source.WordEncoding, "%s is protected by a password, or an .xls of old; save it as an unprotected .xlsx", name)
	}
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, &source.Fault{Word: source.WordTruncated, Detail: name + " is no whole .xlsx", Err: err}
	}
	b := &book{name: name, parts: map[string]*zip.File{}, left: most}
	for _, part := range archive.File {
		b.parts[strings.ToLower(strings.TrimPrefix(part.Name, "/"))] = part
	}
	return b, b.contents()
}

// relation is a part that another one refers to.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
	Mode   string `xml:"TargetMode,attr"`
}

// is reports whether a relation is of a kind: the last word of its type, which
// begins differently in strict workbooks.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.Type, "/"+kind) }

// relations are those of a part; "" is the package itself. Targets come back as
// the names of parts.
func (b *book) relations(of string) ([]relation, error) {
	dir, base := path.Split(of)
	var found struct {
		All []relation `xml:"Relationship"`
	}
	if err := b.read(dir+"_rels/"+base+".rels", &found); err != nil {
		return nil, err
	}
	for i, r := range found.All {
		if absolute, ok := strings.CutPrefix(r.Target, "/"); ok {
			found.All[i].Target = absolute
		} else {
			found.All[i].Target = path.Join(dir, r.Target)
		}
	}
	return found.All, nil
}

// workbook is the part that names the worksheets.
type workbook struct {
	Properties struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets []struct {
		Name  string     `xml:"name,attr"`
		State string     `xml:"state,attr"`
		Attrs []xml.Attr `xml:",any,attr"`
	} `xml:"sheets>sheet"`
}

// contents finds the worksheets, the date system and the shared strings.
func (b *book) contents() error {
	top, err := b.relations("")
	if err != nil {
		return err
	}
	main := ""
	for _, r := range top {
		if r.is("officeDocument") {
			main = r.Target
		}
	}
	var read workbook
	if err := b.read(main, &read); err != nil {
		return err
	}
	b.date04 = read.Properties.Date1904 == "1" || read.Properties.Date1904 == "true"
	relations, err := b.relations(main)
	if err != nil {
		return err
	}
	targets := map[string]string{}
	for _, r := range relations {
		if r.is("worksheet") {
			targets[r.ID] = r.Target
		}
		if r.is("sharedStrings") {
			if err := b.readStrings(r.Target); err != nil {
				return err
			}
		}
	}
	b.list(read, targets)
	return nil
}

// list notes the worksheets, whose parts are known by their ids. An id is in a
// namespace of its own, which strict workbooks call otherwise.
func (b *book) list(read workbook, parts map[string]string) {
	for _, s := range read.Sheets {
		for _, a := range s.Attrs {
			if part, ok := parts[a.Value]; ok && a.Name.Local == "id" && a.Name.Space != "" {
				b.sheets = append(b.sheets, worksheet{s.Name, s.State == "hidden" || s.State == "veryHidden", part})
			}
		}
	}
}

// open unpacks a part as it is read. Its checksum is compared at its end.
func (b *book) open(name string) (io.ReadCloser, error) {
	part, ok := b.parts[strings.ToLower(name)]
	if !ok {
		return nil, source.Faultf(source.WordFormat, "%s has no part %s: it is no workbook of Excel", b.name, name)
	}
	raw, err := part.Open()
	if err != nil {
		return nil, b.damaged(err)
	}
	return &unpacking{raw, b}, nil
}

// unpacking counts what is unpacked.
type unpacking struct {
	io.ReadCloser
	book *book
}

// Read implements io.Reader.
func (u *unpacking) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if u.book.left -= int64(n); u.book.left < 0 {
		return n, source.Faultf(source.WordTooLarge, "%s is larger than max_size when it is unpacked", u.book.name)
	}
	return n, err
}

// read decodes a small part whole.
func (b *book) read(name string, into any) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	if err := xml.NewDecoder(part).Decode(into); err != nil {
		return b.damaged(err)
	}
	if _, err := io.Copy(io.Discard, part); err != nil { // the checksum is behind the last byte
		return b.damaged(err)
	}
	return nil
}

// damaged keeps a fault as it is. Of another error it says nothing: a decoder
// repeats what it read.
func (b *book) damaged(err error) error {
	if fault, ok := errors.AsType[*source.Fault](err); ok {
		return fault
	}
	return source.Faultf(source.WordTruncated, "%s is damaged: a part of it is cut off or no XML", b.name)
}

// choose finds the worksheet that is meant.
func (b *book) choose(wanted string) (worksheet, error) {
	var fit []worksheet
	for _, s := range b.sheets {
		switch {
		case wanted != "" && s.name == wanted:
			return s, nil
		case wanted == "" && !s.hidden:
			some, err := b.hasCells(s)
			if err != nil {
				return worksheet{}, err
			}
			if some {
				fit = append(fit, s)
			}
		}
	}
	switch {
	case wanted != "":
		return worksheet{}, source.Faultf(source.WordMissing, "%s has no worksheet of the name in worksheet, among %d", b.name, len(b.sheets))
	case len(fit) == 0:
		return worksheet{}, source.Faultf(source.WordEmpty, "%s has no visible worksheet with cells", b.name)
	case len(fit) > 1:
		return worksheet{}, source.Faultf(source.WordHeader, "%s has %d visible worksheets with cells; set worksheet to the name of one", b.name, len(fit))
	}
	return fit[0], nil
}

// hasCells reports whether a worksheet has a cell with something in it. What it
// costs to find out is not counted: the worksheet is read again.
func (b *book) hasCells(s worksheet) (some bool, err error) {
	before := b.left
	defer func() { b.left = before }()
	rows, err := b.rows(s)
	if err != nil {
		return false, err
	}
	defer rows.close()
	for {
		row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		for _, cell := range row.cells {
			if cell.trouble != "" || strings.TrimSpace(cell.text) != "" {
				return true, nil
			}
		}
	}
}
