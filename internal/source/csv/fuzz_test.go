package csv_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// FuzzPull holds a pull of any text against a strict reading of it as a whole:
// a pull that succeeds has every row that is not blank, and one that fails
// repeats no cell.
func FuzzPull(f *testing.F) {
	for _, text := range []string{
		"", "id,name\n", "id,name\n1,Ada Canary\n2,Bo Canary", "\xef\xbb\xbfid,name\r\n1,Zoë\r\n",
		"id,name\n1,\"Ada\n\"\"B\"\"\"\n\n,\n", "id,name\n1,\"Bo Canary\n2,Al\n", "id,name\n1\n", "id,name\r1,Ada\r",
		"id,name\n1,Jos\xe9\n", "id,,id \n", "\xff\xfei\x00", "id,name\n\"1\"x,Canary\n", "a\n\r\n\"\"\n \n\u00a0\n1\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = veiled(text)
		var got sourcetest.Recorder
		config := settings(write(t, t.TempDir(), "census.csv", string(text), yesterday()))
		report, err := open(t, config).Pull(t.Context(), &got)
		if breaches := got.Breaches(); breaches != nil {
			t.Error(breaches)
		}
		if err != nil {
			if !isASCII(err.Error()) {
				t.Errorf("the error repeats a value: %v", err)
			}
			return
		}
		want, strictErr := strictRows(text)
		if strictErr != nil || report.Seen != want || len(got.Records) != want {
			t.Errorf("saw %d, handed out %d; a strict reading has %d rows (%v)", report.Seen, len(got.Records), want, strictErr)
		}
	})
}

// strictRows counts the rows behind the header that are not blank.
func strictRows(text []byte) (int, error) {
	if !utf8.Valid(text) {
		return 0, stdcsv.ErrFieldCount
	}
	r := stdcsv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	count := -1
	for _, row := range rows {
		if strings.TrimSpace(strings.Join(row, "")) != "" {
			count++
		}
	}
	return count, err
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
