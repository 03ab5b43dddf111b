package canary_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"github.com/rosterd/rosterd/internal/canary"
)

// Every field of a canary person is found in every form in which it may be told.
func TestFind(t *testing.T) {
	forms := map[string]func(string) string{
		"as it is":    func(s string) string { return s },
		"upper case":  strings.ToUpper,
		"URL":         url.QueryEscape,
		"URL path":    url.PathEscape,
		"hex":         func(s string) string { return hex.EncodeToString([]byte(s)) },
		"bytes":       func(s string) string { return fmt.Sprintf("%d", []byte(s)) },
		"UTF-16":      func(s string) string { return wide(s, false) },
		"UTF-16 BE":   func(s string) string { return wide(s, true) },
		"JSON":        func(s string) string { text, _ := json.Marshal(s); return string(text) },
		"Go escapes":  func(s string) string { return escaped(s, `\x%02x`) },
		"JSON escape": func(s string) string { return escaped(s, `\u%04X`) },
		"base64":      func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64, second byte of a group": func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte("{" + s + "}"))
		},
		"base64, third byte of a group": func(s string) string {
			return base64.URLEncoding.EncodeToString([]byte(`{"` + s + `"}`))
		},
		"gzip":          func(s string) string { return pack(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }) },
		"zlib":          func(s string) string { return pack(s, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }) },
		"zstd":          zstandard,
		"zip":           func(s string) string { return zipped("data.csv", s) },
		"name in a zip": func(s string) string { return zipped(strings.ReplaceAll(s, "/", "-"), "") },
		"gzip in a zip": func(s string) string {
			return zipped("x", pack(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }))
		},
		"cut off in gzip": func(s string) string {
			return cut(pack(s, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }))
		},
	}
	for name, value := range fields() {
		for form, written := range forms {
			t.Run(name+", "+form, func(t *testing.T) {
				text := "\x00\x1f\x8b PK\x03\x04 before " + written(value) + " after"
				if len(canary.Find("x", []byte(text))) == 0 {
					t.Error("not found")
				}
			})
		}
	}
}

// fields are the values of a canary person, also as HR systems write them.
func fields() map[string]string {
	return map[string]string{
		"given name": canary.GivenName, "family name": canary.FamilyName + "-Ab", "street": canary.Street, "city": canary.City,
		"ZIP": canary.ZIP, "ZIP in a row": strings.ReplaceAll(canary.ZIP, "-", ""), "mail": canary.Mail, "secret": "vit_apk_" + canary.Secret,
		"phone": canary.Phone, "phone with country": "+1" + canary.Phone, "phone of an export": "(202) 555-0143", "phone with dashes": "202-555-0199",
		"birth date": canary.BirthDate, "American birth date": "06/05/1987", "birth date in a row": "19870605", "birth date in words": "June 5, 1987",
		"another's phone": "2025550100", "another's mail": "e17@" + canary.MailHost,
	}
}

func TestFindNothing(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":      "",
		"one byte":     "c",
		"a reference":  `{"reference_id":"E-1","group":"canary","at":"2026-06-05T20:25:55.01Z"}`,
		"near misses":  "canari testbir 1987-06-04 202-556-0143 62701 2025540100 @canary.examp",
		"binary":       strings.Repeat("\x00\xff\x1f\x8b\x08 \x28\xb5\x2f\xfd \x78\x9c PK\x03\x04", 50),
		"empty gzip":   pack("", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"harmless zip": zipped("data.csv", "reference_id\nE-1\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if found := canary.Find("x", []byte(text)); len(found) > 0 {
				t.Errorf("found %v", found)
			}
		})
	}
}

// A report of findings may be searched itself.
func TestFindingsTellNothing(t *testing.T) {
	for _, value := range fields() {
		for _, found := range canary.Find("x", []byte(value)) {
			if again := canary.Find("x", []byte(found.String())); len(again) > 0 {
				t.Errorf("a finding tells %s", again[0].What)
			}
		}
	}
}

func wide(s string, bigEndian bool) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		if bigEndian {
			b = append(b, byte(unit>>8), byte(unit))
		} else {
			b = append(b, byte(unit), byte(unit>>8))
		}
	}
	return string(b)
}

func escaped(s, format string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}

func pack(s string, format func(io.Writer) io.WriteCloser) string {
	var b bytes.Buffer
	w := format(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func cut(packed string) string { return packed[:len(packed)-6] }

func zstandard(s string) string {
	return pack(s, func(w io.Writer) io.WriteCloser {
		encoder, err := zstd.NewWriter(w)
		if err != nil {
			panic(err)
		}
		return encoder
	})
}

func zipped(name, s string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, file := range []string{"readme", name} {
		entry, err := w.Create(file)
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(entry, s)
	}
	_ = w.Close()
	return b.String()
}

func BenchmarkFind(b *testing.B) {
	text := bytes.Repeat([]byte(`{"level":"info","ts":1781000000.123,"run":"run_01","group":"north","added":12}`+"\n\x00\x00\x07\x91"), 4000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(canary.Find("x", text)) > 0 {
			b.Fatal("found something")
		}
	}
}
