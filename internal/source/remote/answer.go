package remote

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/retry"
	"github.com/rosterd/rosterd/internal/source"
)

// Answer is an answer that came whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	// Framed says that the transport itself shows where the body ends. One that
	// merely ends with its connection may have been cut.
	Framed bool
}

func framed(r *http.Response) bool {
	return r.ContentLength >= 0 || r.Uncompressed || r.ProtoMajor > 1 || slices.Contains(r.TransferEncoding, "chunked")
}

// ruling is what an answer, or the want of one, comes to. The zero ruling is
// success.
type ruling struct {
	fault error
	again bool          // another attempt may help
	wait  time.Duration // that the service asks for
}

// judge says what a status means.
//
//	| status               | meaning                              | again |
//	| -------------------- | ------------------------------------ | ----- |
//	| 200, 201 to a POST   | an answer                            | –     |
//	| 204                  | nothing, to who looks at the status; | –     |
//	|                      | whoever reads a list finds none      |       |
//	| 202                  | it is not ready yet                  | yes   |
//	| 206                  | a part of what is asked for          | no    |
//	| 203, other 2xx       | something else than is asked for     | no    |
//	| 3xx                  | the service sends elsewhere          | no    |
//	| 401                  | not let in; with a new token perhaps | once  |
//	| 403                  | not allowed to read this             | no *  |
//	| 404, 410             | it does not have what is asked for   | no    |
//	| 408, 425, 429, 5xx   | later, perhaps                       | yes   |
//	| other 4xx            | the request is wrong                 | no    |
//
// (*) where it is one of Throttles it is asked for again, and with a Retry-After it
// is as good as 429.
//
//nolint:gocyclo // a truth table reads best in one piece
func (c *Client) judge(response *http.Response) ruling {
	status := response.StatusCode
	wait, asked := retry.After(response.Header, time.Now())
	switch {
	case status >= 200 && status < 300:
		return whole(response, wait)
	case status < 400:
		return ruling{fault: source.Faultf(source.WordRedirect, "the service answers %d and sends elsewhere; set base_url to where it is", status)}
	case status == http.StatusTooManyRequests || asked && (status == http.StatusServiceUnavailable || slices.Contains(c.Throttles, status)):
		return ruling{fault: source.Faultf(source.WordPutOff, "the service answers %d: it is asked too often", status), again: true, wait: wait}
	case status == http.StatusUnauthorized:
		return ruling{fault: source.Faultf(source.WordDenied, "the service answers 401: it does not accept the credential"), again: c.auth.Refused(response.Request)}
	case slices.Contains(c.Throttles, status):
		return ruling{fault: source.Faultf(source.WordDenied, "the service answers %d: the credential may not read this, or it is asked too often", status), again: true}
	case status == http.StatusForbidden:
		return ruling{fault: source.Faultf(source.WordDenied, "the service answers 403: the credential may not read this")}
	case status == http.StatusNotFound || status == http.StatusGone:
		return ruling{fault: source.Faultf(source.WordMissing, "the service answers %d: it does not have what is asked for", status)}
	case status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooEarly:
		return ruling{fault: source.Faultf(source.WordService, "the service answers %d", status), again: true, wait: wait}
	}
	return ruling{fault: source.Faultf(source.WordService, "the service answers %d to a request that it should know", status)}
}

// whole rules on an answer that succeeded. Only 200 says that all that was asked for
// comes; who reads a list of another one would take whoever is not in it for gone. 201
// is how some services answer any POST.
func whole(response *http.Response, wait time.Duration) ruling {
	switch status := response.StatusCode; {
	case status == http.StatusOK || status == http.StatusNoContent:
		return ruling{}
	case status == http.StatusCreated && response.Request.Method == http.MethodPost:
		return ruling{}
	case status == http.StatusAccepted:
		return ruling{fault: source.Faultf(source.WordNotReady, "the service answers 202: what is asked for is not ready yet"), again: true, wait: wait}
	case status == http.StatusPartialContent:
		return ruling{fault: source.Faultf(source.WordTruncated, "the service answers 206: this is a part of what is asked for; ask for smaller pages, or for less")}
	case status == http.StatusNonAuthoritativeInfo:
		return ruling{fault: source.Faultf(source.WordService, "the service answers 203: something on the way changed its answer")}
	default:
		return ruling{fault: source.Faultf(source.WordService, "the service answers %d, which promises no whole answer", status)}
	}
}

// permanent reports whether a connection fails for a reason that does not pass.
func permanent(err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	return unknown || host || invalid || verification
}

// Object reads the body as one JSON object.
func (a Answer) Object() (Record, error) {
	value, err := a.value()
	if err != nil {
		return Record{}, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return Record{}, source.Faultf(source.WordFormat, "an answer is no JSON object")
	}
	return Record{object}, nil
}

// Array reads the body as a JSON array of objects.
func (a Answer) Array() ([]Record, error) {
	value, err := a.value()
	if err != nil {
		return nil, err
	}
	return records(value)
}

// Lines reads the body as one JSON object a line (NDJSON).
func (a Answer) Lines() ([]Record, error) {
	if err := a.said(); err != nil {
		return nil, err
	}
	if !a.Framed {
		return nil, source.Faultf(source.WordTruncated, "an answer ends with its connection, so nobody can tell whether lines are missing")
	}
	var all []Record
	for n, line := range bytes.Split(a.Body, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		record, ok := ParseRecord(line)
		if !ok {
			return nil, source.Faultf(source.WordFormat, "line %d of an answer is no JSON object", n+1)
		}
		all = append(all, record)
	}
	return all, nil
}

// said returns a fault for an answer that says by its status that it has nothing.
func (a Answer) said() error {
	if a.Status == http.StatusNoContent {
		return source.Faultf(source.WordFormat, "the service answers 204: nothing, where records should be")
	}
	return nil
}

func (a Answer) value() (any, error) {
	if err := a.said(); err != nil {
		return nil, err
	}
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil || media != "application/json" && !strings.HasSuffix(media, "+json") {
		return nil, source.Faultf(source.WordFormat, "an answer is not JSON by its content type; perhaps a login or error page")
	}
	return decode(a.Body)
}

// decode reads text as one JSON value. What is not UTF-8 the library would quietly
// make another name of.
func decode(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, source.Faultf(source.WordEncoding, "an answer is JSON and not UTF-8, which RFC 8259 asks for")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // a reference_id may be a long number
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, source.Faultf(source.WordFormat, "an answer is no valid JSON at byte %d", decoder.InputOffset())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, source.Faultf(source.WordFormat, "an answer goes on after its JSON at byte %d", decoder.InputOffset())
	}
	return value, nil
}

// records are the objects of an array.
func records(value any) ([]Record, error) {
	array, ok := value.([]any)
	if !ok {
		return nil, source.Faultf(source.WordFormat, "where the records should stand is no JSON array")
	}
	all := make([]Record, len(array))
	for i, element := range array {
		object, ok := element.(map[string]any)
		if !ok {
			return nil, source.Faultf(source.WordFormat, "record %d of a page is no JSON object", i+1)
		}
		all[i] = Record{object}
	}
	return all, nil
}
