package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// postgres is PostgreSQL, and what speaks its protocol. What the dsn leaves out,
// PGHOST and the other variables of libpq say.
func postgres() dialect {
	return dialect{
		expect:   "postgres://user:password@host/db?sslmode=verify-full",
		locate:   locatePostgres,
		answered: answeredPostgres,
		special: func(value any, kind string) (string, bool) {
			if v, is := value.(float64); is && kind == "FLOAT4" {
				return number(v, 32), true
			}
			return "", false
		},
	}
}

func locatePostgres(dsn string, dial dialFunc) (place, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return place{}, err
	}
	config.DialFunc = pgconn.DialFunc(dial)
	config.RuntimeParams["client_encoding"] = "UTF8"
	if config.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
		// It takes several statements at once: one could end the transaction that
		// only reads. Poolers that want it take this one too.
		config.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	exposed := config.TLSConfig == nil && !isNear(config.Host)
	for _, other := range config.Fallbacks { // further hosts, and without encryption where that is allowed
		exposed = exposed || other.TLSConfig == nil && !isNear(other.Host)
	}
	begin := snapshot
	if _, chosen := config.RuntimeParams["row_security"]; !chosen {
		begin = unfiltered
	}
	return place{stdlib.GetConnector(*config), exposed, begin}, nil
}

// isNear reports a host to which nothing crosses a network; one that is a path is
// the directory of a socket.
func isNear(host string) bool { return trust.Here(host) || strings.HasPrefix(host, "/") }

// unfiltered is a snapshot in which a query fails that a policy would hide rows
// from. It is asked for in the transaction alone, since a pooler gives the
// connection to others.
func unfiltered(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	tx, err := snapshot(ctx, conn)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "set local row_security = off"); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// answeredPostgres says what an SQLSTATE means (PostgreSQL, appendix A).
func answeredPostgres(err error) (answer, bool) {
	found, is := errors.AsType[*pgconn.PgError](err)
	if !is {
		return answer{}, false
	}
	a := answer{number: "SQLSTATE " + found.Code, word: source.WordService}
	if found.Position > 0 {
		a.number += fmt.Sprintf(" at character %d of the query", found.Position)
	}
	switch code := found.Code; {
	case strings.HasPrefix(code, "28"):
		a.word, a.meaning = source.WordDenied, letNotIn
	case code == "42501":
		a.word, a.meaning = source.WordDenied, mayNotRead+", or a row security policy would hide rows from it"
	case code == "25006":
		a.meaning = readsOnly
	case code == "3D000":
		a.word, a.meaning = source.WordMissing, noDatabase
	case code == "42P01" || code == "3F000":
		a.word, a.meaning = source.WordMissing, noTable
	case code == "42703":
		a.word, a.meaning = source.WordMissing, noColumn
	case code == "42601":
		a.meaning = notUnderstood
	case strings.HasPrefix(code, "22"):
		a.meaning = noSuchValue
	case strings.HasPrefix(code, "57"):
		a.meaning = brokenOff
	case strings.HasPrefix(code, "53"):
		a.meaning = exhausted
	case strings.HasPrefix(code, "40"):
		a.meaning = conflict
	}
	return a, true
}
