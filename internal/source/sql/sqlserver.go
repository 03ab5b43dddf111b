package sql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// sqlServer is Microsoft SQL Server and Azure SQL.
func sqlServer() dialect {
	return dialect{
		expect:   "sqlserver://user:password@host?database=db&encrypt=true",
		locate:   locateSQLServer,
		answered: answeredSQLServer,
		special:  specialSQLServer,
	}
}

func locateSQLServer(dsn string, dial dialFunc) (place, error) {
	config, err := msdsn.Parse(dsn)
	if err != nil {
		return place{}, err
	}
	config.LogFlags = 0                    // logs have queries and rows
	config.Encoding.Timezone = nil         // times are given as they are written
	config.Encoding.GuidConversion = false // see specialSQLServer
	connector := mssql.NewConnectorConfig(config)
	connector.Dialer = sqlServerDialer(dial)
	encrypted := config.Encryption == msdsn.EncryptionRequired || config.Encryption == msdsn.EncryptionStrict
	return place{connector, !encrypted && !trust.Here(config.Host), beginSQLServer}, nil
}

type sqlServerDialer dialFunc

// DialContext implements mssql.Dialer.
func (d sqlServerDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return d(ctx, network, address)
}

// beginSQLServer begins a transaction at the lightest level that sees one state
// of the data. The driver knows no read-only ones.
func beginSQLServer(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	var state int
	var committed bool
	const allowed = "select snapshot_isolation_state, is_read_committed_snapshot_on from sys.databases where database_id = db_id()"
	if err := conn.QueryRowContext(ctx, allowed).Scan(&state, &committed); err != nil {
		return nil, err
	}
	return conn.BeginTx(ctx, &sql.TxOptions{Isolation: levelSQLServer(state, committed)})
}

// levelSQLServer chooses by what the database allows:
//
//	| snapshot_isolation_state | is_read_committed_snapshot_on | level          |
//	| ------------------------ | ----------------------------- | -------------- |
//	| 1 (on)                   | any                           | snapshot       |
//	| other                    | true                          | read committed |
//	| other                    | false                         | serializable   |
//
// Below serializable, without versions of rows, a scan passes over a row that is
// moved from before it to behind it meanwhile.
func levelSQLServer(state int, committed bool) sql.IsolationLevel {
	switch {
	case state == 1:
		return sql.LevelSnapshot
	case committed:
		return sql.LevelReadCommitted
	}
	return sql.LevelSerializable
}

// specialSQLServer knows values that the driver leaves as they travel.
func specialSQLServer(value any, kind string) (string, bool) {
	switch v := value.(type) {
	case []byte:
		var id mssql.UniqueIdentifier
		if kind == "UNIQUEIDENTIFIER" && id.Scan(v) == nil {
			return id.String(), true
		}
	case float64:
		if kind == "REAL" {
			return number(v, 32), true
		}
	}
	return "", false
}

// answeredSQLServer says what the number of an error means (SQL Server, database
// engine errors).
func answeredSQLServer(err error) (answer, bool) {
	found, is := errors.AsType[mssql.Error](err)
	if !is {
		return answer{}, false
	}
	a := answer{number: fmt.Sprintf("error %d at line %d", found.Number, found.LineNo), word: source.WordService}
	switch found.Number {
	case 18450, 18452, 18456, 18461, 18470, 18486, 18487, 18488, 916, 40615:
		a.word, a.meaning = source.WordDenied, letNotIn
	case 229, 230, 262, 297, 300, 371:
		a.word, a.meaning = source.WordDenied, mayNotRead
	case 911, 4060:
		a.word, a.meaning = source.WordMissing, noDatabase
	case 208, 2812:
		a.word, a.meaning = source.WordMissing, noTable
	case 207:
		a.word, a.meaning = source.WordMissing, noColumn
	case 102, 105, 156, 319:
		a.meaning = notUnderstood
	case 220, 232, 241, 242, 244, 245, 248, 8114, 8115, 8134, 8169:
		a.meaning = noSuchValue
	case 596, 1222, 6005:
		a.meaning = brokenOff
	case 701, 1204, 8645, 10928, 10929, 40501:
		a.meaning = exhausted
	case 1205, 3960, 3961:
		a.meaning = conflict
	}
	return a, true
}
