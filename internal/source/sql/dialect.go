package sql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// dialect is what differs between databases.
type dialect struct {
	// expect is what a dsn looks like.
	expect string
	// locate judges a dsn. What it fails with is not repeated: it has parts of the
	// dsn.
	locate func(dsn string, dial dialFunc) (place, error)
	// answered returns what the database itself answered, where err is that.
	answered func(err error) (answer, bool)
	// special is the text of a value that needs more than its Go type, where it
	// is one; kind is the database's name of the type.
	special func(value any, kind string) (text string, is bool)
}

// place is where a dsn leads to. Nothing is connected to yet.
type place struct {
	connector driver.Connector
	// exposed says that the connection goes to another machine and may be
	// unencrypted.
	exposed bool
	// begin begins the one transaction of a pull.
	begin func(ctx context.Context, conn *sql.Conn) (*sql.Tx, error)
}

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

func dialects() map[string]dialect {
	return map[string]dialect{
		"postgres":  postgres(),
		"mysql":     mySQL(),
		"sqlserver": sqlServer(),
		"sqlite":    sqlite(),
	}
}

// dialer is how connections are made.
func dialer(o source.Opening) dialFunc {
	if o.Dial != nil {
		return o.Dial
	}
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext
}

// snapshot begins a transaction that cannot write and sees one state of the data.
func snapshot(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	return conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}
