package sql_test

import (
	stdsql "database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
	"github.com/rosterd/rosterd/internal/source/sql"
)

// newSQLite makes a file in a directory whose name has all that a URL minds.
func newSQLite(t *testing.T) *database {
	t.Helper()
	dir := filepath.Join(canary.Input(t), "a #b?c%20d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "hr.db")
	// The working directory is a name without such letters.
	t.Chdir(dir)
	admin, err := stdsql.Open("sqlite", "hr.db?_pragma=journal_mode(wal)&_pragma=synchronous(off)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	return &database{driver: "sqlite", dsn: path, admin: admin, quote: `"`, bytes: "text", bind: func(int) string { return "?" }}
}

func TestSQLite(t *testing.T) {
	d := newSQLite(t)
	d.exec(t, "create table types (d date, m datetime, s timestamp, r real, b boolean, e decimal(10,2))")
	d.exec(t, "insert into types values ('2024-02-29', '2024-02-29 23:59:58.5', '2024-02-29T23:30:00-05:00', 0.1, 1, '12.30')")
	t.Run("laws", d.laws)
	t.Run("values", func(t *testing.T) {
		d.texts(t, [][2]string{
			{"9223372036854775807", "9223372036854775807"},
			{"0.1", "0.1"},
			{"1e21", "1000000000000000000000"},
			{"null", ""},
			{"'0012'", "0012"},
			{"x'c3bc'", "ü"},
			{"'  kept '", "  kept "},
			{"''", ""},
			{"(select d from types)", "2024-02-29"},
			{"(select e from types)", "12.3"},
		})
	})
	t.Run("declared types", func(t *testing.T) {
		var got sourcetest.Recorder
		if _, err := d.query(t, "select * from types").Pull(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"2024-02-29", "2024-02-29T23:59:58.5", "2024-02-29T23:30:00-05:00", "0.1", "1", "12.3"} {
			if got.Records[0][i] != want {
				t.Errorf("%s is %q, want %q", got.Names[i], got.Records[0][i], want)
			}
		}
	})
	d.proves(t, [][2]string{
		{"'2026-11-23T06:35:00Z'", "2026-11-23T06:35:00Z"},
		{"'2026-11-23 06:35:00-05:00'", "2026-11-23T11:35:00Z"},
		{"1795415700", "2026-11-23T06:35:00Z"},
		{"'2026-11-23 06:35:00'", ""},
		{"1795415700000", ""},
		{"null", ""},
		{"'soon'", ""},
	})
	d.takesItsTime(t, "with recursive c(n) as (select 1 union all select n+1 from c) select max(n) as n from c")
}

func TestSQLiteFaults(t *testing.T) {
	d := newSQLite(t)
	name, _ := d.table(t, people(3))
	for _, tt := range []struct{ name, query, word, says string }{
		{"no query", "selekt 1", source.WordService, "query: the database answers with result code 1"},
		{"no table", "select * from nobody", source.WordService, "table or column that is not there"},
		{"no column", "select nobody from " + name, source.WordService, "table or column that is not there"},
		{"a word in double quotes", `select "nobody" from ` + name, source.WordService, "table or column that is not there"},
		{"a column twice", "select id, name as ID from " + name, source.WordHeader, "column 2 has no name of its own"},
		{"no bytes of text", "select id, x'ff' as b from " + name, source.WordEncoding, "column 2 of record 1 is no UTF-8 text"},
		{"a statement that writes", "delete from " + name + " returning id", source.WordService, "only reads"},
		{"no columns", "pragma user_version = 7", source.WordService, "only reads"},
		{"no records", "select id from " + name + " where n > 9", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := d.query(t, tt.query)
			if tt.word == "" {
				if report, err := s.Pull(t.Context(), new(sourcetest.Recorder)); err != nil || report.Seen != 0 {
					t.Errorf("%d records: %v", report.Seen, err)
				}
				return
			}
			fails(t, s, tt.word, tt.says)
		})
	}
	t.Run("a file that is not there is not made", func(t *testing.T) {
		path := filepath.Join(canary.Dir(t), "none.db")
		fails(t, (&database{driver: "sqlite", dsn: path}).query(t, "select 1 as a"), source.WordMissing, "not there")
		if _, err := os.Stat(path); err == nil {
			t.Error("it was made")
		}
	})
	t.Run("a file that is none", func(t *testing.T) {
		path := filepath.Join(canary.Input(t), "hr.db")
		text := append([]byte("this is no database\n"), make([]byte, 4096)...)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		fails(t, (&database{driver: "sqlite", dsn: path}).query(t, "select * from people"), source.WordUnreadable, "no SQLite database")
	})
	t.Run("no secret", func(t *testing.T) {
		fails(t, (&database{driver: "sqlite"}).query(t, "select 1 as a"), source.WordSecret, "DSN is empty")
	})
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*sql.Config)
		key    string
	}{
		{"all that is needed", func(*sql.Config) {}, ""},
		{"another driver", func(c *sql.Config) { c.Driver = "oracle" }, "driver"},
		{"no dsn", func(c *sql.Config) { c.DSN = source.Secret{} }, "dsn"},
		{"no query", func(c *sql.Config) { c.Query = " " }, "query"},
		{"rows passed over", func(c *sql.Config) { c.Query = "select * from people with (NoLock)" }, "query"},
		{"locked rows passed over", func(c *sql.Config) { c.CountQuery = "select 1 for share skip\n locked" }, "count_query"},
		{"a column that is called so", func(c *sql.Config) { c.Query = "select nolocker from people" }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := &sql.Config{Driver: "postgres", DSN: source.Secret{Env: "DSN"}, Query: "select 1"}
			tt.change(config)
			faults := config.Faults()
			_, err := config.Open(source.Opening{})
			if (err != nil) != (tt.key != "") || len(faults) > 1 || tt.key != "" && (len(faults) == 0 || faults[0].Key != tt.key) {
				t.Errorf("faults %v, open %v, want one of %q", faults, err, tt.key)
			}
		})
	}
}
