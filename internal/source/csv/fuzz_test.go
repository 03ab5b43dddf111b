package csv_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// FuzzPull holds a pull of any text against a strict reading of it as a whole
// by encoding/csv: the same rows on the same lines, or an error from both, and
// one that repeats no cell.
func FuzzPull(f *testing.F) {
	for _, text := range []string{
		"", "id,name\n", "id,name\n1,Ada Testbird\n2,Bo Testbird", "\xef\xbb\xbfid,name\r\n1,Zoë\r\n",
		"id,name\n1,\"Ada\n\"\"B\"\"\"\n\n,\n", "id,name\n1,\"Bo Testbird\n2,Al\n", "id,name\n1\n", "id,name\r1,Ada\r",
		"id,name\n1,Jos\xe9\n", "id,,id \n", "\xff\xfei\x00", "id,name\n\"1\"x,Testbird\n", "a\n\r\n\"\"\n \n\u00a0\n1\n",
		"a,b\n\"x\r\ny\",\"\"\n\"1\",\r", "a,b\n1,\"2\"\r", "a,b\n1,\"2\r", "a\n\"\"\"\"\n\"a\"\"\n\"\"b\"\n",
	} {
		f.Add([]byte(text), ",")
		f.Add([]byte(strings.ReplaceAll(text, ",", "§")), "§")
	}
	f.Fuzz(func(t *testing.T, text []byte, delimiter string) {
		text = veiled(text)
		config := settings(write(t, canary.Input(t), "census.csv", string(text), yesterday()))
		config.Delimiter = delimiter
		if config.Faults() != nil || delimiter == "tab" {
			return
		}
		var got sourcetest.Recorder
		_, err := open(t, config).Pull(t.Context(), &got)
		if breaches := got.Breaches(); breaches != nil {
			t.Error(breaches)
		}
		if err != nil && !isASCII(strings.ReplaceAll(err.Error(), delimiter, "")) {
			t.Errorf("the error repeats a value: %v", err)
		}
		sameAsStrict(t, text, delimiter, &got, err)
	})
}

// TestRowsOverManyChunks is FuzzPull for texts that are read in several pieces:
// rows with and without quotes, line breaks and characters of several bytes in
// them, so that a piece ends in the middle of each sooner or later.
func TestRowsOverManyChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	for _, delimiter := range []string{",", "§"} {
		for range 3 {
			text := []byte("id" + delimiter + "name" + delimiter + "x\n")
			for len(text) < 300_000 {
				text = append(text, pick("1", "", "\"1\"", "\"a\"\"b\"")+delimiter+pick("Zoë", "\"Ada\r\nof B\"", "\"\"\"\"", "Bo")+
					delimiter+strings.Repeat(pick("x", "智", " "), random.IntN(40))+pick("\n", "\r\n", "\n\n", "\r\r\n")...)
			}
			cut := bytes.ToValidUTF8(text[:len(text)-random.IntN(60)], nil)
			config := settings(write(t, canary.Input(t), "census.csv", string(cut), yesterday()))
			config.Delimiter = delimiter
			got, _, err := drain(t, open(t, config))
			if len(got.Records) < 1000 {
				t.Errorf("only %d records", len(got.Records))
			}
			sameAsStrict(t, cut, delimiter, got, err)
		}
	}
}

// sameAsStrict holds what a pull handed out against a strict reading.
func sameAsStrict(t *testing.T, text []byte, delimiter string, got *sourcetest.Recorder, err error) {
	t.Helper()
	want := strictRows(text, delimiter)
	if fault, ok := errors.AsType[*source.Fault](err); ok && fault.Word == source.WordHeader {
		return // how columns are named is no matter of rows
	}
	if refused := err != nil; refused != want.refused {
		t.Fatalf("error %v; refused by a strict reading: %v", err, want.refused)
	}
	if !utf8.Valid(text) {
		return // how far it came then is a matter of chunks
	}
	if !slices.EqualFunc(want.records, got.Records, slices.Equal) { // much faster than cmp
		t.Errorf("records (-want +got):\n%s", cmp.Diff(want.records, got.Records))
	}
	if diff := cmp.Diff(want.places, got.Places); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

// strict is what a straightforward reading makes of a text.
type strict struct {
	records [][]string // behind the header, without blank ones, up to the fault
	places  []int
	refused bool
}

func strictRows(text []byte, delimiter string) (s strict) {
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 || bytes.HasPrefix(text, []byte("\xff\xfe")) {
		return strict{refused: true}
	}
	r := stdcsv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	r.Comma, _ = utf8.DecodeRuneInString(delimiter)
	width := 0
	for {
		row, err := r.Read()
		if err == io.EOF {
			s.refused = width == 0
			return s
		}
		switch {
		case err != nil || width > 0 && len(row) != width && strings.TrimSpace(strings.Join(row, "")) != "":
			s.refused = true
			return s
		case strings.TrimSpace(strings.Join(row, "")) == "":
		case width == 0:
			width = len(row)
		default:
			line, _ := r.FieldPos(0)
			s.records, s.places = append(s.records, row), append(s.places, line)
		}
	}
}

// veiled writes every ASCII letter and digit of text in another alphabet.
// Faults are written in ASCII, so whatever of a veiled text they repeat shows.
func veiled(text []byte) []byte {
	var other []byte
	for _, b := range text {
		switch {
		case 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z':
			other = utf8.AppendRune(other, 'а'+rune(b|0x20)-'a')
		case '0' <= b && b <= '9':
			other = utf8.AppendRune(other, '٠'+rune(b)-'0')
		default:
			other = append(other, b)
		}
	}
	return other
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
