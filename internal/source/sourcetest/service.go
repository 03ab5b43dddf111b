package sourcetest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// Service is a source that calls a service over HTTP, and a faithful fake of that
// service.
type Service struct {
	// Serve returns the fake, which has exactly these rows. It lets in who shows
	// canary.Secret, in the way of the service.
	Serve func(rows Rows) http.Handler
	// Open returns the source of the service at an address such as
	// http://127.0.0.1:8080, opened with o.
	Open func(t *testing.T, at string, o source.Opening) source.Source
	// Columns are five of the service's own fields, for the suite to fill: an id,
	// two names, a text and a word. nil: the service has any.
	Columns []string
	// Single says that one answer has everybody, so there is no page to repeat.
	Single bool
	// Throttle is the status by which the service says that it is asked too often;
	// 0: 429.
	Throttle int
}

// RunService holds a source over HTTP against every law of sources and against
// those of services.
func RunService(t *testing.T, s Service) {
	t.Helper()
	Run(t, func(t *testing.T, rows Rows) source.Source {
		back := s.rename(&rows)
		server := httptest.NewUnstartedServer(s.Serve(rows))
		server.Config.ErrorLog = quiet(t)
		server.Start()
		t.Cleanup(server.Close)
		return renamed{s.Open(t, server.URL, opening(rows.Columns)), back}
	})
	for _, law := range serviceLaws() {
		if law.pages && s.Single {
			continue
		}
		t.Run(law.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { law.check(newStage(t, s)) })
		})
	}
}

// rename gives rows the service's own columns, and returns how they were called.
func (s Service) rename(rows *Rows) (back map[string]string) {
	back = map[string]string{}
	generic := people(0).Columns
	own := slices.Clone(rows.Columns)
	for i, name := range own {
		if at := slices.Index(generic, name); s.Columns != nil && at >= 0 {
			own[i] = s.Columns[at]
		}
		back[own[i]] = name
	}
	rows.Columns = own
	return back
}

// renamed is a source whose columns are called as in the suite.
type renamed struct {
	source.Source
	back map[string]string
}

// Pull implements source.Source.
func (r renamed) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	doubter, err := source.Doubting(sink)
	if err != nil {
		return source.Report{}, err
	}
	return r.Source.Pull(ctx, renaming{doubter, r.back})
}

type renaming struct {
	source.Doubter
	back map[string]string
}

// Columns implements source.Sink.
func (r renaming) Columns(names []string) error {
	generic := make([]string, len(names))
	for i, name := range names {
		generic[i] = r.back[name]
	}
	return r.Doubter.Columns(generic)
}

// Nested is a record as JSON: columns with dots become objects in objects.
func Nested(columns, values []string) map[string]any {
	object := map[string]any{}
	for i, column := range columns {
		at := object
		path := strings.Split(column, ".")
		for _, segment := range path[:len(path)-1] {
			inner, ok := at[segment].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[segment] = inner
			}
			at = inner
		}
		at[path[len(path)-1]] = values[i]
	}
	return object
}

// opening is how every source is opened here.
func opening(columns []string) source.Opening {
	return source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}
}

func quiet(t *testing.T) *log.Logger { return log.New(canary.Output(t), "", 0) }

// serviceLaw is one thing that holds for every source over HTTP.
type serviceLaw struct {
	name  string
	pages bool // about more pages than one
	check func(*stage)
}

// stage is a fake service in a bubble, in which waits cost nothing, and what goes
// wrong with it.
type stage struct {
	t       *testing.T
	service Service
	rows    Rows
	columns []string // as they are asked for
	wrong   func(n int, w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	asked   int
	dialled []string
	conns   chan net.Conn
}

// address is where the fake is.
const address = "127.0.0.1:8080"

// severalPages is more records than the largest page of any service holds, which has
// 1,000. A source that asks for larger ones fails the law of the page that repeats.
const severalPages = 1200

func newStage(t *testing.T, s Service) *stage {
	rows := people(severalPages)
	s.rename(&rows)
	return &stage{t: t, service: s, rows: rows, columns: rows.Columns, wrong: func(int, http.ResponseWriter, *http.Request) bool { return false }}
}

// pull starts the fake, pulls once, and ends the fake.
func (s *stage) pull(ctx context.Context) (*Recorder, source.Report, error) {
	s.conns = make(chan net.Conn)
	serve := s.service.Serve(s.rows)
	server := &http.Server{ErrorLog: quiet(s.t), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // only then the server notices a client that leaves
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.asked++
		n := s.asked
		s.mu.Unlock()
		if !s.wrong(n, w, r) {
			serve.ServeHTTP(w, r)
		}
	})}
	listener := &pipes{conns: s.conns, closed: make(chan struct{})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener) // it ends with Close
	}()
	o := opening(s.columns)
	o.Dial = func(ctx context.Context, _, to string) (net.Conn, error) {
		s.mu.Lock()
		s.dialled = append(s.dialled, to)
		s.mu.Unlock()
		return listener.dial(ctx)
	}
	got := new(Recorder)
	report, err := s.service.Open(s.t, "http://"+address, o).Pull(ctx, got)
	_ = server.Close()
	<-ended
	if breaches := got.Breaches(); breaches != nil {
		s.t.Error(breaches)
	}
	if err != nil {
		s.silent(err)
	}
	return got, report, err
}

// silent asserts that an error has no secret and nobody's data.
func (s *stage) silent(err error) {
	canary.Text(s.t, "the error", err.Error())
	if strings.Contains(err.Error(), canary.Secret) {
		s.t.Error("the error has the secret")
	}
}

// wantWhole asserts that a pull brought everything.
func (s *stage) wantWhole() {
	s.t.Helper()
	got, report, err := s.pull(s.t.Context())
	if err != nil {
		s.t.Fatalf("pull: %v", err)
	}
	if diff := compare(s.rows, Rows{got.Names, got.Records}); diff != nil || report.Seen != len(s.rows.Records) {
		s.t.Errorf("%d records seen: %v", report.Seen, diff)
	}
}

// wantFault asserts that a pull failed, with one of these words.
func (s *stage) wantFault(words ...string) {
	s.t.Helper()
	_, report, err := s.pull(s.t.Context())
	state, fault := source.Judge(report, err, nil, source.Limits{MaxShrinkPercent: 100}, time.Now())
	if state != roster.SourceBroken {
		s.t.Fatalf("the pull is %s, want failed", state)
	}
	for _, word := range words {
		if fault.Word == word {
			return
		}
	}
	s.t.Errorf("the pull failed with %s, want one of %v", fault.Word, words)
}

// from makes every request from the n-th on go wrong.
func (s *stage) from(n int, do func(w http.ResponseWriter, r *http.Request)) {
	s.wrong = func(at int, w http.ResponseWriter, r *http.Request) bool {
		if at >= n {
			do(w, r)
		}
		return at >= n
	}
}

// at makes the n-th request go wrong.
func (s *stage) at(n int, do func(w http.ResponseWriter, r *http.Request)) {
	s.wrong = func(at int, w http.ResponseWriter, r *http.Request) bool {
		if at == n {
			do(w, r)
		}
		return at == n
	}
}

// everySecond makes every request go wrong the first time: the first one, and that
// after the one which comes instead, and so on. n counts what went wrong, from 0.
func (s *stage) everySecond(do func(n int, w http.ResponseWriter, r *http.Request)) {
	s.wrong = func(at int, w http.ResponseWriter, r *http.Request) bool {
		if at%2 == 1 {
			do(at/2, w, r)
		}
		return at%2 == 1
	}
}

func status(code int, header ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, `{"error":"not today"}`)
	}
}

// under sends what the fake would answer, with another status.
func (s *stage) under(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		whole := &held{header: http.Header{}}
		s.service.Serve(s.rows).ServeHTTP(whole, r)
		for name, values := range whole.header {
			w.Header()[name] = values
		}
		w.WriteHeader(code)
		_, _ = w.Write(whole.body.Bytes())
	}
}

// raw answers with a text past HTTP, and hangs up.
func raw(text string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return // the source is told a bare 200
		}
		_, _ = io.WriteString(conn, text) // whoever has seen enough leaves
		_ = conn.Close()
	}
}

// cut sends the first half of what the fake would answer.
func (s *stage) cut(w http.ResponseWriter, r *http.Request) {
	whole := &held{header: http.Header{}}
	s.service.Serve(s.rows).ServeHTTP(whole, r)
	for name, values := range whole.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(whole.body.Len()))
	_, _ = w.Write(whole.body.Bytes()[:whole.body.Len()/2])
	panic(http.ErrAbortHandler)
}

// held is an answer that is kept.
type held struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (h *held) Header() http.Header            { return h.header }
func (h *held) WriteHeader(code int)           { h.code = code }
func (h *held) Write(text []byte) (int, error) { return h.body.Write(text) }

// repeated answers every request with what the first one of its kind got, once it
// asks for more than that.
func (s *stage) repeated() {
	first := map[string]*held{}
	serve := s.service.Serve(s.rows)
	var mu sync.Mutex
	s.from(1, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		kind := r.Method + " " + r.URL.Path
		if first[kind] == nil {
			first[kind] = &held{header: http.Header{}, code: http.StatusOK}
			serve.ServeHTTP(first[kind], r)
		}
		for name, values := range first[kind].header {
			w.Header()[name] = values
		}
		w.WriteHeader(first[kind].code)
		_, _ = w.Write(first[kind].body.Bytes())
	})
}

// moved answers the first request of its kind as it is, and the others with somebody
// new before everybody and the last one gone: as many people, of whom one is on
// two pages and another on none.
func (s *stage) moved() {
	before := s.service.Serve(s.rows)
	records := slices.Clone(s.rows.Records[:len(s.rows.Records)-1])
	after := s.service.Serve(Rows{s.rows.Columns, slices.Insert(records, 0, s.rows.Records[len(s.rows.Records)-1])})
	var mu sync.Mutex
	asked := map[string]bool{}
	s.from(1, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		kind := r.Method + " " + r.URL.Path
		serve := before
		if asked[kind] {
			serve = after
		}
		asked[kind] = true
		mu.Unlock()
		serve.ServeHTTP(w, r)
	})
}

// pipes is a listener without a network.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr implements net.Listener.
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }
