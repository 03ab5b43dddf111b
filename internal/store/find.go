package store

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// find reads the rows of a query as nouns. Row is the shape of the columns.
func find[Row, Noun any](ctx context.Context, db sqlx.QueryerContext, doing, query string, read func(*Row) (Noun, error), args ...any) ([]Noun, error) {
	var rows []Row
	if err := sqlx.SelectContext(ctx, db, &rows, query, args...); err != nil {
		return nil, wrap(doing, err)
	}
	nouns := make([]Noun, len(rows))
	for i := range rows {
		noun, err := read(&rows[i])
		if err != nil {
			return nil, wrap(doing, err)
		}
		nouns[i] = noun
	}
	return nouns, nil
}

// count is one number for each word, as a query of two columns yields them.
func count[Word ~string](ctx context.Context, db sqlx.QueryerContext, doing, query string, args ...any) (map[Word]int, error) {
	var rows []struct {
		Word  string `db:"word"`
		Count int    `db:"count"`
	}
	if err := sqlx.SelectContext(ctx, db, &rows, query, args...); err != nil {
		return nil, wrap(doing, err)
	}
	counts := make(map[Word]int, len(rows))
	for _, row := range rows {
		counts[Word(row.Word)] = row.Count
	}
	return counts, nil
}

// sqlLimit is a limit as SQLite has it, where a negative one is none.
func sqlLimit(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}
