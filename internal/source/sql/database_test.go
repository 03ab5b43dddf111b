package sql_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
	"github.com/rosterd/rosterd/internal/source/sql"
)

// database is one that a test has for itself.
type database struct {
	driver string
	dsn    string
	admin  *stdsql.DB
	quote  string             // around names
	bind   func(n int) string // the n-th parameter, from 1
	bytes  string             // the type of texts
	prefix string             // of tables, where the admin works elsewhere
	tables atomic.Int64
}

// table makes a table of rows and returns the query for them.
func (d *database) table(t *testing.T, rows sourcetest.Rows) (name, query string) {
	t.Helper()
	name = fmt.Sprintf("people_%d", d.tables.Add(1))
	columns := make([]string, len(rows.Columns))
	for i, column := range rows.Columns {
		columns[i] = d.quote + column + d.quote
	}
	d.exec(t, fmt.Sprintf("create table %s%s (n integer primary key, %s %s)", d.prefix, name, strings.Join(columns, " "+d.bytes+", "), d.bytes))
	const chunk = 500
	for begin := 0; begin < len(rows.Records); begin += chunk {
		var places []string
		var values []any
		for i, record := range rows.Records[begin:min(begin+chunk, len(rows.Records))] {
			values = append(values, begin+i)
			tuple := []string{d.bind(len(values))}
			for _, value := range record {
				values = append(values, value)
				tuple = append(tuple, d.bind(len(values)))
			}
			places = append(places, "("+strings.Join(tuple, ", ")+")")
		}
		d.exec(t, "insert into "+d.prefix+name+" values "+strings.Join(places, ", "), values...)
	}
	return name, fmt.Sprintf("select %s from %s order by n", strings.Join(columns, ", "), name)
}

func (d *database) exec(t *testing.T, statement string, values ...any) {
	t.Helper()
	if _, err := d.admin.ExecContext(t.Context(), statement, values...); err != nil {
		t.Fatalf("prepare the database: %v", err)
	}
}

// open returns a source of the database. dial may be nil.
func (d *database) open(t *testing.T, dial func(ctx context.Context, network, address string) (net.Conn, error), change func(*sql.Config)) source.Source {
	t.Helper()
	config := sql.Type().New().(*sql.Config)
	config.Driver, config.DSN, config.Timeout = d.driver, source.Secret{Env: "DSN"}, time.Minute
	change(config)
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	opened, err := config.Open(source.Opening{Getenv: func(string) string { return d.dsn }, Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// query returns a source of one query.
func (d *database) query(t *testing.T, query string) source.Source {
	t.Helper()
	return d.open(t, nil, func(c *sql.Config) { c.Query = query })
}

// laws holds the database against the laws of sources.
func (d *database) laws(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T, rows sourcetest.Rows) source.Source {
		_, query := d.table(t, rows)
		return d.query(t, query)
	})
}

// people are n rows of two columns.
func people(n int) sourcetest.Rows {
	rows := sourcetest.Rows{Columns: []string{"id", "name"}}
	for i := range n {
		rows.Records = append(rows.Records, []string{fmt.Sprint(i), fmt.Sprintf("%s-%d", canary.FamilyName, i)})
	}
	return rows
}

// fails asserts that a pull fails with a word and says a text, and that it keeps
// to itself who asked whom, for what, with which password, and what came.
func fails(t *testing.T, s source.Source, word, says string) {
	t.Helper()
	var got sourcetest.Recorder
	report, err := s.Pull(t.Context(), &got)
	if err == nil {
		t.Fatal("the pull passes")
	}
	if diff := cmp.Diff(source.Report{}, report); diff != "" {
		t.Errorf("report beside an error (-want +got):\n%s", diff)
	}
	silent(t, err)
	if fault := source.AsFault(err); fault.Word != word || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want %s: … %s", err, word, says)
	}
}

// silent asserts that an error tells nothing that is nobody's business.
func silent(t *testing.T, err error) {
	t.Helper()
	canary.Text(t, "the error", err.Error())
	for _, private := range []string{canary.Secret, asker, "127.0.0.1", "people_", "select"} {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the error says %q: %v", private, err)
		}
	}
}

// asker is who asks databases.
const asker = "canaryuser"

// texts asserts what a query's one row is as text.
func (d *database) texts(t *testing.T, values [][2]string) {
	t.Helper()
	var columns []string
	for i, value := range values {
		columns = append(columns, fmt.Sprintf("%s as c%d", value[0], i))
	}
	var got sourcetest.Recorder
	if _, err := d.query(t, "select "+strings.Join(columns, ", ")).Pull(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	for i, value := range values {
		if got.Records[0][i] != value[1] {
			t.Errorf("%s is %q, want %q", value[0], got.Records[0][i], value[1])
		}
	}
}

// seesOneState asserts that what is written while a pull is on its way is not in
// it, and counted neither.
func (d *database) seesOneState(t *testing.T) {
	name, query := d.table(t, people(100))
	var once sync.Once
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &tapped{Conn: conn, onWrite: func(text []byte) {
			if strings.Contains(string(text), "order by n") {
				once.Do(func() { d.exec(t, "delete from "+d.prefix+name+" where n < 50") })
			}
		}}, err
	}
	s := d.open(t, dial, func(c *sql.Config) { c.Query, c.CountQuery = query, "select count(*) from "+name })
	var got sourcetest.Recorder
	report, err := s.Pull(t.Context(), &got)
	if err != nil || report.Seen != 100 || report.Expected != 100 {
		t.Errorf("%d of %d records: %v", report.Seen, report.Expected, err)
	}
	if report, err = s.Pull(t.Context(), new(sourcetest.Recorder)); err != nil || report.Seen != 50 {
		t.Errorf("afterwards %d records: %v", report.Seen, err)
	}
}

// noticesBreaks cuts the connection after each of many lengths: whatever came by
// then, it passes for whole only when it is.
func (d *database) noticesBreaks(t *testing.T) {
	const all, cuts = 400, 60
	name, query := d.table(t, people(all))
	open := func(dial func(context.Context, string, string) (net.Conn, error)) source.Source {
		return d.open(t, dial, func(c *sql.Config) { c.Query, c.CountQuery = query, "select count(*) from "+name })
	}
	var length atomic.Int64
	if _, err := open(cutAfter(1<<40, &length)).Pull(t.Context(), new(sourcetest.Recorder)); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for i := range int64(cuts) {
		after := length.Load() * i / cuts
		var got sourcetest.Recorder
		report, err := open(cutAfter(after, new(atomic.Int64))).Pull(t.Context(), &got)
		if err == nil && (report.Seen != all || len(got.Records) != all) {
			t.Errorf("cut after %d of %d bytes, %d records pass for whole", after, length.Load(), report.Seen)
		}
		if err != nil {
			failed++
			silent(t, err)
			if word := source.AsFault(err).Word; word != source.WordUnreached {
				t.Errorf("cut after %d of %d bytes: %v", after, length.Load(), err)
			}
		}
	}
	if failed < cuts*9/10 {
		t.Errorf("only %d of %d cut pulls fail", failed, cuts)
	}
}

// cutAfter dials connections that end after so many bytes, and counts them.
func cutAfter(limit int64, length *atomic.Int64) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &tapped{Conn: conn, limit: limit, limited: true, length: length, onWrite: func([]byte) {}}, err
	}
}

// tapped is a connection that is listened to, or cut.
type tapped struct {
	net.Conn
	onWrite func(text []byte)
	limited bool
	limit   int64
	length  *atomic.Int64
}

func (c *tapped) Write(text []byte) (int, error) {
	c.onWrite(text)
	return c.Conn.Write(text)
}

func (c *tapped) Read(p []byte) (int, error) {
	if !c.limited {
		return c.Conn.Read(p)
	}
	left := c.limit - c.length.Load()
	if left <= 0 {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), left)])
	c.length.Add(int64(n))
	return n, err
}

// proves asserts what count_query and as_of_query are worth.
func (d *database) proves(t *testing.T, instants [][2]string) {
	name, query := d.table(t, people(3))
	with := func(count, asOf string) source.Source {
		return d.open(t, nil, func(c *sql.Config) { c.Query, c.CountQuery, c.AsOfQuery = query, count, asOf })
	}
	t.Run("the count is declared", func(t *testing.T) {
		report, err := with("select count(*) + 1 from "+name, "").Pull(t.Context(), new(sourcetest.Recorder))
		if err != nil || report.Seen != 3 || report.Expected != 4 {
			t.Errorf("%d of %d records: %v", report.Seen, report.Expected, err)
		}
	})
	for _, count := range []string{"select id, n from " + name, "select id from " + name, "select name from " + name + " where n = 1", "select null", "select -1", "select n from " + name + " where n > 5"} {
		t.Run("no count: "+count, func(t *testing.T) { fails(t, with(count, ""), source.WordFormat, "count_query: expected") })
	}
	for _, instant := range instants {
		t.Run("time of the data: "+instant[0], func(t *testing.T) {
			s := with("", "select "+instant[0])
			if instant[1] == "" {
				fails(t, s, source.WordFormat, "as_of_query: expected an instant")
				return
			}
			report, err := s.Pull(t.Context(), new(sourcetest.Recorder))
			if err != nil || report.AsOf.UTC().Format(time.RFC3339) != instant[1] {
				t.Errorf("got %s: %v", report.AsOf.UTC().Format(time.RFC3339), err)
			}
		})
	}
}

// takesItsTime asserts that a pull that takes too long has failed, and that one
// that is called off says so.
func (d *database) takesItsTime(t *testing.T, sleep string) {
	s := d.open(t, nil, func(c *sql.Config) { c.Query, c.Timeout = sleep, time.Second })
	fails(t, s, source.WordUnreached, "within timeout")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s = d.query(t, sleep)
	if _, err := s.Pull(ctx, new(sourcetest.Recorder)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("called off, it returns %v", err)
	}
}
