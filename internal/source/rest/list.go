package rest

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// lister reads one list.
type lister struct {
	config   Config
	client   *remote.Client
	columns  []string
	optional map[string]bool
}

// Pull implements source.Source.
func (l *lister) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	defer l.client.Close()
	state := position{number: l.config.Pages.First}
	return remote.Listing{
		Columns: l.columns, Key: l.config.Key, Optional: l.optional,
		Next: func(ctx context.Context, before *remote.Page) (remote.Page, error) { return l.next(ctx, &state) },
	}.Pull(ctx, sink)
}

// position is how far a list has been read.
type position struct {
	number int // of the page
	read   int // records
	cursor string
	next   string // address
}

// next reads a page, and moves on.
func (l *lister) next(ctx context.Context, at *position) (remote.Page, error) {
	answer, err := l.client.Ask(ctx, l.request(at))
	if err != nil {
		return remote.Page{}, err
	}
	page, whole, err := l.parse(answer)
	if err != nil {
		return remote.Page{}, err
	}
	at.number++
	at.read += len(page.Records)
	switch l.config.Pages.By {
	case byNone:
		page.Last = true
	case byPage, byOffset:
		page.Last = len(page.Records) == 0 || page.Total >= 0 && at.read >= page.Total
	case byCursor:
		at.cursor, _ = whole.Lookup(l.config.Pages.Cursor)
		page.Cursor, page.Last = at.cursor, at.cursor == ""
	case byNext:
		at.next, _ = whole.Lookup(l.config.Pages.Next)
		page.Cursor, page.Last = at.next, at.next == ""
	case byLink:
		at.next = nextLink(answer.Header)
		page.Cursor, page.Last = at.next, at.next == ""
	}
	return page, nil
}

// request asks for the page at a position.
func (l *lister) request(at *position) remote.Request {
	c := l.config
	r := remote.Request{Method: c.Method, Path: c.Path, Header: http.Header{}, Query: url.Values{}}
	for name, value := range c.Headers {
		r.Header.Set(name, value)
	}
	if c.Body != "" {
		r.Body = []byte(c.Body)
		r.Header.Set("Content-Type", "application/json")
	}
	if at.next != "" {
		r.Path, r.URL, r.Query = "", at.next, nil // the service's own word, taken as it is
		return r
	}
	for name, value := range c.Query {
		r.Query.Set(name, value)
	}
	if c.Pages.SizeParam != "" {
		r.Query.Set(c.Pages.SizeParam, strconv.Itoa(c.Pages.Size))
	}
	switch c.Pages.By {
	case byPage:
		r.Query.Set(c.Pages.Param, strconv.Itoa(at.number))
	case byOffset:
		r.Query.Set(c.Pages.Param, strconv.Itoa(at.read))
	case byCursor:
		if at.cursor != "" {
			r.Query.Set(c.Pages.Param, at.cursor)
		}
	}
	return r
}

// parse finds the records of an answer, and what it declares. whole is the
// answer where that is an object.
func (l *lister) parse(answer remote.Answer) (page remote.Page, whole remote.Record, err error) {
	page.Total = -1
	switch {
	case l.config.Format == "ndjson":
		page.Records, err = answer.Lines()
	case l.config.Records == "":
		page.Records, err = answer.Array()
	default:
		if whole, err = answer.Object(); err == nil {
			page.Records, err = whole.List(l.config.Records)
		}
	}
	if err != nil || l.config.Total == "" {
		return page, whole, err
	}
	text, _ := whole.Lookup(l.config.Total)
	if name, header := strings.CutPrefix(l.config.Total, "header:"); header {
		text = answer.Header.Get(name)
	}
	if page.Total, err = strconv.Atoi(text); err != nil || page.Total < 0 {
		return page, whole, source.Faultf(source.WordFormat, "an answer does not say how many records there are, where total expects it")
	}
	return page, whole, nil
}

// nextLink is the address of the next page by the header Link, "" for none.
func nextLink(header http.Header) string {
	link := regexp.MustCompile(`<([^>]*)>((?:\s*;\s*[^,;=]+(?:=(?:"[^"]*"|[^,;"]*))?)*)`)
	rel := regexp.MustCompile(`(?i);\s*rel\s*=\s*"?([^";,]*)"?`)
	for _, line := range header.Values("Link") {
		for _, found := range link.FindAllStringSubmatch(line, -1) {
			if kind := rel.FindStringSubmatch(found[2]); kind != nil && strings.EqualFold(strings.TrimSpace(kind[1]), "next") {
				return found[1]
			}
		}
	}
	return ""
}
