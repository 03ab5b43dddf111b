package sql

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// queried is the source.
type queried struct {
	config  Config
	dialect dialect
	opening source.Opening
}

// Pull implements source.Source. Whatever it asks, it asks in one transaction,
// which it takes back at the end.
func (q *queried) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, q.config.Timeout, errOverdue)
	defer cancel()
	if ctx.Err() != nil {
		return source.Report{}, context.Cause(ctx)
	}
	at, err := q.locate()
	if err != nil {
		return source.Report{}, err
	}
	db := sql.OpenDB(at.connector)
	defer func() { _ = db.Close() }() // nothing of it is needed any more
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return source.Report{}, q.dialect.explain(ctx, "connect", err)
	}
	defer func() { _ = conn.Close() }()
	tx, err := at.begin(ctx, conn)
	if err != nil {
		return source.Report{}, q.dialect.explain(ctx, "begin", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to take back, or nobody left to ask
	p := &pull{queried: q, tx: tx, sink: sink, report: source.Report{Expected: -1}}
	if err := p.run(ctx); err != nil {
		return source.Report{}, err
	}
	return p.report, nil
}

// locate reads the dsn and judges it.
func (q *queried) locate() (place, error) {
	dsn, err := q.config.DSN.Read(q.opening.Getenv)
	if err != nil {
		return place{}, err
	}
	at, err := q.dialect.locate(dsn, dialer(q.opening))
	switch {
	case err != nil:
		return place{}, source.Faultf(source.WordSecret, "the dsn cannot be used; expected %s", q.dialect.expect)
	case at.exposed && !q.config.Plaintext:
		return place{}, source.Faultf(source.WordSecret,
			"the dsn allows an unencrypted connection to another machine; expected %s, or set plaintext", q.dialect.expect)
	}
	return at, nil
}

// pull is what is asked in one transaction.
type pull struct {
	*queried
	tx     *sql.Tx
	sink   source.Sink
	report source.Report
	kinds  []string // the database's names of the columns' types
	cells  []string
	values []any
	into   []any // pointers to values
}

// run asks how many records there are and how old they are, then for them.
func (p *pull) run(ctx context.Context) error {
	if p.config.CountQuery != "" {
		value, _, err := p.single(ctx, "count_query", p.config.CountQuery)
		if err != nil {
			return err
		}
		text, _ := p.dialect.cell(value, "")
		if p.report.Expected, err = strconv.Atoi(text); err != nil || p.report.Expected < 0 {
			return source.Faultf(source.WordFormat, "count_query: expected a whole number")
		}
	}
	if p.config.AsOfQuery != "" {
		value, kind, err := p.single(ctx, "as_of_query", p.config.AsOfQuery)
		if err != nil {
			return err
		}
		known := false
		if p.report.AsOf, known = instant(value, kind); !known {
			return source.Faultf(source.WordFormat, "as_of_query: expected an instant, with its zone or as seconds since 1970")
		}
	}
	return p.records(ctx)
}

// single asks for one value.
func (p *pull) single(ctx context.Context, step, query string) (value any, kind string, err error) {
	rows, err := p.tx.QueryContext(ctx, query)
	if err != nil {
		return nil, "", p.dialect.explain(ctx, step, err)
	}
	defer func() { _ = rows.Close() }() // ended has looked for its error
	kinds, err := rows.ColumnTypes()
	if err != nil {
		return nil, "", p.dialect.explain(ctx, step, err)
	}
	n := 0
	for ; len(kinds) == 1 && rows.Next(); n++ {
		if err := rows.Scan(&value); err != nil {
			return nil, "", p.dialect.explain(ctx, step, err)
		}
	}
	if err := p.ended(ctx, step, rows); err != nil {
		return nil, "", err
	}
	if n != 1 {
		return nil, "", source.Faultf(source.WordFormat, "%s: expected one row of one column", step)
	}
	return value, kinds[0].DatabaseTypeName(), nil
}

// records asks for the records and hands them out.
func (p *pull) records(ctx context.Context) error {
	const step = "query"
	rows, err := p.tx.QueryContext(ctx, p.config.Query)
	if err != nil {
		return p.dialect.explain(ctx, step, err)
	}
	defer func() { _ = rows.Close() }() // ended has looked for its error
	names, err := p.prepare(ctx, rows)
	if err != nil {
		return err
	}
	if err := p.sink.Columns(names); err != nil {
		return err
	}
	for rows.Next() {
		if ctx.Err() != nil {
			break
		}
		if err := rows.Scan(p.into...); err != nil {
			return p.dialect.explain(ctx, step, err)
		}
		if err := p.record(); err != nil {
			return err
		}
	}
	return p.ended(ctx, step, rows)
}

// ended returns why rows ended, nil where it was the end of the only result.
func (p *pull) ended(ctx context.Context, step string, rows *sql.Rows) error {
	more := rows.NextResultSet()
	switch err := rows.Err(); {
	case err != nil || ctx.Err() != nil:
		return p.dialect.explain(ctx, step, err)
	case more:
		return source.Faultf(source.WordFormat, "%s: it has several results, of which only one would be read", step)
	}
	return nil
}

// prepare judges the columns and makes room for a record.
func (p *pull) prepare(ctx context.Context, rows *sql.Rows) (names []string, err error) {
	kinds, err := rows.ColumnTypes()
	if err != nil {
		return nil, p.dialect.explain(ctx, "query", err)
	}
	seen := map[string]bool{}
	for i, kind := range kinds {
		canonical := source.Canonical(kind.Name())
		if canonical == "" || seen[canonical] {
			return nil, source.Faultf(source.WordHeader, "query: column %d has no name of its own; give it one with AS", i+1)
		}
		seen[canonical] = true
		names = append(names, kind.Name())
		p.kinds = append(p.kinds, kind.DatabaseTypeName())
	}
	if len(names) == 0 {
		return nil, source.Faultf(source.WordHeader, "query: the result has no columns")
	}
	p.cells, p.values = make([]string, len(names)), make([]any, len(names))
	for i := range p.values {
		p.into = append(p.into, &p.values[i])
	}
	p.report.Layout = strings.Join(names, "\n")
	return names, nil
}

// record hands out the row that was read last.
func (p *pull) record() error {
	place := p.report.Seen + 1
	for i, value := range p.values {
		text, ok := p.dialect.cell(value, p.kinds[i])
		if !ok {
			return source.Faultf(source.WordEncoding, "query: column %d of record %d is no UTF-8 text; convert it in the query", i+1, place)
		}
		p.cells[i] = text
	}
	p.report.Seen = place
	return p.sink.Record(p.cells, place)
}
