package remote

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Page is a part of a list.
type Page struct {
	Records []Record
	Total   int  // records of the whole list as this page declares them; -1 when it does not
	Last    bool // the service says, or its rules do, that no page follows
	// Cursor is what the next page is asked for with, where that is the service's
	// word. One that comes a second time never ends.
	Cursor string
}

// Listing reads a list page by page.
type Listing struct {
	Columns []string // paths into a record; what the mapping reads
	// Key is the path of what tells records apart. Where it is "", nothing does, and a
	// record that is equal to one of an earlier page in all that it has is the same.
	Key string
	// Next returns the next page. before is the one that it follows, nil for the
	// first.
	Next func(ctx context.Context, before *Page) (Page, error)
	// Cells, where it is set, reads one record instead of its paths. It returns
	// false for a record that is none, such as a contractor.
	Cells func(r Record, columns []string, cells []string) (known []bool, ok bool)
	AsOf  time.Time
	// Optional are columns that need not come back: a service leaves them out
	// where they are blank.
	Optional map[string]bool
	MaxPages int // 0: DefaultMaxPages
}

// DefaultMaxPages ends a list that does not end: 100,000 pages of ten people are
// more than any employer has.
const DefaultMaxPages = 100_000

// Pull hands out the records of all pages, and every doubt is an error:
//
//	| a page that …                              | is                        |
//	| ------------------------------------------ | ------------------------- |
//	| declares another total than one before     | an error: the list moved  |
//	| begins with the record that one began with | an error: it repeats      |
//	| has a record that came before              | an error: rows moved      |
//	|   without a Key, on an earlier page        |                           |
//	| names a cursor that came before            | an error: it never ends   |
//	| is empty and not the last                  | an error                  |
//
// A list that moves while it is read is whole again in the next run. What no
// record knows of a column is withheld.
func (l Listing) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	p := pull{
		Listing: l, sink: sink, total: -1, seen: map[string]bool{}, whole: map[[sha256.Size]byte]int{},
		cursors: map[string]bool{}, known: make([]bool, len(l.Columns)),
	}
	if err := p.pages(ctx); err != nil {
		return source.Report{}, err
	}
	report := source.Report{Seen: p.place, Expected: p.total, AsOf: l.AsOf, Layout: strings.Join(l.Columns, "\n")}
	for i, known := range p.known {
		if !known && p.place > 0 && !l.Optional[l.Columns[i]] {
			report.Withheld = append(report.Withheld, l.Columns[i])
		}
	}
	return report, nil
}

// pull is one reading of a list.
type pull struct {
	Listing
	sink    source.Sink
	total   int
	read    int // records of all pages
	place   int // records handed out
	seen    map[string]bool
	whole   map[[sha256.Size]byte]int // digests of records, where they have no key, and their pages
	cursors map[string]bool
	known   []bool
	cells   []string
}

func (p *pull) pages(ctx context.Context) error {
	limit := p.MaxPages
	if limit == 0 {
		limit = DefaultMaxPages
	}
	var before *Page
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		if n > limit {
			return source.Faultf(source.WordPages, "the list has more than %d pages", limit)
		}
		page, err := p.Next(ctx, before)
		if err != nil {
			return err
		}
		if n == 1 {
			if err := p.sink.Columns(p.Columns); err != nil {
				return err
			}
			p.cells = make([]string, len(p.Columns))
		}
		if err := p.take(ctx, n, page); err != nil {
			return err
		}
		if page.Last {
			return p.check()
		}
		before = &page
	}
}

// take judges a page and hands its records out.
func (p *pull) take(ctx context.Context, n int, page Page) error {
	switch {
	case page.Total >= 0 && p.total >= 0 && page.Total != p.total:
		return source.Faultf(source.WordPages, "page %d declares %d records and an earlier one %d: the list changed while it was read", n, page.Total, p.total)
	case len(page.Records) == 0 && !page.Last:
		return source.Faultf(source.WordPages, "page %d is empty and not the last", n)
	case !page.Last && page.Cursor != "" && p.cursors[page.Cursor]:
		return source.Faultf(source.WordPages, "page %d names a cursor that came before: the list would never end", n)
	}
	p.total = max(p.total, page.Total)
	p.cursors[page.Cursor] = true
	for i, record := range page.Records {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.read++
		alone := n == 1 && page.Last // there is no other page
		if err := p.tell(record, n, i, alone); err != nil {
			return err
		}
		if err := p.record(record); err != nil {
			return err
		}
	}
	return nil
}

// tell tells a record from those before it.
func (p *pull) tell(r Record, page, i int, alone bool) error {
	before := false
	if p.Key != "" {
		key, _ := r.Lookup(p.Key)
		if key == "" {
			return source.Faultf(source.WordFormat, "record %d of page %d has no %s", i+1, page, p.Key)
		}
		before, p.seen[key] = p.seen[key], true
	} else if !alone {
		text, err := json.Marshal(r.object) // keys come in their order
		if err != nil {
			return source.Faultf(source.WordInternal, "record %d of page %d cannot be compared", i+1, page)
		}
		digest := sha256.Sum256(text)
		first, seen := p.whole[digest]
		if before = seen && first < page; !seen {
			p.whole[digest] = page
		}
	}
	if before {
		return source.Faultf(source.WordPages, "record %d of page %d came before: a page repeats, or the list moved while it was read", i+1, page)
	}
	return nil
}

// record hands one record out.
func (p *pull) record(r Record) error {
	if p.Cells != nil {
		known, ok := p.Cells(r, p.Columns, p.cells)
		if !ok {
			return nil
		}
		for c := range known {
			p.known[c] = p.known[c] || known[c]
		}
	} else {
		for c, path := range p.Columns {
			text, known := r.Lookup(path)
			p.cells[c], p.known[c] = text, p.known[c] || known
		}
	}
	p.place++
	return p.sink.Record(p.cells, p.place)
}

// check compares what the list declares with what came. Records that are left
// out on purpose count as read.
func (p *pull) check() error {
	if p.total >= 0 && p.total != p.read {
		return source.Faultf(source.WordCount, "the service declares %d records and delivered %d", p.total, p.read)
	}
	if p.total >= 0 {
		p.total = p.place
	}
	return nil
}
