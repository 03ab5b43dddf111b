package vitable

import (
	"context"
	"fmt"
)

const (
	pageLimit = 100 // the most that a page may have
	// defaultLimit is the size of pages for those who ask for none. A page that
	// is shorter is the last one even if the server ignored the limit.
	defaultLimit = 20
	maxPages     = 1_000 // a hundred thousand items
)

// wirePage is one page of a list.
type wirePage[T any] struct {
	Data       *[]T           `json:"data"`
	Pagination *wirePageFrame `json:"pagination"`
}

type wirePageFrame struct {
	Page       *int `json:"page"`
	Limit      *int `json:"limit"`
	Total      *int `json:"total"`
	TotalPages *int `json:"total_pages"`
}

// list walks all pages of a list. key names an item, "" for one that lacks a
// required field. A list that is not provably complete is an error: with a part
// of it, groups would be created twice and plans be taken for unknown.
func list[T any](ctx context.Context, c *Client, k call, path string, key func(T) string) ([]T, error) {
	walk := &walker[T]{key: key, seen: map[string]bool{}}
	for page := 1; !walk.done; page++ {
		if page > maxPages {
			return nil, k.doubt("the list does not end")
		}
		target := fmt.Sprintf("%s?limit=%d&page=%d", path, pageLimit, page)
		err := c.do(ctx, k, target, nil, func(answer []byte) error { return walk.add(page, answer) })
		if err != nil {
			return nil, err
		}
	}
	return walk.items, nil
}

// walker is a list as far as it has been read.
type walker[T any] struct {
	key   func(T) string
	seen  map[string]bool
	items []T
	frame *frame // of the first page; nil: pages come without
	done  bool
}

// frame is what a page says of the whole list.
type frame struct{ limit, total, pages int }

// add takes the next page and finds out whether it is the last.
//
//	| pages come                | complete when                                     |
//	| ------------------------- | ------------------------------------------------- |
//	| with pagination           | all of total_pages were read and total was found  |
//	| without                   | a page has fewer than the default limit           |
//
// Anything that does not fit is an error: a page with another number than
// asked for, totals that change or contradict each other, an item twice, an
// item without its required fields.
func (w *walker[T]) add(page int, answer []byte) error {
	var got wirePage[T]
	if err := decode(answer, &got); err != nil {
		return err
	}
	if got.Data == nil {
		return protocol("no data in it")
	}
	found, err := got.Pagination.read(page)
	if err != nil {
		return err
	}
	if page == 1 {
		w.frame = found
	}
	if !same(w.frame, found) {
		return protocol("pages of one list that contradict each other")
	}
	if err := w.collect(*got.Data); err != nil {
		return err
	}
	return w.finish(page, len(*got.Data))
}

func (w *walker[T]) collect(items []T) error {
	for _, item := range items {
		id := w.key(item)
		switch {
		case id == "":
			return protocol("an item without a required field")
		case w.seen[id]:
			return protocol("an item listed twice")
		}
		w.seen[id] = true
	}
	w.items = append(w.items, items...)
	return nil
}

// finish decides whether this page, of the given size, was the last.
func (w *walker[T]) finish(page, size int) error {
	if w.frame == nil {
		w.done = size < defaultLimit
		return nil
	}
	w.done = page >= w.frame.pages
	if w.done && len(w.items) != w.frame.total {
		return protocol("a list that does not have as many items as it says")
	}
	return nil
}

// read checks what a page says of itself; nil for a page that says nothing.
func (p *wirePageFrame) read(page int) (*frame, error) {
	switch {
	case p == nil:
		return nil, nil
	case p.Page == nil || p.Limit == nil || p.Total == nil || p.TotalPages == nil:
		return nil, protocol("pagination with a part missing")
	case *p.Page != page:
		return nil, protocol("another page than the one asked for")
	case *p.Limit < 1 || *p.Limit > pageLimit || *p.Total < 0:
		return nil, protocol("pagination that makes no sense")
	}
	pages := (*p.Total-1)/(*p.Limit) + 1
	if empty := *p.Total == 0 && *p.TotalPages == 0; *p.TotalPages != pages && !empty {
		return nil, protocol("pagination that does not add up")
	}
	return &frame{limit: *p.Limit, total: *p.Total, pages: pages}, nil
}

func same(a, b *frame) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
