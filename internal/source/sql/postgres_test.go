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

// newPostgres starts a server of PostgreSQL.
func newPostgres(t *testing.T) *database {
	t.Helper()
	const packaged = "postgresql"
	initdb, server := program(t, "initdb", packaged), program(t, "postgres", packaged)
	h := newHome(t, "postgres")
	h.run(t, initdb, "-D", "data", "-U", asker, "-A", "scram-sha-256", "--pwfile", h.file(t, "password", canary.Secret+"\n"),
		"-E", "UTF8", "--locale", "C", "--no-sync")
	dsn := func(port int) string {
		return fmt.Sprintf("postgres://%s:%s@%s/postgres?sslmode=disable", asker, canary.Secret, at(port))
	}
	admin, port := h.serve(t, syscall.SIGINT, "pgx", func(port int) *exec.Cmd {
		return h.command(t, server, "-D", "data", "-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "timezone=America/New_York")
	}, dsn)
	return &database{
		driver: "postgres", dsn: dsn(port), admin: admin, quote: `"`, bytes: "text",
		bind: func(n int) string { return fmt.Sprintf("$%d", n) },
	}
}

func TestPostgres(t *testing.T) {
	d := newPostgres(t)
	t.Run("laws", d.laws)
	t.Run("one state", d.seesOneState)
	t.Run("breaks", d.noticesBreaks)
	t.Run("transaction", func(t *testing.T) {
		d.texts(t, [][2]string{
			{"current_setting('transaction_isolation')", "repeatable read"},
			{"current_setting('transaction_read_only')", "on"},
			{"current_setting('row_security')", "off"},
			{"current_setting('client_encoding')", "UTF8"},
		})
	})
	t.Run("values", func(t *testing.T) { postgresValues(t, d) })
	t.Run("values without prepared statements", func(t *testing.T) {
		for _, mode := range []string{"simple_protocol", "exec", "describe_exec"} {
			pooled := d.as(asker)
			pooled.dsn += "&default_query_exec_mode=" + mode
			postgresValues(t, pooled)
		}
	})
	d.proves(t, [][2]string{
		{"timestamptz '2026-11-23 06:35:00Z'", "2026-11-23T06:35:00Z"},
		{"extract(epoch from timestamptz '2026-11-23 06:35:00Z')", "2026-11-23T06:35:00Z"},
		{"timestamp '2026-11-23 06:35:00'", ""},
		{"date '2026-11-23'", ""},
		{"null::timestamptz", ""},
	})
	d.takesItsTime(t, "select pg_sleep(60)")
	t.Run("faults", func(t *testing.T) { postgresFaults(t, d) })
}

func postgresValues(t *testing.T, d *database) {
	t.Helper()
	d.texts(t, [][2]string{
		{"date '2024-02-29'", "2024-02-29"},
		{"timestamp '2024-02-29 23:59:58.5'", "2024-02-29T23:59:58.5"},
		{"timestamp '2024-02-29'", "2024-02-29T00:00:00"},
		{"timestamptz '2024-02-29 23:30:00-05'", "2024-03-01T04:30:00Z"},
		{"date 'infinity'", "infinity"},
		{"time '08:30'", "08:30:00"},
		{"interval '1 day'", "1 day"},
		{"12345678901234567890.10", "12345678901234567890.10"},
		{"9223372036854775807", "9223372036854775807"},
		{"0.1::float8", "0.1"},
		{"0.1::float4", "0.1"},
		{"1e21::float8", "1000000000000000000000"},
		{"'nan'::float8", "NaN"},
		{"true", "true"},
		{"false", "false"},
		{"null", ""},
		{"null::date", ""},
		{"'0012'", "0012"},
		{"'ab'::char(4)", "ab  "},
		{`'\xc3bc'::bytea`, "ü"},
		{"'6f1c1b9e-0d4b-4b0a-9f43-3f1f0a2b4c5d'::uuid", "6f1c1b9e-0d4b-4b0a-9f43-3f1f0a2b4c5d"},
		{`'{"a": 1}'::jsonb`, `{"a": 1}`},
		{"array['a','b']", "{a,b}"},
		{"B'101'", "101"},
	})
}

func postgresFaults(t *testing.T, d *database) {
	name, query := d.table(t, people(3))
	const reader = asker + "_reader"
	d.exec(t, "create role "+reader+" login password '"+canary.Secret+"'")
	d.exec(t, "create table people_closed (id text)")
	d.exec(t, "grant select on "+name+" to "+reader)
	asReader := *d.as(reader)
	for _, tt := range []struct {
		name, query, word, says string
	}{
		{"no query", "select * from people_1 wher id = '" + canary.GivenName + "'", source.WordService, "SQLSTATE 42601 at character 29 of the query: the query cannot be understood"},
		{"no table", "select * from people_none", source.WordMissing, "SQLSTATE 42P01 at character 15 of the query: the query names a table"},
		{"no column", "select nobody from " + name, source.WordMissing, "SQLSTATE 42703 at character 8"},
		{"a value that is no number", "select name::int from " + name, source.WordService, "SQLSTATE 22P02: a value cannot be converted"},
		{"a division by zero at the last row", "select 1 / (n - 2) as c from " + name + " order by n", source.WordService, "SQLSTATE 22012"},
		{"a word from within", "do $$ begin raise exception '" + canary.GivenName + "'; end $$", source.WordService, "SQLSTATE P0001: its documentation"},
		{"a statement that writes", "delete from " + name + " returning id", source.WordService, "SQLSTATE 25006: the query writes"},
		{"two statements", "commit; delete from " + name, source.WordService, "SQLSTATE 42601"},
		{"no columns", "select from " + name, source.WordHeader, "no columns"},
		{"no result", "set local work_mem = '1MB'", source.WordHeader, "no columns"},
		{"columns without names", "select 1, 2", source.WordHeader, "column 2 has no name of its own"},
		{"bytes that are no text", `select '\xff'::bytea as b`, source.WordEncoding, "column 1 of record 1"},
	} {
		t.Run(tt.name, func(t *testing.T) { fails(t, d.query(t, tt.query), tt.word, tt.says) })
	}
	t.Run("a table that others may read", func(t *testing.T) {
		fails(t, asReader.query(t, "select * from people_closed"), source.WordDenied, "SQLSTATE 42501")
	})
	t.Run("a server that ends the session", func(t *testing.T) {
		fails(t, d.query(t, "select pg_terminate_backend(pg_backend_pid()), pg_sleep(10)"), source.WordService, "SQLSTATE 57P01: the database broke off")
	})
	t.Run("rows that a policy hides", func(t *testing.T) {
		d.exec(t, "alter table "+name+" enable row level security")
		d.exec(t, "create policy few on "+name+" using (n < 2)")
		fails(t, asReader.query(t, query), source.WordDenied, "row security policy")
		seen := *d.as(reader)
		seen.dsn += "&row_security=on"
		if report, err := seen.query(t, query).Pull(t.Context(), new(sourcetest.Recorder)); err != nil || report.Seen != 2 {
			t.Errorf("with row_security=on %d records come: %v", report.Seen, err)
		}
	})
	t.Run("another password", func(t *testing.T) {
		other := database{driver: d.driver, dsn: strings.Replace(d.dsn, canary.Secret, canary.Secret+"x", 1)}
		fails(t, other.query(t, query), source.WordDenied, "connect: the database answers with SQLSTATE 28P01: the database does not accept the user or the password")
	})
	t.Run("another database", func(t *testing.T) {
		other := database{driver: d.driver, dsn: strings.Replace(d.dsn, "/postgres?", "/people_db?", 1)}
		fails(t, other.query(t, query), source.WordMissing, "SQLSTATE 3D000")
	})
	t.Run("no encryption where it is asked for", func(t *testing.T) {
		other := database{driver: d.driver, dsn: strings.Replace(d.dsn, "sslmode=disable", "sslmode=require", 1)}
		fails(t, other.query(t, query), source.WordUnreached, "connect: ")
	})
	t.Run("statements of one message", func(t *testing.T) {
		simple := *d.as(asker)
		simple.dsn += "&default_query_exec_mode=simple_protocol"
		fails(t, simple.query(t, "commit; delete from "+name+" returning id"), source.WordService, "SQLSTATE 42601")
		if report, err := d.query(t, query).Pull(t.Context(), new(sourcetest.Recorder)); err != nil || report.Seen != 3 {
			t.Errorf("%d records are left: %v", report.Seen, err)
		}
	})
}

// as is the database for another user.
func (d *database) as(name string) *database {
	return &database{driver: d.driver, dsn: strings.Replace(d.dsn, asker+":", name+":", 1)}
}
