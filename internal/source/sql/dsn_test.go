package sql_test

import (
	"context"
	"net"
	"syscall"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sql"
)

// No connection that may be unencrypted leaves the machine, and no dsn is
// repeated.
func TestDSN(t *testing.T) {
	const who = asker + ":" + canary.Secret + "@"
	const refused, unusable, dialled = "unencrypted connection", "the dsn cannot be used", "connect: "
	for _, tt := range []struct{ name, driver, dsn, says string }{
		{"postgres, encrypted where it can be", "postgres", "postgres://" + who + "hr.example/db", refused},
		{"postgres, not encrypted", "postgres", "postgres://" + who + "hr.example/db?sslmode=disable", refused},
		{"postgres, encrypted", "postgres", "postgres://" + who + "192.0.2.1/db?sslmode=verify-full", dialled},
		{"postgres, on this machine", "postgres", "postgres://" + who + "localhost/db", dialled},
		{"postgres, by a socket", "postgres", "host=/run/postgresql user=" + asker + " password=" + canary.Secret, dialled},
		{"postgres, also elsewhere", "postgres", "postgres://" + who + "localhost,hr.example/db?sslmode=prefer", refused},
		{"postgres, no dsn", "postgres", "postgres://" + who + "hr.example:port/db", unusable},
		{"mysql, not encrypted", "mysql", who + "tcp(hr.example:3306)/db", refused},
		{"mysql, encrypted where it can be", "mysql", who + "tcp(hr.example:3306)/db?tls=preferred", refused},
		{"mysql, encrypted but for fallbacks", "mysql", who + "tcp(hr.example:3306)/db?tls=true&allowFallbackToPlaintext=true", refused},
		{"mysql, encrypted", "mysql", who + "tcp(192.0.2.1:3306)/db?tls=true", dialled},
		{"mysql, on this machine", "mysql", who + "tcp(127.0.0.1:3306)/db", dialled},
		{"mysql, by a socket", "mysql", who + "unix(/run/mysqld.sock)/db", dialled},
		{"mysql, no dsn", "mysql", "mysql://" + who + "hr.example/db", unusable},
		{"sqlserver, encrypted for the login", "sqlserver", "sqlserver://" + who + "hr.example?database=db", refused},
		{"sqlserver, not encrypted", "sqlserver", "sqlserver://" + who + "hr.example?database=db&encrypt=disable", refused},
		{"sqlserver, encrypted", "sqlserver", "sqlserver://" + who + "192.0.2.1?database=db&encrypt=true", dialled},
		{"sqlserver, strictly", "sqlserver", "sqlserver://" + who + "192.0.2.1?database=db&encrypt=strict", dialled},
		{"sqlserver, on this machine", "sqlserver", "sqlserver://" + who + "localhost?database=db", dialled},
		{"sqlserver, no dsn", "sqlserver", "sqlserver://" + who + "hr.example:port?encrypt=perhaps", unusable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := false
			d := &database{driver: tt.driver, dsn: tt.dsn}
			s := d.open(t, func(context.Context, string, string) (net.Conn, error) {
				asked = true
				return nil, &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, Err: syscall.ECONNREFUSED}
			}, anything)
			word := source.WordSecret
			if tt.says == dialled {
				word = source.WordUnreached
			}
			fails(t, s, word, tt.says)
			if asked != (tt.says == dialled) {
				t.Errorf("a connection was made: %t", asked)
			}
		})
	}
}

func TestPlaintextHasToBeAskedFor(t *testing.T) {
	d := &database{driver: "postgres", dsn: "postgres://" + asker + ":" + canary.Secret + "@192.0.2.1/db?sslmode=disable"}
	s := d.open(t, func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }, plaintext)
	fails(t, s, source.WordUnreached, "connection refused")
}

func anything(c *sql.Config) { c.Query = "select 1 as a" }

func plaintext(c *sql.Config) { c.Query, c.Plaintext = "select 1 as a", true }
