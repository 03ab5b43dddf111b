package csv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
)

func windows(c *csv.Config) { c.Encoding = "windows-1252" }

func TestEncodingsThatAreRead(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		change func(*csv.Config)
		want   []string
	}{
		{"UTF-8", "id,name\n1,José Nuñez 智子\n", nil, []string{"1", "José Nuñez 智子"}},
		{"UTF-8 with a mark", "\xef\xbb\xbfid,name\n1,José\n", nil, []string{"1", "José"}},
		{"UTF-8 with a mark before a quote", "\xef\xbb\xbf\"id\",name\n1,José\n", nil, []string{"1", "José"}},
		{"windows-1252", "id,name\n1,Jos\xe9 \x80 \x8a\n", windows, []string{"1", "José € Š"}},
		{"CR LF", "id,name\r\n1,José\r\n", nil, []string{"1", "José"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _, err := pull(t, test.text, test.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{"id", "name"}, got.Names); diff != "" {
				t.Errorf("columns (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([][]string{test.want}, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncodingsThatAreRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		text   string
		change func(*csv.Config)
		detail string
	}{
		{"windows-1252 that is not declared", "id,name\n1,Bo Testbird\n2,Jos\xe9 Testbird\n", nil, "line 3: a byte that is not UTF-8; if the file comes from Windows, declare encoding windows-1252"},
		{"a character cut off by the end", "id,name\n1,Jos\xc3", nil, "line 2: a byte that is not UTF-8"},
		{"a surrogate", "id,name\n1,\xed\xa0\x80\n", nil, "line 2: a byte that is not UTF-8"},
		{"UTF-16, little end first", "\xff\xfei\x00d\x00\n\x00", nil, "line 1: the file is UTF-16"},
		{"UTF-16, big end first", "\xfe\xff\x00i\x00d\x00\n", nil, "line 1: the file is UTF-16"},
		{"UTF-16 declared as windows-1252", "\xff\xfei\x00d\x00\n\x00", windows, "line 1: the file is UTF-16"},
		{"UTF-16 without a mark", "i\x00d\x00\n\x00", nil, "line 1: a NUL byte"},
		{"a NUL in a row", "id,name\n1,Bo\n2,Al\x00Testbird\n", nil, "line 3: a NUL byte"},
		{"UTF-8 declared as windows-1252", "\xef\xbb\xbfid,name\n1,Jos\xc3\xa9\n", windows, "line 1: the file is marked as UTF-8"},
		{"a byte that windows-1252 does not have", "id,name\n1,Testbird\x81\n", windows, "line 2: a byte that windows-1252 does not have"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := pull(t, test.text, test.change)
			wantFault(t, err, source.WordEncoding, test.detail)
		})
	}
}

func TestEveryByteOfWindows1252(t *testing.T) {
	missing := "\x81\x8d\x8f\x90\x9d" // per the code page; see unicode.org, CP1252.TXT
	for b := 0x80; b <= 0xff; b++ {
		_, _, err := pull(t, "id,name\n1,"+string([]byte{byte(b)})+"\n", windows)
		if refused := err != nil; refused != (strings.IndexByte(missing, byte(b)) >= 0) {
			t.Errorf("byte %#x: %v", b, err)
		}
	}
}

// TestCharactersAcrossChunks moves characters of two to four bytes over every
// boundary that reading in pieces has.
func TestCharactersAcrossChunks(t *testing.T) {
	for _, encoding := range []string{"utf-8", "windows-1252"} {
		for shift := range 5 {
			value, want := strings.Repeat("é智😀", 50_000), ""
			if want = value; encoding == "windows-1252" {
				value, want = strings.Repeat("\xe9\x80a", 50_000), strings.Repeat("é€a", 50_000)
			}
			pad := strings.Repeat("x", shift)
			got, _, err := pull(t, "id,name\n"+pad+","+value+"\n2,Bo\n", func(c *csv.Config) { c.Encoding = encoding })
			if err != nil {
				t.Fatalf("%s, shifted by %d: %v", encoding, shift, err)
			}
			if got.Records[0][1] != want || got.Records[1][1] != "Bo" {
				t.Errorf("%s, shifted by %d: the value came back different", encoding, shift)
			}
		}
	}
}

func TestLineOfABadByteFarIntoTheFile(t *testing.T) {
	text := "id,name\n" + strings.Repeat("1,Zoë\n", 40_000) + "2,Jos\xe9 Testbird\n"
	_, _, err := pull(t, text, nil)
	wantFault(t, err, source.WordEncoding, "line 40002:")
}

func TestRowLargerThanAnyPersonIsRefused(t *testing.T) {
	person := "1,Ada Testbird\n"
	for _, test := range []struct {
		name string
		text string
	}{
		{"an open quote swallows the file", "id,name\n1,\"Bo Testbird\n" + strings.Repeat(person, 200_000)},
		{"one endless cell", "id,name\n1," + strings.Repeat("Testbird", 400_000) + "\n"},
		{"endless blank lines", "id,name\n" + strings.Repeat("\n", 2_000_000) + person},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := pull(t, test.text, nil)
			wantFault(t, err, source.WordRagged, "a row is larger than 1024 KiB")
		})
	}
	t.Run("many rows of that size together are fine", func(t *testing.T) {
		_, report, err := pull(t, "id,name\n"+strings.Repeat(person, 200_000), nil)
		if err != nil || report.Seen != 200_000 {
			t.Errorf("saw %d records, %v", report.Seen, err)
		}
	})
	t.Run("a row just below is fine", func(t *testing.T) {
		_, report, err := pull(t, "id,name\n1,"+strings.Repeat("x", 1<<20-10)+"\n", nil)
		if err != nil || report.Seen != 1 {
			t.Errorf("saw %d records, %v", report.Seen, err)
		}
	})
}
