package workday

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// table reads a report that is written as CSV: a header and rows that fit it. A
// report has no length, so the transport has to show where the text ends.
func table(answer remote.Answer) (rows []remote.Record, ending string, err error) {
	text := bytes.TrimPrefix(answer.Body, []byte("\xef\xbb\xbf"))
	media, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")) // none is fine: the header says more
	switch {
	case strings.HasSuffix(media, "html") || strings.HasSuffix(media, "xml") || strings.HasSuffix(media, "json"):
		return nil, "", source.Faultf(source.WordFormat, "the answer is no CSV by its content type; perhaps a login or error page")
	case !answer.Framed:
		return nil, "", source.Faultf(source.WordTruncated, "the report ends with its connection, so nobody can tell whether rows are missing")
	case !utf8.Valid(text):
		return nil, "", source.Faultf(source.WordEncoding, "the report is not UTF-8")
	}
	ending = source.EndingOpen
	if bytes.HasSuffix(text, []byte("\n")) {
		ending = source.EndingNewline
	}
	reader := csv.NewReader(bytes.NewReader(text))
	header, err := reader.Read()
	if err != nil {
		return nil, "", source.Faultf(source.WordHeader, "the report has no header")
	}
	if err := distinct(header); err != nil {
		return nil, "", err
	}
	for {
		cells, err := reader.Read()
		switch {
		case errors.Is(err, io.EOF):
			return rows, ending, nil
		case err != nil:
			return nil, "", &source.Fault{Word: source.WordRagged, Detail: "a row of the report does not fit its header", Err: err}
		}
		row := make(map[string]any, len(header))
		for i, name := range header {
			row[name] = cells[i]
		}
		rows = append(rows, remote.NewRecord(row))
	}
}

// distinct reports names of columns that cannot be told apart.
func distinct(header []string) error {
	seen := map[string]bool{}
	for i, name := range header {
		canonical := source.Canonical(name)
		if seen[canonical] {
			return source.Faultf(source.WordHeader, "column %d of the report has the name of an earlier one; give it an alias of its own", i+1)
		}
		seen[canonical] = true
	}
	return nil
}
