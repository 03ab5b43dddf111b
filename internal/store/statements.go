package store

import (
	"context"
	"database/sql/driver"
	"errors"
)

// maxStatements bounds how many statements a connection keeps: more than the store has.
const maxStatements = 256

// connector opens connections that prepare each of their statements once. A run makes
// the same few statements for every group, and preparing one costs more than most of
// them.
type connector struct{ driver.Connector }

// errConnection is a programming error: the driver does less than it is known to.
var errConnection = errors.New("the connection of the SQLite driver lacks a method")

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := opened.(connection)
	if !ok {
		return nil, errors.Join(errConnection, opened.Close())
	}
	return &thriftyConn{able, map[string]statement{}}, nil
}

// connection is what the connections of the driver can do.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// statement is a prepared one.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// thriftyConn is a connection with its prepared statements, by their text. One that is
// at work is not among them, so the same text may be at work more than once.
type thriftyConn struct {
	connection
	idle map[string]statement
}

// ExecContext implements driver.ExecerContext.
func (c *thriftyConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	result, err := s.ExecContext(ctx, args)
	if err != nil {
		_ = s.Close() // it says the same once more
		return nil, err
	}
	return result, c.give(text, s)
}

// QueryContext implements driver.QueryerContext.
func (c *thriftyConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return &thriftyRows{rows, func() error { return c.give(text, s) }}, nil
}

// Close implements driver.Conn. A statement that is left would keep SQLite from folding
// the log into the file.
func (c *thriftyConn) Close() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.Close())
	}
	c.idle = nil
	return errors.Join(append(errs, c.connection.Close())...)
}

// take returns a prepared statement that nobody uses.
func (c *thriftyConn) take(ctx context.Context, text string) (statement, error) {
	if s, ok := c.idle[text]; ok {
		delete(c.idle, text)
		return s, nil
	}
	prepared, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(statement)
	if !ok {
		return nil, errors.Join(errConnection, prepared.Close())
	}
	return s, nil
}

// give puts a statement back.
func (c *thriftyConn) give(text string, s statement) error {
	if _, another := c.idle[text]; another || len(c.idle) >= maxStatements || c.idle == nil {
		return s.Close()
	}
	c.idle[text] = s
	return nil
}

// thriftyRows give their statement back when they are closed.
type thriftyRows struct {
	driver.Rows
	give func() error
}

// Close implements driver.Rows.
func (r *thriftyRows) Close() error {
	err := r.Rows.Close()
	if give := r.give; give != nil {
		r.give = nil
		err = errors.Join(err, give())
	}
	return err
}
