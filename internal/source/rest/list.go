package rest

import (
	"context"
	"net/http"
	"net/url"
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
	told   bool   // an answer had a place for what leads on
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
		at.cursor, err = l.leads(at, answer.Header, whole, page.Total)
		page.Cursor, page.Last = at.cursor, at.cursor == ""
	case byNext, byLink:
		at.next, err = l.leads(at, answer.Header, whole, page.Total)
		page.Cursor, page.Last = at.next, at.next == ""
	}
	return page, err
}

// leads is what leads to the next page, "" where none follows. An answer that does
// not even have the place where it would stand says nothing of the kind, unless one
// before it had that: the path may be wrong, and then one page is all that is ever
// read. A total, or the word of whoever wrote the file, is proof enough.
func (l *lister) leads(at *position, header http.Header, whole remote.Record, total int) (word string, err error) {
	known, where, pages := false, "", l.config.Pages
	switch pages.By {
	case byCursor:
		where = "pages.cursor (" + pages.Cursor + ")"
		word, known, err = whole.Word(pages.Cursor)
	case byNext:
		where = "pages.next (" + pages.Next + ")"
		word, known, err = whole.Word(pages.Next)
	case byLink:
		where = "the header Link"
		word, known, err = nextLink(header)
	}
	if at.told = at.told || known; err == nil && !at.told && total < 0 && !pages.LastOmits {
		err = source.Faultf(source.WordFormat, "the first answer has nothing at %s, so nobody can tell whether a page follows: correct the path, set total, or set pages.last_omits where the last page leaves it out", where)
	}
	return word, err
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
