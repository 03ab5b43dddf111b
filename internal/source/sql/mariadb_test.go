package sql_test

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// newMariaDB starts a server of MariaDB. Its root has no password until it runs.
func newMariaDB(t *testing.T) *database {
	t.Helper()
	const packaged = "mariadb-server"
	install, server := program(t, "mariadb-install-db", packaged), program(t, "mariadbd", packaged)
	h := newHome(t, "mysql")
	h.run(t, install, "--no-defaults", "--datadir="+h.dir+"/data", "--auth-root-authentication-method=normal", "--skip-test-db")
	dsn := func(name, password string, port int) string {
		return fmt.Sprintf("%s:%s@tcp(%s)/mysql", name, password, at(port))
	}
	admin, port := h.serve(t, syscall.SIGTERM, "mysql", func(port int) *exec.Cmd {
		return h.command(t, server, "--no-defaults", "--datadir="+h.dir+"/data", fmt.Sprintf("--port=%d", port), "--bind-address=127.0.0.1",
			"--socket="+h.dir+"/socket", "--pid-file="+h.dir+"/pid", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0",
			"--default-time-zone=-05:00", "--character-set-server=utf8mb4", "--max-connections=300")
	}, func(port int) string { return dsn("root", "", port) + "?sql_select_limit=9223372036854775807" })
	d := &database{
		driver: "mysql", dsn: strings.Replace(dsn(asker, canary.Secret, port), "/mysql", "/hr", 1), admin: admin, quote: "`", bytes: "text",
		bind: func(int) string { return "?" },
	}
	d.exec(t, "create database hr")
	d.exec(t, "set global sql_select_limit = 2") // for all who do not say otherwise, as the admin does
	d.exec(t, "create user "+asker+"@'127.0.0.1' identified by '"+canary.Secret+"'")
	d.exec(t, "grant select, insert, delete on hr.* to "+asker+"@'127.0.0.1'")
	d.prefix = "hr."
	return d
}

func TestMariaDB(t *testing.T) {
	d := newMariaDB(t)
	t.Run("laws", d.laws)
	t.Run("one state", d.seesOneState)
	t.Run("breaks", d.noticesBreaks)
	t.Run("values", func(t *testing.T) {
		d.texts(t, [][2]string{
			{"date '2024-02-29'", "2024-02-29"},
			{"timestamp '2024-02-29 23:59:58'", "2024-02-29 23:59:58"},
			{"cast('0000-00-00' as char)", "0000-00-00"},
			{"cast('08:30' as time)", "08:30:00"},
			{"cast(12345678901234567890.10 as decimal(30,2))", "12345678901234567890.10"},
			{"9223372036854775807", "9223372036854775807"},
			{"18446744073709551615", "18446744073709551615"},
			{"0.1", "0.1"},
			{"cast(0.1 as double)", "0.1"},
			{"true", "1"},
			{"null", ""},
			{"'0012'", "0012"},
			{"_binary x'c3bc'", "ü"},
			{"'智子'", "智子"},
			{"json_object('a', 1)", `{"a": 1}`},
		})
		d.exec(t, "create table hr.types (b bit(1), w bit(12), s timestamp, f float, y year)")
		d.exec(t, "insert into hr.types values (b'1', b'100000000001', '2024-02-29 12:00:00', 0.1, 2024)")
		var got sourcetest.Recorder
		if _, err := d.query(t, "select * from types").Pull(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"1", "2049", "2024-02-29 12:00:00", "0.1", "2024"} {
			if got.Records[0][i] != want {
				t.Errorf("%s is %q, want %q", got.Names[i], got.Records[0][i], want)
			}
		}
	})
	d.proves(t, [][2]string{
		{"unix_timestamp('2026-11-23 01:35:00')", "2026-11-23T06:35:00Z"},
		{"cast(1795415700.5 as decimal(20,3))", "2026-11-23T06:35:00Z"},
		{"timestamp '2026-11-23 06:35:00'", ""},
		{"date '2026-11-23'", ""},
		{"null", ""},
	})
	d.takesItsTime(t, "select sleep(60) as s")
	t.Run("faults", func(t *testing.T) { mariaDBFaults(t, d) })
}

func mariaDBFaults(t *testing.T, d *database) {
	name, query := d.table(t, people(3))
	d.exec(t, "create database closed")
	d.exec(t, "create table closed.people_closed (id int)")
	for _, tt := range []struct{ name, query, word, says string }{
		{"no query", "select * from people_1 wher id = '" + canary.GivenName + "'", source.WordService, "error 1064: the query cannot be understood"},
		{"no table", "select * from people_none", source.WordMissing, "error 1146: the query names a table"},
		{"no column", "select nobody from " + name, source.WordMissing, "error 1054"},
		{"a table that others may read", "select * from closed.people_closed", source.WordDenied, "error 1142"},
		{"a statement that writes", "delete from " + name + " returning id", source.WordService, "error 1792: the query writes"},
		{"two statements", "commit; delete from " + name, source.WordService, "error 1064"},
		{"no result", "set @a = 1", source.WordHeader, "no columns"},
		{"a column twice", "select id, name as ID from " + name, source.WordHeader, "column 2 has no name of its own"},
		{"a limit on time", "set statement max_statement_time = 0.1 for select sleep(10) as s", source.WordService, "error 1969: the database broke off"},
		{"bytes that are no text", "select _binary x'ff' as b", source.WordEncoding, "column 1 of record 1"},
	} {
		t.Run(tt.name, func(t *testing.T) { fails(t, d.query(t, tt.query), tt.word, tt.says) })
	}
	t.Run("another password", func(t *testing.T) {
		other := database{driver: d.driver, dsn: strings.Replace(d.dsn, canary.Secret, canary.Secret+"x", 1)}
		fails(t, other.query(t, query), source.WordDenied, "error 1045: the database does not accept the user or the password")
	})
	t.Run("another database", func(t *testing.T) {
		other := database{driver: d.driver, dsn: strings.Replace(d.dsn, "/hr", "/people_db", 1)}
		fails(t, other.query(t, query), source.WordDenied, "error 1044")
	})
	t.Run("no encryption where it is asked for", func(t *testing.T) {
		other := database{driver: d.driver, dsn: d.dsn + "?tls=true"}
		fails(t, other.query(t, query), source.WordUnreached, "connect: ")
	})
	t.Run("several results", func(t *testing.T) {
		d.exec(t, "create procedure hr.pair() begin select 1 as a; select 2 as a; end")
		d.exec(t, "grant execute on hr.* to "+asker+"@'127.0.0.1'")
		fails(t, d.query(t, "call pair()"), source.WordFormat, "several results")
	})
	t.Run("statements of one message", func(t *testing.T) {
		several := database{driver: d.driver, dsn: d.dsn + "?multiStatements=true"}
		fails(t, several.query(t, "commit; delete from "+name), source.WordService, "error 1064")
		if report, err := d.query(t, query).Pull(t.Context(), new(sourcetest.Recorder)); err != nil || report.Seen != 3 {
			t.Errorf("%d records are left: %v", report.Seen, err)
		}
	})
}
