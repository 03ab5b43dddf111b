package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sheet"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
	"github.com/rosterd/rosterd/internal/source/xlsx"
)

// workbook is what is written by hand, as Excel writes it. Parts replace those
// that it would have.
type workbook struct {
	sheets  []tab
	strings []string // items of the shared strings, as XML
	date04  bool
	parts   map[string]string // "" leaves one out
}

type tab struct {
	name, state string
	rows        string // XML between <sheetData> and its end
}

// one is a workbook of one worksheet.
func one(rows string) workbook { return workbook{sheets: []tab{{name: "People", rows: rows}}} }

// row is a row of texts, written into the cells themselves.
func row(at int, texts ...string) string {
	var all strings.Builder
	fmt.Fprintf(&all, `<row r="%d">`, at)
	for i, one := range texts {
		var escaped bytes.Buffer
		_ = xml.EscapeText(&escaped, []byte(one))
		fmt.Fprintf(&all, `<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, letters(i), at, escaped.String())
	}
	return all.String() + "</row>"
}

// letters names a column, from 0.
func letters(n int) string {
	if n >= 26 {
		return letters(n/26-1) + letters(n%26)
	}
	return string(rune('A' + n))
}

func (w workbook) pack(t *testing.T) []byte {
	t.Helper()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	const kind = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
	parts := map[string]string{
		"_rels/.rels":          relations + `<Relationship Id="rId1" Type="` + kind + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/sharedStrings.xml": `<sst ` + main + `>` + strings.Join(w.strings, "") + `</sst>`,
	}
	book, known := `<workbook `+main+`><workbookPr date1904="`+strconv.FormatBool(w.date04)+`"/><sheets>`, relations
	for i, s := range w.sheets {
		id := strconv.Itoa(i + 1)
		book += `<sheet name="` + s.name + `" sheetId="` + id + `" state="` + s.state + `" r:id="rId` + id + `"/>`
		known += `<Relationship Id="rId` + id + `" Type="` + kind + `worksheet" Target="worksheets/sheet` + id + `.xml"/>`
		parts["xl/worksheets/sheet"+id+".xml"] = `<worksheet ` + main + `><dimension ref="A1"/><sheetData>` + s.rows + `</sheetData><pageMargins/></worksheet>`
	}
	parts["xl/workbook.xml"] = book + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = known + `<Relationship Id="rId99" Type="` + kind + `sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`
	for name, text := range w.parts {
		parts[name] = text
	}
	var packed bytes.Buffer
	archive := zip.NewWriter(&packed)
	for name, text := range parts {
		if text == "" {
			continue
		}
		part, err := archive.Create(name)
		check(t, err)
		_, err = part.Write([]byte(text))
		check(t, err)
	}
	check(t, archive.Close())
	return packed.Bytes()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settings are the defaults for a file with this content.
func settings(t *testing.T, content []byte) *xlsx.Config {
	t.Helper()
	path, yesterday := filepath.Join(canary.Input(t), "census.xlsx"), time.Now().Add(-24*time.Hour)
	check(t, os.WriteFile(path, content, 0o600))
	check(t, os.Chtimes(path, yesterday, yesterday))
	config := xlsx.Type().New().(*xlsx.Config)
	config.Path = path
	return config
}

// pull reads a file of which the mapping reads columns; none: all that it has.
func pull(t *testing.T, config *xlsx.Config, columns ...string) (sourcetest.Recorder, source.Report, error) {
	t.Helper()
	opened, err := config.Open(source.Opening{Columns: columns})
	check(t, err)
	var got sourcetest.Recorder
	report, err := opened.Pull(t.Context(), &got)
	if breaches := got.Breaches(); breaches != nil {
		t.Error(breaches)
	}
	return got, report, err
}

func TestLaws(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source {
		var text strings.Builder
		text.WriteString(row(1, rows.Columns...))
		for i, record := range rows.Records {
			text.WriteString(row(i+2, record...))
		}
		opened, err := settings(t, one(text.String()).pack(t)).Open(source.Opening{Columns: rows.Columns})
		check(t, err)
		return opened
	})
}

// cells are what can stand in a row.
func TestCells(t *testing.T) {
	w := one(`<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c></row>` +
		`<row r="5"><c r="A5"><v>5.551234567E9</v></c><c r="C5"><v>32298</v></c></row>` + // B is blank
		`<row><c><v>1001.0</v></c><c t="str"><f>A1</f><v>E1_x000D_2</v></c><c t="b"><v>1</v></c><c><v> </v></c></row>` +
		`<row r="9"><c r="A9" t="inlineStr"><is><r><t>Ada </t></r><r><rPr/><t>Byron</t></r><rPh sb="0" eb="1"><t>silent</t></rPh></is></c><c r="B9"><v>0.5</v></c></row>` +
		`<row r="10" hidden="1"><c r="A10" t="d"><v>1987-06-05</v></c><c r="B10"><v>1.2345678901234567E19</v></c><c r="C10" s="3"/><c r="D10" s="3"/></row>` +
		`<row r="11"><c r="B11" t="inlineStr"><is><t> </t></is></c></row>`)
	w.strings = []string{`<si><t>id</t></si>`, `<si><r><t xml:space="preserve">full </t></r><r><t>name</t></r></si>`, `<si><t>born</t></si>`}
	got, report, err := pull(t, settings(t, w.pack(t)))
	check(t, err)
	if diff := cmp.Diff([]string{"id", "full name", "born"}, got.Names); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	want := [][]string{
		{"5551234567", "", "32298"}, {"1001", "E1\r2", "TRUE"}, {"Ada Byron", "0.5", ""}, {"1987-06-05", "1.2345678901234567E19", ""},
	}
	if diff := cmp.Diff(want, got.Records); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if report.Seen != 4 || report.Expected != -1 || report.Layout == "" {
		t.Errorf("report %+v", report)
	}
}

// What could be read in two ways, or not at all, fails the pull.
func TestFaults(t *testing.T) {
	header := row(1, "id", "name", "born")
	good := header + row(2, "1", "Ada", "1")
	for _, tt := range []struct {
		name string
		book workbook
		set  func(*xlsx.Config)
		word string
		says string
	}{
		{"a row twice", one(good + row(2, "2", "Bo", "1")), nil, source.WordRagged, "row 2: the row behind it"},
		{"rows that go back", one(header + row(5, "1", "Ada", "1") + row(3, "2", "Bo", "1")), nil, source.WordRagged, "goes back"},
		{"a row without a number that is one", one(header + `<row r="x"/>`), nil, source.WordRagged, "row 1"},
		{"cells that go back", one(header + `<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row>`), nil, source.WordRagged, "row 2: a cell"},
		{"a cell behind the header", one(good + row(3, "2", "Bo", "1", "4")), nil, source.WordRagged, "row 3: 4 cells where the header has 3"},
		{"an error in a column that is read", one(header + `<row r="2"><c r="A2"><v>1</v></c><c r="C2" t="e"><v>#N/A</v></c></row>`), nil, source.WordFormat, "row 2: column 3 has an error of a formula"},
		{"a formula without its result", one(header + `<row r="2"><c r="A2"><f>B2</f></c></row>`), nil, source.WordFormat, "column 1 has a formula without its result"},
		{"a text that is not there", one(header + `<row r="2"><c r="A2" t="s"><v>7</v></c></row>`), nil, source.WordFormat, "column 1 has a text"},
		{"an error in the header", one(`<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>`), nil, source.WordFormat, "row 1: column 1"},
		{"a worksheet that does not close", workbook{
			sheets: []tab{{name: "People"}}, parts: map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + good},
		}, nil, source.WordTruncated, "damaged"},
		{"a worksheet that closes too early", workbook{
			sheets: []tab{{name: "People"}}, parts: map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + good + `</worksheet>`},
		}, nil, source.WordTruncated, "damaged"},
		{"no worksheet", workbook{sheets: []tab{{name: "People"}}, parts: map[string]string{"xl/worksheets/sheet1.xml": ""}}, nil, source.WordFormat, "no part"},
		{"no workbook", workbook{parts: map[string]string{"_rels/.rels": ""}}, nil, source.WordFormat, "no workbook of Excel"},
		{"dates since 1904", workbook{sheets: []tab{{name: "People", rows: good}}, date04: true}, nil, source.WordFormat, "date_system"},
		{"dates since 1900 where 1904 is said", one(good), func(c *xlsx.Config) { c.DateSystem = 1904 }, source.WordFormat, "date_system"},
		{"two worksheets with people", workbook{sheets: []tab{{name: "A", rows: good}, {name: "B", rows: good}}}, nil, source.WordHeader, "2 visible worksheets"},
		{"hidden ones only", workbook{sheets: []tab{{name: "A", state: "hidden", rows: good}, {name: "B", state: "veryHidden", rows: good}}}, nil, source.WordEmpty, "no visible worksheet"},
		{"blank ones only", one(row(1, " ", "")), nil, source.WordEmpty, "no visible worksheet"},
		{"a name that is none", one(good), func(c *xlsx.Config) { c.Worksheet = "Persons" }, source.WordMissing, "no worksheet of the name"},
		{"nothing behind header_row", one(good), func(c *xlsx.Config) { c.HeaderRow = 9 }, source.WordEmpty, "has no header"},
		{"no trailer", one(good), func(c *xlsx.Config) { c.Sheet.Trailer = sheet.Trailer{Prefix: "END", CountColumn: 2} }, source.WordTruncated, "without the trailer"},
		{"too large once unpacked", one(good + row(3, strings.Repeat("a", 5000))), func(c *xlsx.Config) { c.MaxSize = 4000 }, source.WordTooLarge, "max_size"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := settings(t, tt.book.pack(t))
			if tt.set != nil {
				tt.set(config)
			}
			_, _, err := pull(t, config, "id", "born")
			fault, ok := errors.AsType[*source.Fault](err)
			if !ok || fault.Word != tt.word || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the pull ends with %v, want %s: …%s…", err, tt.word, tt.says)
			}
		})
	}
}

func TestWhatIsNoFault(t *testing.T) {
	header := row(1, "id", "remark")
	for _, tt := range []struct {
		name string
		book workbook
		set  func(*xlsx.Config)
	}{
		{"an error in a column that nobody reads", one(header + `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>`), nil},
		{"hidden worksheets beside it", workbook{sheets: []tab{{name: "Notes", state: "hidden", rows: row(1, "x")}, {name: "People", rows: header + row(2, "1")}}}, nil},
		{"blank worksheets beside it", workbook{sheets: []tab{{name: "People", rows: header + row(2, "1")}, {name: "Sheet2"}}}, nil},
		{"one of several by its name", workbook{sheets: []tab{{name: "A", rows: header}, {name: "B", rows: header + row(2, "1")}}}, func(c *xlsx.Config) { c.Worksheet = "B" }},
		{"a hidden one by its name", workbook{sheets: []tab{{name: "A", rows: header}, {name: "B", state: "hidden", rows: header + row(2, "1")}}}, func(c *xlsx.Config) { c.Worksheet = "B" }},
		{"a title above the header", one(row(1, "Census of 2026") + row(4, "id", "remark") + row(5, "1")), func(c *xlsx.Config) { c.HeaderRow = 4 }},
		{"dates since 1904 where that is said", workbook{sheets: []tab{{name: "A", rows: header + row(2, "1")}}, date04: true}, func(c *xlsx.Config) { c.DateSystem = 1904 }},
		{"a trailer", one(header + row(2, "1") + row(3, "END", "1")), func(c *xlsx.Config) { c.Sheet.Trailer = sheet.Trailer{Prefix: "END", CountColumn: 2} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := settings(t, tt.book.pack(t))
			if tt.set != nil {
				tt.set(config)
			}
			got, _, err := pull(t, config, "id")
			if err != nil || len(got.Records) != 1 || got.Records[0][0] != "1" {
				t.Errorf("records %v, %v", got.Records, err)
			}
		})
	}
}

// A workbook that is cut off, or of which a bit has changed, has no people.
func TestDamage(t *testing.T) {
	text := row(1, "id", "name")
	for n := range 300 {
		text += row(n+2, strconv.Itoa(n), "Ada")
	}
	packed := one(text).pack(t)
	for cut := 0; cut < len(packed); cut += len(packed)/40 + 1 {
		if _, _, err := pull(t, settings(t, packed[:cut])); err == nil {
			t.Errorf("the first %d of %d bytes are believed", cut, len(packed))
		}
	}
	for at := 0; at < len(packed); at += len(packed)/97 + 1 {
		changed := bytes.Clone(packed)
		changed[at] ^= 0x10
		got, _, err := pull(t, settings(t, changed))
		if err == nil && len(got.Records) != 300 {
			t.Errorf("with byte %d changed %d people are believed", at, len(got.Records))
		}
	}
	for name, content := range map[string]string{"protected": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "csv": "id,name\n1,Ada\n", "empty": ""} {
		_, _, err := pull(t, settings(t, []byte(content)))
		fault, ok := errors.AsType[*source.Fault](err)
		if !ok || (name == "protected") != (fault.Word == source.WordEncoding) {
			t.Errorf("%s: the pull ends with %v", name, err)
		}
	}
}

// FuzzPull reads any worksheet: it comes to an end, and no error has a cell in it.
func FuzzPull(f *testing.F) {
	f.Add(row(1, "id", "name")+row(2, "1", canary.FamilyName), "<si><t>a</t></si>")
	f.Add(`<row><c t="s"><v>0</v></c><c><v>1E3</v></c></row><row r="7"><c r="XFD7" t="e"><v>#REF!</v></c></row>`, "<si><r><t>x</t></r></si>")
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row><row r="2"><c><f>A1</f></c>`, "")
	f.Fuzz(func(t *testing.T, rows, shared string) {
		book := one(rows)
		book.strings = []string{shared}
		_, _, err := pull(t, settings(t, book.pack(t)), "id")
		if err != nil && strings.Contains(err.Error(), canary.FamilyName) {
			t.Errorf("the error repeats a value: %v", err)
		}
	})
}
